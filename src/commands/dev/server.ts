import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { BeltError, usageError } from "../../errors.ts";
import { fileMessage } from "../../file-reason.ts";
import { belt } from "../../hint.ts";
import type { EmitEvent } from "../../local/events.ts";
import type { LocalServer } from "../../local/server.ts";
import { makeFolder } from "../../store/folder.ts";
import type { Context } from "../shared/context.ts";

/** The flags of `belt dev` and `belt dev exec` alike. */
export interface ServerFlags {
  workers: number;
  /** Milliseconds. */
  taskTimeout?: number;
  /** Without it all forms of the API at once. */
  dialect?: "current" | "v1" | "v2";
  statusTable: "2026" | "2025";
  /** Microcents. */
  balance?: bigint;
  /** A script of faults: a file, or the name of one that comes with belt. */
  scenario?: string;
}

/** An app that never answers is cut off after this long, in milliseconds. */
export const TASK_TIMEOUT = 10 * 60_000;

interface Place {
  port: number;
  stateDir: string;
  onEvent: EmitEvent;
}

/** Starts the local server; throws in words why it cannot start. */
export async function startServer(
  { machine: { root, cwd }, credentials, signal }: Context,
  appDirs: string[],
  flags: ServerFlags,
  { port, stateDir, onEvent }: Place,
): Promise<LocalServer> {
  if ((flags.balance ?? 0n) > Number.MAX_SAFE_INTEGER)
    throw usageError("--balance: a local server keeps at most 90 million USD");
  const { startLocalServer } = await import("../../local/server.ts");
  const starting = makeFolder(stateDir).then(() =>
    startLocalServer({
      root,
      stateDir,
      appDirs,
      port,
      workers: flags.workers,
      taskTimeoutMs: flags.taskTimeout ?? TASK_TIMEOUT,
      dialect: flags.dialect ?? null,
      statusTable: flags.statusTable,
      ...(flags.balance !== undefined && { balance: Number(flags.balance) }),
      fileUris: "http",
      workerEnvironment: credentials.withoutProxy(),
      scenario: scenarioOf(flags.scenario, cwd),
      signal,
      onEvent,
    }),
  );
  return await starting.catch((thrown) => {
    throw cannotServe(thrown, port);
  });
}

export function scenarioOf(
  given: string | undefined,
  cwd: string,
): { given: string; file: string } | undefined {
  return given === undefined ? undefined : { given, file: resolve(cwd, given) };
}

/** The folders of apps, as whole paths: this one when none is named and it holds an app. */
export async function appFolders({ machine: { cwd } }: Context, appDirs: string[]): Promise<string[]> {
  if (appDirs.length === 0) return (await isServable(cwd)) ? [cwd] : [];
  const folders = appDirs.map((dir) => resolve(cwd, dir));
  for (const [index, folder] of folders.entries()) {
    const found = await stat(folder).catch(() => null);
    if (!found?.isDirectory()) {
      throw usageError(`there is no folder ${appDirs[index]}`, [
        belt("dev"),
        " takes the folders of apps; ",
        belt("app init", "<dir>"),
        " makes one",
      ]);
    }
  }
  return [...new Set(folders)];
}

/** For who has named them, and sees no list of what is served. */
export async function requireApps(folders: string[]): Promise<void> {
  for (const folder of folders) {
    if (!(await isServable(folder)))
      throw usageError(`${folder} is no app: it has no inf.yml`, [belt("app init", "<dir>"), " makes one"]);
  }
}

/** An app, or an agent. */
async function isServable(folder: string): Promise<boolean> {
  return (await isThere(join(folder, "inf.yml"))) || (await isThere(join(folder, "agent.yml")));
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

/** Why a local server could not be started, in words. */
export function cannotServe(thrown: unknown, port: number): unknown {
  const { code, syscall, message } = thrown as NodeJS.ErrnoException;
  if (code === "SCENARIO")
    return usageError(message, [belt("help scenarios"), " shows how they are written"]);
  if (code === "EADDRINUSE") {
    return new BeltError({
      code: "port_in_use",
      message: `port ${port} is in use`,
      hint: "choose another with --port, or --port 0 for any",
      exit: "failure",
      cause: thrown,
    });
  }
  if (syscall === undefined) return thrown;
  return new BeltError({
    code: "local_server",
    message: `the local server cannot start: ${fileMessage(thrown) ?? message}`,
    hint: "it keeps tasks and files in belt's state folder; choose another with BELT_STATE_DIR",
    exit: "failure",
    cause: thrown,
  });
}

import { createWriteStream, fstatSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { addAbortSignal } from "node:stream";
import { finished } from "node:stream/promises";
import type { Context, EventSink } from "../commands/context.ts";
import { BeltError, usageError } from "../errors.ts";
import { Journal } from "../store/journal.ts";
import { beltPaths } from "../store/paths.ts";
import type { Output } from "../terminal/output.ts";
import { askYesNo } from "../terminal/prompt.ts";
import type { Connection } from "./connect.ts";
import type { Host } from "./host.ts";
import type { Interrupt } from "./interrupt.ts";
import { createOutput } from "./output.ts";
import type { GlobalFlags } from "./program.ts";
import { resolveSettings, type Settings } from "./settings.ts";
import { spawnCommand } from "./spawn.ts";

export interface OpenContext {
  context: Context;
  /** Closes whatever the command opened. */
  close(): Promise<void>;
}

/** What commands get. Nothing is read, opened or connected until a command asks for it. */
export async function createContext(
  host: Host,
  flags: GlobalFlags,
  interrupt: Interrupt,
): Promise<OpenContext> {
  const { signal } = interrupt;
  const out = await createOutput(host, flags);
  const paths = beltPaths(host);
  const settings = resolveSettings(flags, host.env);
  let connection: Promise<Connection> | null = null;
  const connect = async () => {
    const { connectApi } = await import("./connect.ts");
    return await connectApi({ host, settings, paths, out, signal });
  };
  const connected = () => (connection ??= connect());
  const context: Context = {
    out,
    paths,
    root: host.root,
    get cwd() {
      return host.cwd;
    },
    pid: host.pid,
    target: {
      local: settings.local,
      baseUrl: settings.baseUrl,
      flags: targetFlags(flags),
      env: targetEnv(settings),
    },
    api: async () => (await connected()).api,
    publish: async () => await (await connected()).publish(),
    journal: new Journal(paths.state, (text) => out.warn(text)),
    readers: {
      file: (path) => readFile(resolve(host.cwd, path), "utf8"),
      stdin: () => readStdin(host, signal),
    },
    signal,
    now: host.now,
    get onTerminal() {
      return host.stdin.isTTY ?? false;
    },
    confirm: (question, flag) => confirm(host, flags, question, flag),
    holdSignals: interrupt.hold,
    spawn: (command, env) => spawnCommand(host, out, command, env),
    openEvents: (target) => openEvents(host, target, out),
  };
  return { context, close: async () => await (await connection?.catch(() => null))?.api.close() };
}

function targetEnv({ local, baseUrl }: Settings): Record<string, string> {
  return local ? { BELT_LOCAL: "1" } : { BELT_LOCAL: "", BELT_API_URL: baseUrl ?? "" };
}

async function confirm(
  host: Host,
  { prompt }: GlobalFlags,
  question: string,
  flag: string,
): Promise<boolean> {
  if (prompt === false || !host.stdin.isTTY || !host.stderr.isTTY) {
    throw usageError(`this asks "${question}", and there is nobody to ask`, `answer with ${flag}`);
  }
  return await askYesNo(question, host.stderr as NodeJS.WriteStream);
}

function targetFlags({ local, apiUrl }: GlobalFlags): string {
  if (local) return " --local";
  return apiUrl === undefined ? "" : ` --api-url ${apiUrl}`;
}

async function readStdin({ stdin }: Host, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of addAbortSignal(signal, stdin)) chunks.push(Buffer.from(chunk));
  } catch (thrown) {
    throw signal.aborted ? signal.reason : thrown;
  }
  return Buffer.concat(chunks).toString("utf8");
}

function openDescriptor(fd: number): number {
  try {
    fstatSync(fd);
    return fd;
  } catch {
    throw usageError(
      `--events: file descriptor ${fd} is not open`,
      `open it in the shell: ${fd}>events.ndjson`,
    );
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, "a");
  } catch (error) {
    throw new BeltError({
      code: "file",
      message: `--events: cannot write to ${path}: ${(error as Error).message}`,
      exit: "failure",
      cause: error,
    });
  }
}

/** A file is appended to, never cut short: it may hold the events of an earlier run. */
function openEvents(host: Host, target: string, out: Output): EventSink {
  const fd = /^fd:(\d+)$/.exec(target)?.[1];
  if (target === "" || (target.startsWith("fd:") && fd === undefined)) {
    throw usageError(`--events: "${target}" is neither a file nor fd:N`);
  }
  const stream =
    fd === undefined
      ? createWriteStream("", { fd: openFile(resolve(host.cwd, target)) })
      : host.openDescriptor(openDescriptor(Number(fd)));
  const failed = finished(stream).then(
    () => null,
    (error: Error) => error,
  );
  return {
    write: (line) => void stream.write(`${out.redact(line)}\n`),
    async close() {
      stream.end();
      const error = await failed;
      if (error) throw error;
    },
  };
}

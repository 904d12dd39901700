import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { BeltError, usageError } from "../errors.ts";
import { fileMessage, fileReason } from "../file-reason.ts";
import { makeFolder } from "../store/folder.ts";
import { devAddress, removeAddress, writeAddress } from "../store/server-address.ts";
import { type DevEvent, devEventView, type ServingEvent, servingView } from "../views/dev-view.ts";
import type { Context } from "./shared/context.ts";

export interface DevFlags {
  port: number;
  workers: number;
  /** Milliseconds. */
  taskTimeout?: number;
  /** Without it all forms of the API at once. */
  dialect?: "current" | "v1" | "v2";
  statusTable: "2026" | "2025";
  /** Microcents. */
  balance?: bigint;
}

/** An app that never answers is cut off after this long, in milliseconds. */
export const TASK_TIMEOUT = 10 * 60_000;

/** `belt dev`: serves the API on this machine until Ctrl-C, then drains (src/local/README.md, "Workers"). */
export async function dev(ctx: Context, appDirs: string[], flags: DevFlags): Promise<void> {
  const folders = appDirs.map((dir) => resolve(ctx.machine.cwd, dir));
  for (const [index, folder] of folders.entries()) {
    const found = await stat(folder).catch(() => null);
    if (!found?.isDirectory())
      throw usageError(
        `there is no folder ${appDirs[index]}`,
        "belt dev takes the folders of apps, each with an inf.yml",
      );
  }
  if ((flags.balance ?? 0n) > Number.MAX_SAFE_INTEGER)
    throw usageError("--balance: a local server keeps at most 90 million USD");
  const { startLocalServer } = await import("../local/server.ts");
  const time = () => new Date(ctx.now()).toISOString();
  // Whatever happens before the server has been announced is told after it.
  const unshown: DevEvent[] = [];
  let show = (event: DevEvent): unknown => unshown.push(event);
  const starting = makeFolder(ctx.store.paths.state).then(() =>
    startLocalServer({
      root: ctx.machine.root,
      stateDir: ctx.store.paths.state,
      appDirs: folders,
      port: flags.port,
      workers: flags.workers,
      taskTimeoutMs: flags.taskTimeout ?? TASK_TIMEOUT,
      dialect: flags.dialect ?? null,
      statusTable: flags.statusTable,
      ...(flags.balance !== undefined && { balance: Number(flags.balance) }),
      fileUris: "http",
      onEvent: (event) => void show({ time: time(), ...event }),
    }),
  );
  const server = await starting.catch((thrown) => {
    throw cannotServe(thrown, flags.port);
  });
  try {
    await writeAddress(
      devAddress(ctx.store.paths.state),
      { url: server.url, key: server.key, pid: ctx.machine.pid },
      (text) => ctx.out.warn(text),
    );
    const serving: ServingEvent = {
      type: "server",
      time: time(),
      url: server.url,
      key: server.key,
      apps: await server.apps(),
    };
    ctx.out.event(serving, servingView);
    show = (event) => ctx.out.event(event, devEventView);
    // Which apps are broken has just been said.
    for (const event of unshown) if (event.type !== "app") show(event);
    await aborted(ctx.signal);
  } finally {
    ctx.out.note("stopping: tasks are cancelled, sessions ended");
    await server.close();
    await removeAddress(devAddress(ctx.store.paths.state), ctx.machine.pid).catch((error: Error) =>
      ctx.out.warn(`the address of this server could not be removed: ${fileReason(error)}`),
    );
  }
  throw ctx.signal.reason;
}

/** Why a local server could not be started, in words. */
export function cannotServe(thrown: unknown, port: number): unknown {
  const { code, syscall, message } = thrown as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") {
    return new BeltError({
      code: "port_in_use",
      message: `port ${port} is in use`,
      hint: "a belt dev may be running already; otherwise choose another with --port, or --port 0 for any",
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

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}

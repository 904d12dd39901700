import { constants, createWriteStream, fstatSync, openSync, statSync } from "node:fs";
import { Socket } from "node:net";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { EventsTarget } from "../commands/shared/context.ts";
import { type BeltError, fileError, usageError } from "../errors.ts";
import { shellWord } from "../hint.ts";
import type { Output } from "../terminal/output.ts";
import { PacedWriter } from "../terminal/paced-writer.ts";
import type { WritableEnd } from "../terminal/writable.ts";
import type { Host } from "./host.ts";

interface Opening {
  host: Host;
  out: Output;
  /** Aborted when the user wants to leave. */
  signal: AbortSignal;
  /** Ends all that the command waits for; its reason is a BeltError. */
  deadline: AbortSignal;
}

/** Opens where `--events` writes to. A named pipe has to be read first; a signal or the deadline ends the wait. */
export async function openEvents(target: string, opening: Opening): Promise<EventsTarget> {
  const { host, out, signal, deadline } = opening;
  const fd = /^fd:(\d+)$/.exec(target)?.[1];
  if (target === "" || target === "-" || fd === "0" || (target.startsWith("fd:") && fd === undefined)) {
    throw usageError(`--events cannot go to "${target}"`, "name a file, or fd:N; fd:1 is standard output");
  }
  const leaving = AbortSignal.any([signal, deadline]);
  const stream =
    fd === undefined
      ? await openPath(resolve(host.cwd, target), { ...opening, leaving })
      : { target: host.openDescriptor(checkedDescriptor(Number(fd))), close() {} };
  const writer = new PacedWriter(stream.target, leaving);
  return {
    write: (line) => writer.write(`${out.redact(line)}\n`),
    drained: () => writer.drained(),
    get isBehind() {
      return writer.isBehind;
    },
    async close() {
      const failure = await writer.flush();
      stream.close();
      if (failure) throw failure;
      if (writer.isBehind) throw new Error("nobody reads them");
    },
  };
}

function checkedDescriptor(fd: number): number {
  if (isWritable(fd)) return fd;
  throw usageError(
    `--events: file descriptor ${fd} is not open`,
    `open it in the shell: ${fd}>events.ndjson`,
  );
}

/** True for what a shell opens; node has descriptors of other kinds for itself. */
function isWritable(fd: number): boolean {
  try {
    const found = fstatSync(fd);
    return found.isFile() || found.isFIFO() || found.isSocket() || found.isCharacterDevice();
  } catch {
    return false;
  }
}

interface OwnStream {
  target: WritableEnd;
  close(): void;
}

/** A file is appended to, never cut short: it may hold the events of an earlier run. */
async function openPath(path: string, waiting: Waiting): Promise<OwnStream> {
  if (!isFifo(path)) {
    const stream = createWriteStream("", { fd: opened(path, "a") });
    return { target: unfailing(stream), close: () => void stream.end() };
  }
  const socket = new Socket({ fd: await openFifo(path, waiting), readable: false, writable: true });
  return { target: unfailing(socket), close: () => socket.destroy() };
}

function isFifo(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFIFO() ?? false;
}

/** A failure is told by the write that failed. */
function unfailing(stream: NodeJS.WritableStream): WritableEnd {
  stream.on("error", () => {});
  return stream;
}

function opened(path: string, flags: string | number): number {
  try {
    return openSync(path, flags);
  } catch (error) {
    throw fileError("--events: cannot write to", path, error);
  }
}

interface Waiting extends Opening {
  /** Aborted by the user or the deadline. */
  leaving: AbortSignal;
}

/** Milliseconds between two looks for a reader, and until people are told what belt waits for. */
const PAUSE = 50;
const PATIENCE = 500;

/** Without O_NONBLOCK, open would wait for a reader in a thread that nothing can stop. */
async function openFifo(path: string, { out, leaving, signal, deadline }: Waiting): Promise<number> {
  for (let waited = 0; ; waited += PAUSE) {
    try {
      return opened(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (thrown) {
      const { cause } = (thrown as BeltError).facts;
      if ((cause as NodeJS.ErrnoException).code !== "ENXIO") throw thrown;
    }
    if (waited === PATIENCE) out.note(`waiting for a reader of the pipe ${path}`);
    await sleep(PAUSE, undefined, { signal: leaving }).catch(() => {});
    signal.throwIfAborted();
    if (deadline.aborted) throw unread(path, deadline.reason);
  }
}

function unread(path: string, outOfTime: BeltError): BeltError {
  return outOfTime.with({
    code: "events_unread",
    message: `${outOfTime.message}: nobody reads the pipe ${path} of --events, and nothing was submitted`,
    hint: `read it first: cat ${shellWord(path)} &`,
  });
}

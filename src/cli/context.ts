import { createWriteStream, fstatSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { addAbortSignal } from "node:stream";
import { finished } from "node:stream/promises";
import type { Account } from "../commands/account.ts";
import type { Context, EventSink, LastWords } from "../commands/context.ts";
import { BeltError, usageError } from "../errors.ts";
import { Journal } from "../store/journal.ts";
import { beltPaths } from "../store/paths.ts";
import { wantsColour } from "../terminal/paint.ts";
import { pictureWay } from "../terminal/picture.ts";
import { type Asking, askOn, askSecret, askYesNo } from "../terminal/prompt.ts";
import { plainRuler, type Ruler } from "../terminal/ruler.ts";
import { openAccess } from "./access.ts";
import type { Connection } from "./connect.ts";
import type { Host } from "./host.ts";
import type { Interrupt } from "./interrupt.ts";
import { createOutput } from "./output.ts";
import type { GlobalFlags } from "./program.ts";
import { AGREED_VARIABLE, agreement } from "./settings.ts";
import { spawnCommand } from "./spawn.ts";
import { createSpool } from "./spool.ts";
import { beltVersion } from "./version.ts";

/** For one HTTP exchange, milliseconds. */
const REQUEST_TIMEOUT = 30_000;

export interface OpenContext {
  context: Context;
  /** Closes whatever the command opened. */
  close(): Promise<void>;
}

/** What measures text is loaded only where it is lined up for people. */
async function rulerFor({ json, field }: GlobalFlags): Promise<Ruler> {
  if (json || field !== undefined) return plainRuler;
  return (await import("../terminal/display-ruler.ts")).displayRuler;
}

/** What commands get. Nothing is read, opened or connected until a command asks for it. */
export async function createContext(
  host: Host,
  flags: GlobalFlags,
  interrupt: Interrupt,
): Promise<OpenContext> {
  const { signal } = interrupt;
  const out = await createOutput(host, flags, await rulerFor(flags));
  const paths = beltPaths(host);
  const spool = createSpool(host, signal);
  let connection: Promise<Connection> | null = null;
  const requestTimeout = flags.requestTimeout ?? REQUEST_TIMEOUT;
  const connect = async (account: Account) => {
    const { connectApi } = await import("./connect.ts");
    return await connectApi({ host, account, requestTimeout, paths, out, signal });
  };
  const { current, ...access } = await openAccess({ host, flags, paths, out, connect });
  const connected = async () => {
    connection ??= connect(current());
    return await connection;
  };
  const context: Context = {
    out,
    paths,
    root: host.root,
    get cwd() {
      return host.cwd;
    },
    get home() {
      return host.home;
    },
    pid: host.pid,
    versions: async () => ({
      belt: await beltVersion(host.root),
      node: host.nodeVersion,
      platform: host.platform,
    }),
    target: targetOf(current),
    access,
    api: async () => (await connected()).api,
    publish: async () => await (await connected()).publish(),
    journal: new Journal(paths.state, (text) => out.warn(text)),
    readers: {
      file: (path) => readFile(resolve(host.cwd, path)),
      stdin: () => readStdin(host, signal),
      spool: spool.file,
    },
    get ask() {
      return canAsk(host, flags) ? askOn(askingOn(host, signal)) : null;
    },
    signal,
    now: host.now,
    get onTerminal() {
      return [host.stdin, host.stdout, host.stderr].some(({ isTTY }) => isTTY ?? false);
    },
    confirm: (question, flag) => confirm(host, flags, signal, question, flag),
    askSecret: (question) => readSecret(host, flags, question, signal),
    holdSignals: interrupt.hold,
    lastWords(words) {
      interrupt.lastWords = words && ((stop) => out.error(lastError(stop, words)));
    },
    spawn: (command, env) => spawnCommand(host, out, command, env),
    pictures: host.stdout.isTTY ? pictureWay(host.env, isColoured(flags, host)) : null,
    openEvents: (target) => openEvents(host, target, out.redact),
  };
  const close = async () => {
    await spool.remove();
    await (await connection?.catch(() => null))?.api.close();
  };
  return { context, close };
}

function lastError(stop: BeltError, { message, hint, taskId }: LastWords): BeltError {
  return stop.with({ message: `${stop.message}; ${message}`, hint, taskId });
}

function isColoured({ color = "auto" }: GlobalFlags, { env, stdout }: Host): boolean {
  return wantsColour(color, env, stdout.isTTY ?? false);
}

function canAsk({ stdin, stderr }: Host, { prompt }: GlobalFlags): boolean {
  return prompt !== false && (stdin.isTTY ?? false) && (stderr.isTTY ?? false);
}

/** Read when a command asks: not every command needs an account, and none may have to be in order. */
function targetOf(account: () => Account): Context["target"] {
  return {
    get local() {
      return account().local;
    },
    get baseUrl() {
      return account().baseUrl;
    },
    get infra() {
      return account().infra;
    },
    get env() {
      return targetEnv(account());
    },
  };
}

function targetEnv({ local, baseUrl, profile }: Account): Record<string, string> {
  if (local || baseUrl === null) return { BELT_LOCAL: "1" };
  return {
    BELT_LOCAL: "",
    BELT_API_URL: baseUrl,
    BELT_PROFILE: profile ?? "",
    [AGREED_VARIABLE]: profile === null ? "" : agreement(profile, baseUrl),
  };
}

/** A key is never an argument: it is typed without echo, or piped in. */
async function readSecret(
  host: Host,
  { prompt }: GlobalFlags,
  question: string,
  signal: AbortSignal,
): Promise<string> {
  if (!host.stdin.isTTY) return (await readStdin(host, signal)).toString("utf8");
  if (prompt === false || !host.stderr.isTTY) {
    throw usageError(`this asks "${question}", and there is nobody to ask`, "pipe the answer in");
  }
  return await askSecret(question, askingOn(host, signal));
}

async function confirm(
  host: Host,
  flags: GlobalFlags,
  signal: AbortSignal,
  question: string,
  flag: string,
): Promise<boolean> {
  if (!canAsk(host, flags)) {
    throw usageError(`this asks "${question}", and there is nobody to ask`, `answer with ${flag}`);
  }
  return await askYesNo(question, askingOn(host, signal));
}

function askingOn({ stdin, stderr }: Host, signal: AbortSignal): Asking {
  return { input: stdin, output: stderr as NodeJS.WriteStream, signal };
}

async function readStdin({ stdin }: Host, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of addAbortSignal(signal, stdin)) chunks.push(Buffer.from(chunk));
  } catch (thrown) {
    throw signal.aborted ? signal.reason : thrown;
  }
  return Buffer.concat(chunks);
}

function openDescriptor(fd: number): number {
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
function openEvents(host: Host, target: string, redact: (line: string) => string): EventSink {
  const fd = /^fd:(\d+)$/.exec(target)?.[1];
  if (target === "" || target === "-" || fd === "0" || (target.startsWith("fd:") && fd === undefined)) {
    throw usageError(`--events cannot go to "${target}"`, "name a file, or fd:N; fd:1 is standard output");
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
    write: (line) => void stream.write(`${redact(line)}\n`),
    async close() {
      stream.end();
      const error = await failed;
      if (error) throw error;
    },
  };
}

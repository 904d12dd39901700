import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import type { Readable } from "node:stream";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { KEY_VARIABLES } from "../account/settings.ts";
import type { ToolBounds, ToolRun } from "../commands/shared/context.ts";
import type { Host } from "./host.ts";

/** Characters of standard error that are kept: the last ones say what went wrong. */
const STDERR_KEPT = 2_000;

/** Milliseconds without a byte after which the output of one that has ended is not waited for. */
const QUIET = 500;

/**
 * The command in a group of its own, which ends with belt, `kill -9` included: descriptor 3 is a pipe
 * that only belt holds the other end of, and whoever waits for its end takes the group along.
 */
const GUARDED = `(read -r _ <&3; kill -9 -$$) >/dev/null 2>&1 & exec 3<&-; eval "$1"`;

/** Runs a line of the shell with `input` on its standard input; never throws. */
export async function runTool(
  host: Host,
  command: string,
  input: string,
  bounds: ToolBounds,
): Promise<ToolRun> {
  const env = Object.fromEntries(Object.entries(host.env).filter(([name]) => !isKey(name)));
  const isGroup = host.platform !== "win32";
  const child = !isGroup
    ? spawn(command, { shell: true, cwd: host.cwd, env, stdio: ["pipe", "pipe", "pipe"] })
    : spawn("/bin/sh", ["-c", GUARDED, "sh", command], {
        cwd: host.cwd,
        env,
        detached: true,
        stdio: ["pipe", "pipe", "pipe", "pipe"],
      });
  return await watched(
    child,
    input,
    bounds,
    () => child.pid === undefined || host.kill(isGroup ? -child.pid : child.pid),
  );
}

function isKey(name: string): boolean {
  return KEY_VARIABLES.some((key) => key === name);
}

async function watched(
  child: ChildProcess,
  input: string,
  { timeout, most, signal }: ToolBounds,
  kill: () => unknown,
): Promise<ToolRun> {
  let ended: ToolRun["ended"] = null;
  const bound = new AbortController();
  const end = (reason: NonNullable<ToolRun["ended"]>) => {
    ended ??= reason;
    kill();
    bound.abort();
  };
  const stop = () => end("signal");
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  const timer = setTimeout(() => end("timeout"), timeout);
  const output = new ToolOutput(child, most, () => end("flood"));
  // One that does not read what it is told is no failure.
  child.stdin?.on("error", () => {}).end(input);
  const code = await exitOf(child);
  const isWhole = await output.end(bound.signal);
  clearTimeout(timer);
  signal.removeEventListener("abort", stop);
  // What it left running goes, too.
  kill();
  return { ...output.told, code, ended, isWhole };
}

async function exitOf(child: ChildProcess): Promise<number> {
  return await new Promise((resolve) => {
    child.once("error", () => resolve(127));
    child.once("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGKILL"]));
  });
}

/** What a tool writes to both of its pipes. */
class ToolOutput {
  readonly #streams: Readable[];
  readonly #closed: Promise<unknown>;
  readonly #stdout: Buffer[] = [];
  #stderr = "";
  /** Bytes and characters so far. */
  #heard = 0;

  /** Of more than `most` bytes the rest is dropped, and `flooded` called. */
  constructor({ stdout, stderr }: ChildProcess, most: number, flooded: () => void) {
    let size = 0;
    stdout?.on("data", (chunk: Buffer) => {
      this.#heard += chunk.length;
      size += chunk.length;
      if (size > most) flooded();
      else this.#stdout.push(chunk);
    });
    stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      this.#heard += chunk.length;
      this.#stderr = (this.#stderr + chunk).slice(-STDERR_KEPT);
    });
    this.#streams = [stdout, stderr].filter((stream) => stream !== null);
    this.#closed = Promise.all(this.#streams.map(closed));
  }

  /**
   * Once the tool has ended: true when its pipes are closed. What it left running may hold them open; it is
   * waited for as long as it has something to say, up to the tool's bounds.
   */
  async end(bound: AbortSignal): Promise<boolean> {
    const over = new AbortController();
    const isWhole = await Promise.race([
      this.#closed.then(() => true),
      this.#quiet(over.signal).then(() => false),
      aborted(bound).then(() => sleep(QUIET, false, over)),
    ]);
    over.abort();
    for (const stream of this.#streams) stream.destroy();
    return isWhole;
  }

  async #quiet(signal: AbortSignal): Promise<void> {
    for (let heard = -1; heard !== this.#heard; ) {
      heard = this.#heard;
      await sleep(QUIET, undefined, { signal });
      // What came while belt was busy is read first.
      await setImmediate();
    }
  }

  get told(): Pick<ToolRun, "stdout" | "stderr"> {
    return { stdout: Buffer.concat(this.#stdout).toString("utf8"), stderr: this.#stderr };
  }
}

async function closed(stream: Readable): Promise<void> {
  await new Promise((resolve) => stream.on("error", () => {}).once("close", resolve));
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}

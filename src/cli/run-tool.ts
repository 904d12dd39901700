import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import type { Readable } from "node:stream";
import { KEY_VARIABLES } from "../account/settings.ts";
import type { ToolBounds, ToolRun } from "../commands/shared/context.ts";
import type { Host } from "./host.ts";

/** Characters of standard error that are kept: the last ones say what went wrong. */
const STDERR_KEPT = 2_000;

/** Milliseconds that the output of one that has ended may still take. */
const LINGER = 500;

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
  bounds: ToolBounds,
  kill: () => unknown,
): Promise<ToolRun> {
  const { timeout, most, signal } = bounds;
  let ended: ToolRun["ended"] = null;
  const end = (reason: NonNullable<ToolRun["ended"]>) => {
    ended ??= reason;
    kill();
  };
  const stop = () => end("signal");
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  const timer = setTimeout(() => end("timeout"), timeout);
  const stdout = gathered(child.stdout!, most, () => end("flood"));
  const stderr = tail(child.stderr!);
  // One that does not read what it is told is no failure.
  child.stdin!.on("error", () => {}).end(input);
  const code = await exitOf(child);
  clearTimeout(timer);
  signal.removeEventListener("abort", stop);
  // What it left running goes, too, or its output would never end.
  kill();
  const late = setTimeout(() => [child.stdout, child.stderr].map((stream) => stream?.destroy()), LINGER);
  const [told, wrong] = await Promise.all([stdout, stderr]).finally(() => clearTimeout(late));
  return { stdout: told, stderr: wrong, code, ended };
}

async function exitOf(child: ChildProcess): Promise<number> {
  return await new Promise((resolve) => {
    child.once("error", () => resolve(127));
    child.once("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGKILL"]));
  });
}

/** All of it, up to so many bytes, at which `flooded` is called and the rest dropped. */
async function gathered(stream: Readable, most: number, flooded: () => void): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  await eachChunk<Buffer>(stream, (chunk) => {
    size += chunk.length;
    if (size > most) flooded();
    else chunks.push(chunk);
  });
  return Buffer.concat(chunks).toString("utf8");
}

async function tail(stream: Readable): Promise<string> {
  let text = "";
  await eachChunk<string>(stream.setEncoding("utf8"), (chunk) => {
    text = (text + chunk).slice(-STDERR_KEPT);
  });
  return text;
}

/** Until its end, however it comes. */
async function eachChunk<T>(stream: Readable, take: (chunk: T) => void): Promise<void> {
  try {
    for await (const chunk of stream) take(chunk);
  } catch {
    // What a stream that was cut has told stands.
  }
}

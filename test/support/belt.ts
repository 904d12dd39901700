import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import type { RetryPolicy } from "../../src/api/http/retry-policy.ts";
import type { Host } from "../../src/cli/host.ts";
import { start } from "../../src/cli/start.ts";
import type { Signal } from "../../src/commands/shared/context.ts";
import type { WritableEnd } from "../../src/terminal/writable.ts";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Short pauses, so that retries and polls take milliseconds. */
const QUICK: RetryPolicy = {
  retries: [5, 10],
  reconnects: [5, 5, 5],
  poll: 10,
  slowestPoll: 40,
  giveUp: 600,
  finalRead: 300,
  estimate: 300,
  newTask: 300,
  silence: 400,
  longestRetryAfter: 1_000,
};

/** This process, as the owner of temporary files. */
export const OWNER = { pid: process.pid, hostname: "test", isAlive: (pid: number) => pid === process.pid };

/** An empty HOME of one test, removed by `remove`. */
export class Home {
  readonly dir = mkdtempSync(join(tmpdir(), "belt-test-"));
  readonly env: Record<string, string> = {
    HOME: this.dir,
    BELT_STATE_DIR: join(this.dir, "state"),
    BELT_CONFIG_DIR: join(this.dir, "config"),
    BELT_CACHE_DIR: join(this.dir, "cache"),
  };

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** All files of a home. */
export function writtenIn(home: Home): { path: string; text: string }[] {
  return readdirSync(home.dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, text: readFileSync(path, "utf8") }));
}

interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Running extends Promise<Outcome> {
  /** Sends a signal, as Ctrl-C would. */
  signal(name: Signal): void;
  /** Everything on stdout and on stderr so far. */
  stdoutSoFar(): string;
  stderrSoFar(): string;
}

export interface InProcess {
  home: Home;
  env?: Record<string, string>;
  stdin?: string | Uint8Array;
  policy?: Partial<RetryPolicy>;
}

/** belt inside this process: the real program with its streams, signals and environment as values. */
export function belt(argv: string[], { home, env = {}, stdin = "", policy = {} }: InProcess): Running {
  const out: string[] = [];
  const err: string[] = [];
  let listener: (signal: Signal) => void = () => {};
  const host: Host = {
    argv,
    env: { ...home.env, ...env },
    platform: "linux",
    home: home.dir,
    cwd: home.dir,
    pid: process.pid,
    hostname: "test",
    nodeVersion: process.versions.node,
    root: ROOT,
    stdin: Readable.from([stdin]),
    stdout: target(out),
    stderr: target(err),
    policy: { ...QUICK, ...policy },
    now: Date.now,
    onSignal(given) {
      listener = given;
      return () => {};
    },
    onPipeClosed() {},
    onSuspend: () => () => {},
    exitNow: (code) => err.push(`[left at once: ${code}]`),
    isAlive: () => true,
    beganAt: async () => null,
    kill(pid) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {}
    },
    hasLinks: async () => false,
    openDescriptor: () => new PassThrough().resume(),
    enableCompileCache: async () => {},
  };
  const outcome = start(host).then((code) => ({ code, stdout: out.join(""), stderr: err.join("") }));
  return Object.assign(outcome, {
    signal: (name: Signal) => listener(name),
    stdoutSoFar: () => out.join(""),
    stderrSoFar: () => err.join(""),
  });
}

export interface Spawning {
  env?: Record<string, string>;
  input?: string;
  cwd?: string;
}

function target(lines: string[]): WritableEnd {
  return {
    write(text, done) {
      lines.push(text);
      done?.();
    },
  };
}

/** The real binary in a process of its own, with an environment that holds nothing but what is given. */
export function spawnBelt(
  argv: string[],
  home: Home,
  { env = {}, input = "", cwd = process.cwd() }: Spawning = {},
) {
  return execa("node", [join(ROOT, "bin/belt.js"), ...argv], {
    reject: false,
    stripFinalNewline: false,
    input,
    cwd,
    env: { PATH: process.env["PATH"] ?? "", ...home.env, ...env },
    extendEnv: false,
  });
}

/** Waits until `probe` gives something truthy; the test's own timeout is the bound. */
export async function until<T>(probe: () => T | Promise<T>): Promise<T> {
  for (;;) {
    const found = await probe();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

import { createWriteStream, fstatSync } from "node:fs";
import { Socket } from "node:net";
import { homedir, userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
import type { Readable } from "node:stream";
import { RETRY_POLICY, type RetryPolicy } from "../api/http/retry-policy.ts";
import type { Signal } from "../commands/shared/context.ts";
import { usageError } from "../errors.ts";
import type { WritableEnd } from "../terminal/writable.ts";
import { fileWritable } from "./file-writable.ts";
import { beganAt, hasEnded, machineName } from "./processes.ts";

/** The outside world as one value; the only place that knows `process`. */
export interface Host {
  argv: string[];
  env: Record<string, string | undefined>;
  platform: NodeJS.Platform;
  home: string;
  cwd: string;
  pid: number;
  hostname: string;
  nodeVersion: string;
  /** The package's own folder. */
  root: string;
  stdin: Readable & { isTTY?: boolean };
  stdout: WritableEnd;
  stderr: WritableEnd;
  policy: RetryPolicy;
  now(): number;
  /** Calls back for each SIGINT, SIGTERM and SIGHUP; the returned function stops that. */
  onSignal(listener: (signal: Signal) => void): () => void;
  /** Calls back when the reader of stdout has gone. */
  onPipeClosed(listener: () => void): void;
  /**
   * Calls back before this process is stopped from the terminal, as by Ctrl-Z, and once it goes on; the
   * returned function stops that.
   */
  onSuspend(stop: () => void, goOn: () => void): () => void;
  /** Leaves at once, without finishing anything. */
  exitNow(code: number): void;
  isAlive(pid: number): boolean;
  /** When a process began, by the system's own count; null where that cannot be told. */
  beganAt(pid: number): Promise<string | null>;
  /** Ends a process, or with a negative id a group of them; one that is gone already is none. */
  kill(pid: number, signal?: "SIGTERM" | "SIGKILL"): void;
  /** True where stdout is a terminal that shows hyperlinks. */
  hasLinks(): Promise<boolean>;
  openDescriptor(fd: number): WritableEnd;
  /** Makes node load the program faster, with a folder to keep in what it makes of it; never fails. */
  enableCompileCache(cache: () => string): Promise<void>;
}

/**
 * Node 20 optimizes the WebAssembly that undici reads HTTP with after a single answer. That takes
 * three times as long as the command, and node does not exit before it is done.
 */
const WASM_BUDGET_OF_NODE_22 = 13_000_000;

const SIGNALS: Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** What a disk or a device takes at once; a pipe has to be waited for without blocking a thread. */
function isFile(fd: number): boolean {
  const found = fstatSync(fd);
  return found.isFile() || found.isCharacterDevice();
}

function isPipeOrTerminal(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY || stream instanceof Socket;
}

/** An empty HOME is none; the system knows another, perhaps. */
function homeFolder(): string | null {
  try {
    return process.env["HOME"] === "" ? userInfo().homedir : homedir();
  } catch {
    return null;
  }
}

export function processHost(root: string): Host {
  let stdout: WritableEnd | null = null;
  return {
    argv: process.argv.slice(2),
    env: process.env,
    platform: process.platform,
    // Both may be missing, and neither is needed for help.
    get home() {
      const home = homeFolder();
      if (home !== null && isAbsolute(home)) return home;
      throw usageError(
        home === null ? "there is no home folder" : `HOME is ${home}, which is no whole path`,
        "set HOME, or BELT_CONFIG_DIR, BELT_STATE_DIR and BELT_CACHE_DIR",
      );
    },
    get cwd() {
      try {
        return process.cwd();
      } catch {
        throw usageError("the current folder is gone, or cannot be read", "cd to another, and try again");
      }
    },
    pid: process.pid,
    get hostname() {
      return machineName();
    },
    nodeVersion: process.versions.node,
    root,
    // Node opens each when it is first asked for.
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      // To a terminal or a pipe node writes all; a file it may leave cut short.
      stdout ??= isPipeOrTerminal(process.stdout) ? process.stdout : fileWritable(1);
      return stdout;
    },
    get stderr() {
      return process.stderr;
    },
    policy: RETRY_POLICY,
    now: Date.now,
    onSignal(listener) {
      const listeners = SIGNALS.map((signal) => [signal, () => listener(signal)] as const);
      for (const [signal, handler] of listeners) process.on(signal, handler);
      return () => {
        for (const [signal, handler] of listeners) process.off(signal, handler);
      };
    },
    onPipeClosed(listener) {
      process.stdout.on("error", (error: NodeJS.ErrnoException) => {
        if (error.code === "EPIPE") listener();
      });
      // A terminal that has gone away takes stderr with it; there is nobody left to tell.
      process.stderr.on("error", () => {});
    },
    onSuspend(stop, goOn) {
      if (process.platform === "win32") return () => {};
      const suspend = () => {
        stop();
        process.kill(process.pid, "SIGSTOP");
      };
      process.on("SIGTSTP", suspend);
      process.on("SIGCONT", goOn);
      return () => {
        process.off("SIGTSTP", suspend);
        process.off("SIGCONT", goOn);
      };
    },
    exitNow: (code) => process.exit(code),
    isAlive(pid) {
      try {
        return process.kill(pid, 0) && !hasEnded(pid);
      } catch (error) {
        // It lives, and is another user's.
        return (error as NodeJS.ErrnoException).code === "EPERM";
      }
    },
    beganAt,
    kill(pid, signal = "SIGKILL") {
      try {
        process.kill(pid, signal);
      } catch {
        // Gone already.
      }
    },
    async hasLinks() {
      const { createSupportsHyperlinks } = await import("supports-hyperlinks");
      return createSupportsHyperlinks(process.stdout);
    },
    openDescriptor(fd) {
      if (fd === 1) return this.stdout;
      if (fd === 2) return process.stderr;
      const stream = isFile(fd)
        ? createWriteStream("", { fd, autoClose: false })
        : new Socket({ fd, readable: false, writable: true });
      // A failure is told by the write that failed.
      stream.on("error", () => {});
      return stream;
    },
    async enableCompileCache(cache) {
      if (Number.parseInt(process.versions.node, 10) < 22) {
        const { setFlagsFromString } = await import("node:v8");
        // First, since node does not accept what was kept under other flags.
        setFlagsFromString(`--wasm-tiering-budget=${WASM_BUDGET_OF_NODE_22}`);
      }
      if (process.env["NODE_DISABLE_COMPILE_CACHE"] || process.env["NODE_COMPILE_CACHE"]) return;
      const { keepCompiled } = await import("./code-cache.ts");
      // Without a home, a disk or a permission it takes a little longer.
      await Promise.resolve()
        .then(() => keepCompiled(join(root, "dist"), cache()))
        .catch(() => {});
    },
  };
}

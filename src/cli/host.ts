import { createWriteStream } from "node:fs";
import nodeModule from "node:module";
import { homedir } from "node:os";
import type { Readable } from "node:stream";
import { PACE, type Pace } from "../api/pace.ts";
import type { Signal } from "../commands/context.ts";
import type { Sink } from "../terminal/sink.ts";

/** The outside world as one value; the only place that knows `process`. */
export interface Host {
  argv: string[];
  env: Record<string, string | undefined>;
  platform: NodeJS.Platform;
  home: string;
  cwd: string;
  pid: number;
  nodeVersion: string;
  /** The package's own folder. */
  root: string;
  stdin: Readable & { isTTY?: boolean };
  stdout: Sink;
  stderr: Sink;
  pace: Pace;
  now(): number;
  /** Calls back for each SIGINT, SIGTERM and SIGHUP; the returned function stops that. */
  onSignal(listener: (signal: Signal) => void): () => void;
  /** Calls back when whoever reads stdout has gone. */
  onPipeClosed(listener: () => void): void;
  /** Leaves at once, without finishing anything. */
  exitNow(code: number): void;
  isAlive(pid: number): boolean;
  openDescriptor(fd: number): NodeJS.WritableStream;
  /** Lets node keep, in this folder, what it makes of the program's files; where node cannot, nothing happens. */
  cacheCode(folder: () => string): void;
  /** Called before the first request. */
  prepareForHttp(): Promise<void>;
}

/**
 * Node 20 optimises the WebAssembly that undici reads HTTP with after a single answer. That takes
 * three times as long as the command, and node does not exit before it is done.
 */
const WASM_BUDGET_OF_NODE_22 = 13_000_000;

const SIGNALS: Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

export function processHost(root: string): Host {
  return {
    argv: process.argv.slice(2),
    env: process.env,
    platform: process.platform,
    // Both may be missing, and neither is needed for help.
    get home() {
      return process.env["HOME"] || homedir();
    },
    get cwd() {
      return process.cwd();
    },
    pid: process.pid,
    nodeVersion: process.versions.node,
    root,
    // Node opens each when it is first asked for.
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return process.stdout;
    },
    get stderr() {
      return process.stderr;
    },
    pace: PACE,
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
    exitNow: (code) => process.exit(code),
    isAlive(pid) {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    },
    openDescriptor: (fd) => createWriteStream("", { fd, autoClose: false }),
    cacheCode(folder) {
      // Node 22.1 and newer.
      const { enableCompileCache } = nodeModule as { enableCompileCache?: (folder: string) => unknown };
      if (enableCompileCache && !process.env["NODE_COMPILE_CACHE"]) enableCompileCache(folder());
    },
    async prepareForHttp() {
      if (Number.parseInt(process.versions.node, 10) >= 22) return;
      const { setFlagsFromString } = await import("node:v8");
      setFlagsFromString(`--wasm-tiering-budget=${WASM_BUDGET_OF_NODE_22}`);
    },
  };
}

/** What keeps a worker process from outliving its server or writing where it must not. Runs in the child. */
import { Worker } from "node:worker_threads";
import { createLineSplitter } from "./lines.ts";
import { markOf } from "./processes.ts";
import type { WatchdogData } from "./watchdog.ts";

/** The parent's id comes from the parent: asked for here it could already be that of whoever adopts orphans. */
export function startWatchdog(parent: number, mostMemory: number): void {
  const workerData: WatchdogData = { parent, mostMemory, mark: markOf(process.env) };
  new Worker(new URL("./watchdog.js", import.meta.url), {
    env: {},
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: 8 },
  }).unref();
}

/**
 * Sends what the app prints over the channel, where it keeps its order with the results.
 * What bypasses node's streams (native code, grandchildren) still arrives through the pipes.
 * The returned function sends what has not ended in a newline.
 */
export function captureOutput(onLine: (text: string, isError: boolean) => void): () => void {
  const splitters = [process.stdout, process.stderr].map((stream) => {
    const splitter = createLineSplitter((line) => onLine(line, stream === process.stderr));
    stream.write = ((chunk: string | Uint8Array, encoding?: unknown, callback?: unknown) => {
      splitter.push(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString());
      const done = typeof encoding === "function" ? encoding : callback;
      if (typeof done === "function") queueMicrotask(() => done());
      return true;
    }) as typeof stream.write;
    return splitter;
  });
  const flush = () => {
    for (const splitter of splitters) splitter.flush();
  };
  process.once("exit", flush);
  return flush;
}

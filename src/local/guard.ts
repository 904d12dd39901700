/** What keeps a worker process from outliving its server or writing where it must not. Runs in the child. */
import { Worker } from "node:worker_threads";
import { createLineSplitter } from "./lines.ts";

/**
 * App code may block the event loop, so a thread of its own watches the parent. When that has gone
 * it kills the whole group, and what left the group but still has this worker's temporary folder
 * in its environment, as the server itself would have done. It also watches the memory outside of
 * the JavaScript heap, such as that of buffers, which node does not bound.
 */
const WATCHDOG = `
const { readdirSync, readFileSync, writeSync } = require("node:fs");
const { parent, mark, mostMemory } = require("node:worker_threads").workerData;
const attempt = (action) => { try { return action(); } catch { return undefined; } };
const look = () => {
  if (process.memoryUsage.rss() > mostMemory) {
    attempt(() => writeSync(2, "heap out of memory, or what is beside it\\n"));
    process.kill(-process.pid, "SIGKILL");
  }
  if (process.ppid === parent) return;
  for (const id of attempt(() => readdirSync("/proc")) ?? []) {
    const environment = attempt(() => readFileSync("/proc/" + Number(id) + "/environ", "latin1")) ?? "";
    const isOurs = Number(id) !== process.pid && environment.split("\\0").includes(mark);
    if (isOurs) attempt(() => process.kill(Number(id), "SIGKILL"));
  }
  process.kill(-process.pid, "SIGKILL");
};
look();
setInterval(look, 250);`;

/** The parent's id comes from the parent: asked for here it could already be that of whoever adopts orphans. */
export function dieWith(parent: number, mostMemory: number): void {
  new Worker(WATCHDOG, {
    eval: true,
    env: {},
    workerData: { parent, mostMemory, mark: `TMPDIR=${process.env["TMPDIR"]}` },
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

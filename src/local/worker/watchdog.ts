/** What keeps a worker process from outliving its server. */
import { Worker } from "node:worker_threads";
import { markOf } from "../workers/processes.ts";

export interface WatchdogData {
  /** The server's process. */
  parent: number;
  /** The setting that whatever this worker started has in its environment. */
  mark: string;
  /** Bytes. */
  mostMemory: number;
}

/** The parent's id comes from the parent: asked for here it could already be that of the process which adopts orphans. */
export function startWatchdog(parent: number, mostMemory: number): void {
  const workerData: WatchdogData = { parent, mostMemory, mark: markOf(process.env) };
  new Worker(new URL("./watchdog-thread.js", import.meta.url), {
    env: {},
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: 8 },
  }).unref();
}

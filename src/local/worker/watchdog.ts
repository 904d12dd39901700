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

/**
 * The parent's id comes from the parent: asked for here it could already be that of the process which adopts
 * orphans. The thread holds the worker only once it is told to: an app that does nothing may end.
 */
export function startWatchdog(parent: number, mostMemory: number): Worker {
  const workerData: WatchdogData = { parent, mostMemory, mark: markOf(process.env) };
  const watchdog = new Worker(new URL("./watchdog-thread.js", import.meta.url), {
    env: {},
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: 8 },
  });
  watchdog.unref();
  return watchdog;
}

/**
 * A thread of a worker process, since app code may block the event loop of the main one: it ends the
 * worker when the server has gone, and everything the worker started, as the server itself would have
 * done. It also bounds the memory outside of the JavaScript heap, such as that of buffers, which node
 * does not bound.
 */
import { writeSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { isOrphan, killMarked, killOwnGroup } from "../workers/processes.ts";
import type { WatchdogData } from "./watchdog.ts";

const CHECK_MS = 250;

const { parent, mark, mostMemory } = workerData as WatchdogData;

function checkServer(): void {
  if (process.memoryUsage.rss() > mostMemory) endForMemory();
  if (isOrphan(parent)) endAll();
}

function endForMemory(): void {
  try {
    writeSync(2, "heap out of memory, or what is beside it\n");
  } finally {
    killOwnGroup();
  }
}

function endAll(): void {
  killMarked(mark, process.pid);
  killOwnGroup();
}

checkServer();
setInterval(checkServer, CHECK_MS);

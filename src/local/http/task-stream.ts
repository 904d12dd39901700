/** `GET /tasks/:id/stream`: the whole task, again on each change, until it has ended (src/local/README.md, "Streams"). */
import type { ServerResponse } from "node:http";
import { isTerminal } from "../../wire/status.ts";
import type { JsonObject } from "../../wire/types.ts";
import type { Clock } from "../clock.ts";
import type { LiveTask, Task } from "../tasks/task.ts";
import type { LogEntry } from "../tasks/task-log.ts";
import { endWith, type Format, HEARTBEAT_MS } from "./stream-format.ts";

export interface TaskStreamOptions {
  clock: Clock;
  serialize(task: Task, logs: LogEntry[]): JsonObject;
}

/** Logs and partial outputs within this time go out together. */
const COALESCE_MS = 50;

/** A task that has ended: its final state, and no more. */
export function streamEnded(
  response: ServerResponse,
  format: Format,
  task: Task,
  options: TaskStreamOptions,
): void {
  endWith(response, format.line(options.serialize(task, task.logs)) + format.end);
}

/**
 * Follows a task that has not ended. What a slow client has not taken is never queued twice:
 * the next line is made when the last one has left.
 */
export function streamTask(
  response: ServerResponse,
  format: Format,
  live: LiveTask,
  options: TaskStreamOptions,
): void {
  let sentLogs = 0;
  let timer: NodeJS.Timeout | null = null;
  let changed = true;
  let stopHeartbeat = () => {};

  const beat = () => {
    if (!response.writableNeedDrain) response.write(format.heartbeat);
    stopHeartbeat = options.clock.after(HEARTBEAT_MS, beat);
  };
  const write = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    if (!changed || response.writableNeedDrain) return;
    changed = false;
    const { task } = live;
    // Only the entries that are new to this client: the whole list each time would be quadratic.
    const logs = task.logs.slice(sentLogs);
    sentLogs = task.logs.length;
    const line = format.line(options.serialize(task, logs));
    if (!isTerminal(task.status)) {
      response.write(line);
      return;
    }
    stopHeartbeat();
    endWith(response, line + format.end);
  };
  const stopListening = live.listen((change) => {
    if (change === "late") return;
    changed = true;
    if (change === "status") write();
    else timer ??= setTimeout(write, COALESCE_MS);
  });

  response.on("drain", write);
  response.once("close", () => {
    stopListening();
    stopHeartbeat();
    if (timer) clearTimeout(timer);
  });
  write();
  stopHeartbeat = options.clock.after(HEARTBEAT_MS, beat);
}

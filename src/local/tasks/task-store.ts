/** Task records on disk, one file each; what a later command finds of an earlier one. */
import { isTerminal } from "../../wire/status.ts";
import { isAlive, ownPid } from "../process-ids.ts";
import { RecordStore } from "../record-store.ts";
import type { Task } from "./task.ts";

export class TaskStore extends RecordStore<Task> {
  constructor(dir: string) {
    super(dir, judged);
  }
}

/** A task whose server is gone will never end by itself. */
function judged(task: Task): Task {
  if (isTerminal(task.status) || (task.pid !== ownPid() && isAlive(task.pid))) return task;
  const events = [...task.events, { status: "failed" as const, time: task.updatedAt }];
  return { ...task, events, status: "failed", error: "the local server ended while the task ran" };
}

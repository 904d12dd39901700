/** Task records on disk, one file each; what a later command finds of an earlier one. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isTerminal } from "../../wire/status.ts";
import { writeAtomic } from "../atomic-write.ts";
import { isId } from "../ids.ts";
import { isAlive, ownPid } from "../process-ids.ts";
import type { Task } from "./task.ts";

export class TaskStore {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Whole or not at all, whenever the process ends. Gives the record's length. */
  async write(task: Task): Promise<number> {
    const path = this.#path(task.id);
    const record = JSON.stringify(task);
    await writeAtomic(path, (temporary) => writeFile(temporary, record, { mode: 0o600 }));
    return record.length;
  }

  async read(id: string): Promise<Task | null> {
    if (!isId(id)) return null;
    try {
      return readJudged(JSON.parse(await readFile(this.#path(id), "utf8")) as Task);
    } catch {
      return null;
    }
  }

  /** Ids of all tasks, newest first. */
  async ids(): Promise<string[]> {
    const names = await readdir(this.#dir);
    return names
      .filter((name) => name.endsWith(".json"))
      .map((name) => name.slice(0, -".json".length))
      .sort()
      .reverse();
  }

  #path(id: string): string {
    return join(this.#dir, `${id}.json`);
  }
}

/** A task whose server is gone will never end by itself. */
function readJudged(task: Task): Task {
  if (isTerminal(task.status) || (task.pid !== ownPid() && isAlive(task.pid))) return task;
  const events = [...task.events, { status: "failed" as const, time: task.updatedAt }];
  return { ...task, events, status: "failed", error: "the local server ended while the task ran" };
}

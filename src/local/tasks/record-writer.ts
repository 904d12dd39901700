/** Writes the records of tasks, those of one task one after the other. */
import { setImmediate as immediate } from "node:timers/promises";
import type { Task } from "./task.ts";
import type { TaskStore } from "./task-store.ts";

export class RecordWriter {
  readonly #store: TaskStore;
  /** Writes that are under way, by the task's id. */
  readonly #writes = new Map<string, Promise<void>>();
  /** Tasks whose record is about to be written again. */
  readonly #again = new Set<string>();

  constructor(store: TaskStore) {
    this.#store = store;
  }

  /** The length of the record; that of the end must not be overtaken by that of the beginning. */
  write(task: Task): Promise<number> {
    return this.#inTurn(task.id, () => this.#store.write(task));
  }

  /** Once more, with what has changed since; changes that come together are written together. */
  writeAgain(task: Task): void {
    if (this.#again.has(task.id)) return;
    this.#again.add(task.id);
    const write = async () => {
      await immediate();
      this.#again.delete(task.id);
      return await this.#store.write(task);
    };
    this.#inTurn(task.id, write).catch(() => {});
  }

  /** Resolves when every record is on disk. */
  async written(): Promise<void> {
    await Promise.all(this.#writes.values());
  }

  #inTurn(id: string, action: () => Promise<number>): Promise<number> {
    const write = (this.#writes.get(id) ?? Promise.resolve()).then(action);
    const settled: Promise<void> = write
      .catch(() => {})
      .then(() => {
        if (this.#writes.get(id) === settled) this.#writes.delete(id);
      });
    this.#writes.set(id, settled);
    return write;
  }
}

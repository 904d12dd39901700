/** The tasks of this server: taken in, listed, cancelled, and remembered. */
import { isTerminal } from "../../wire/status.ts";
import type { RunRequest } from "../../wire/types.ts";
import type { AppVersion } from "../apps/app-version.ts";
import type { Resolved } from "../apps/catalog.ts";
import type { Clock } from "../clock.ts";
import { messageOf } from "../error-text.ts";
import { ApiError, notFound } from "../errors.ts";
import type { EmitEvent } from "../events.ts";
import { AppError } from "../workers/conversation.ts";
import { WorkerExit } from "../workers/worker-exit.ts";
import { RecordWriter } from "./record-writer.ts";
import { LiveTask, LOG_TASK, newTask, type Task, type TaskVersion } from "./task.ts";
import type { TaskStore } from "./task-store.ts";

export interface TasksOptions {
  clock: Clock;
  nextId: () => string;
  store: TaskStore;
  emit: EmitEvent;
  /** Takes a task from queued to its end. */
  execute(live: LiveTask, version: AppVersion): Promise<void>;
  /** Called once, when the task has ended. */
  onEnd(task: Task): void;
}

/** A task of a list; without it where its record cannot be read, and why. */
export type Listed = { id: string; task: Task; problem: null } | { id: string; task: null; problem: string };

/** Finished tasks that are answered from memory; older ones are read from disk. */
const RECENT = 100;
/** And how much they may come to, in characters of their records. */
const RECENT_LENGTH = 16 * 1024 * 1024;

export class Tasks {
  readonly #options: TasksOptions;
  readonly #live = new Map<string, LiveTask>();
  readonly #recent: { id: string; length: number }[] = [];
  #recentLength = 0;
  readonly #records: RecordWriter;

  constructor(options: TasksOptions) {
    this.#options = options;
    this.#records = new RecordWriter(options.store);
  }

  /** Creates the task and puts it in the queue, in the order of the calls; `saved` is when it is on disk. */
  submit(
    request: RunRequest,
    { version, messages }: Resolved,
    { sessionId, cost }: { sessionId: string | null; cost: number },
    enqueue: (live: LiveTask) => void,
  ): { live: LiveTask; saved: Promise<unknown> } {
    const { clock } = this.#options;
    const live = this.#create(request, version, { sessionId, cost });
    for (const { message } of messages) live.log(message, LOG_TASK, clock.now());
    enqueue(live);
    const saved = this.#records.write(live.task);
    void this.#start(live, version);
    return { live, saved };
  }

  /** A task that is worked on elsewhere, such as one of an agent's model: whoever opened it ends it. */
  open(request: RunRequest, version: TaskVersion): LiveTask {
    const live = this.#create(request, version, { sessionId: null, cost: 0 });
    live.move("running", this.#options.clock.now());
    return live;
  }

  #create(
    request: RunRequest,
    version: TaskVersion,
    { sessionId, cost }: { sessionId: string | null; cost: number },
  ): LiveTask {
    const { clock, nextId } = this.#options;
    const live = new LiveTask({ ...newTask(nextId(), request, version, sessionId, clock.now()), cost });
    this.#live.set(live.task.id, live);
    live.listen((change) => {
      if (change === "status") this.#onStatus(live);
      if (change === "log" || change === "late") this.#onLog(live);
      if (change === "late") this.#records.writeAgain(live.task);
    });
    live.move("received", clock.now());
    return live;
  }

  /** How many have not ended. */
  get running(): number {
    return this.#running().length;
  }

  #running(): LiveTask[] {
    return [...this.#live.values()].filter((live) => !live.ended);
  }

  find(id: string): LiveTask | undefined {
    return this.#live.get(id);
  }

  async get(id: string): Promise<Task> {
    const task = this.#live.get(id)?.task ?? (await this.#options.store.read(id));
    if (!task) throw notFound(`no task ${JSON.stringify(id)}`);
    return task;
  }

  /** Newest first, from after the cursor; the cursor is a task's id. */
  async list(
    limit: number,
    cursor: string | null,
    matches: ((listed: Listed) => boolean) | null,
  ): Promise<{ items: Listed[]; next: string | null; total: number }> {
    const ids = await this.#ids(matches);
    const from = cursor === null ? 0 : ids.findIndex((id) => id < cursor);
    const page = from === -1 ? [] : ids.slice(from, from + limit);
    const items = await Promise.all(page.map((id) => this.#look(id)));
    const last = page.at(-1);
    const next = last !== undefined && from + limit < ids.length ? last : null;
    return { items: items.filter((listed) => listed !== null), next, total: ids.length };
  }

  /** Null for one that has gone. */
  async #look(id: string): Promise<Listed | null> {
    try {
      return { id, task: await this.get(id), problem: null };
    } catch (error) {
      return error instanceof ApiError && error.status === 404
        ? null
        : { id, task: null, problem: messageOf(error) };
    }
  }

  /** What was submitted since then, in milliseconds since 1970; newest first. */
  async since(time: number): Promise<Task[]> {
    const found: Task[] = [];
    for (const id of await this.#options.store.ids()) {
      const task = (await this.#look(id))?.task;
      if (task && task.createdAt < time) break;
      if (task) found.push(task);
    }
    return found;
  }

  /** Of all tasks, or of those that match, which are read one after the other: there may be many. */
  async #ids(matches: ((listed: Listed) => boolean) | null): Promise<string[]> {
    const ids = await this.#options.store.ids();
    if (!matches) return ids;
    const found: string[] = [];
    for (const id of ids) {
      const listed = await this.#look(id);
      if (listed && matches(listed)) found.push(id);
    }
    return found;
  }

  /** False when the task had already ended. */
  cancel(live: LiveTask): boolean {
    return live.cancel(this.#options.clock.now());
  }

  /** Cancels what has not ended; resolves when all of it has. */
  async cancelAll(): Promise<void> {
    const running = this.#running();
    for (const live of running) this.cancel(live);
    await Promise.all(running.map((live) => live.done));
  }

  /** Resolves when every record is on disk. */
  async recorded(): Promise<void> {
    await this.#records.written();
  }

  async #start(live: LiveTask, version: AppVersion): Promise<void> {
    const { clock, execute } = this.#options;
    try {
      await execute(live, version);
    } catch (error) {
      if (error instanceof AppError || error instanceof WorkerExit) live.failedAt = error.place;
      if (live.cancelRequested) live.end("cancelled", null, clock.now());
      else live.end("failed", messageOf(error), clock.now());
    }
  }

  #onLog({ task: { id, appId: app, logs } }: LiveTask): void {
    this.#options.emit({ type: "log", id, app, text: logs.at(-1)!.content });
  }

  #onStatus(live: LiveTask): void {
    const { clock, emit, onEnd } = this.#options;
    const { id, appId, status, createdAt, workerId, sessionId, error } = live.task;
    emit({
      type: "task",
      id,
      app: appId,
      function: live.task.function,
      status,
      elapsed_ms: clock.now() - createdAt,
      worker: workerId,
      session: sessionId,
      error,
      place: live.failedAt,
    });
    if (!isTerminal(status)) return;
    onEnd(live.task);
    // What could not be written stays in memory.
    void this.#records.write(live.task).then(
      (length) => this.#remember(id, length),
      () => {},
    );
  }

  #remember(id: string, length: number): void {
    this.#recent.push({ id, length });
    this.#recentLength += length;
    while (this.#recent.length > RECENT || this.#recentLength > RECENT_LENGTH) {
      const forgotten = this.#recent.shift()!;
      this.#recentLength -= forgotten.length;
      this.#live.delete(forgotten.id);
    }
  }
}

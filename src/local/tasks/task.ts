/** A task as it is kept, on disk and in memory. Times are milliseconds since 1970. */
import { isTerminal, type StatusWord } from "../../wire/status.ts";
import type { JsonObject, RunRequest } from "../../wire/types.ts";
import type { AppVersion } from "../apps/app-version.ts";
import { ownPid } from "../process-ids.ts";
import type { Call } from "../sessions/session.ts";
import { type LogEntry, TaskLog } from "./task-log.ts";

/** Log types of the API. */
export const LOG_SETUP = 3;
export const LOG_TASK = 4;

export interface Task {
  id: string;
  /** As submitted. */
  app: string;
  /** `namespace/name`. */
  appId: string;
  version: string;
  function: string | null;
  infra: string | null;
  workers: string[];
  variant: string | null;
  webhook: string | null;
  setup: JsonObject | null;
  /** Seconds, as asked for with a new session. */
  sessionTimeout: number | null;
  input: JsonObject;
  /** Microcents; what it was said to cost, at most. Older records have none. */
  cost?: number;
  output: unknown;
  error: string | null;
  status: StatusWord;
  sessionId: string | null;
  workerId: string | null;
  createdAt: number;
  updatedAt: number;
  events: { status: StatusWord; time: number }[];
  logs: LogEntry[];
  /** The process whose server runs it. */
  pid: number;
}

/** "late": the app has said more after the end. */
export type TaskChange = "status" | "log" | "output" | "late";

/** A task of this server: the record, and who waits for it. */
export class LiveTask implements Call {
  readonly task: Task;
  readonly abort = new AbortController();
  readonly done: Promise<void>;
  /** In a session: when the calls before this one have given the worker back. */
  previousCalls: Promise<void> = Promise.resolve();
  cancelRequested = false;
  /** Where in the app it failed, `file:line`. */
  failedAt: string | null = null;
  /** Tells the app to stop; null while none works on the task. */
  cancelApp: (() => void) | null = null;
  readonly #listeners = new Set<(change: TaskChange) => void>();
  readonly #log: TaskLog;
  #finish: () => void = () => {};

  constructor(task: Task) {
    this.task = task;
    this.#log = new TaskLog(task.id, task.logs);
    this.done = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  get id(): string {
    return this.task.id;
  }

  get ended(): boolean {
    return isTerminal(this.task.status);
  }

  move(status: StatusWord, now: number): void {
    if (isTerminal(status)) this.#log.finish(() => this.#notify("log"));
    this.task.status = status;
    this.task.updatedAt = now;
    this.task.events.push({ status, time: now });
    this.#notify("status");
    if (this.ended) this.#finish();
  }

  /** The one way into a terminal status; what comes after the first is ignored. */
  end(status: "completed" | "failed" | "cancelled", error: string | null, now: number): void {
    if (this.ended) return;
    this.task.error = error;
    this.move(status, now);
    this.abort.abort();
  }

  /** False when the task had already ended. */
  cancel(now: number): boolean {
    if (this.ended) return false;
    if (this.cancelRequested) return true;
    this.cancelRequested = true;
    if (this.task.workerId === null) this.end("cancelled", null, now);
    else {
      this.move("cancelling", now);
      this.cancelApp?.();
    }
    return true;
  }

  /** For a call of a session that is gone; one that runs ends with its worker. */
  stop(outcome: "failed" | "cancelled", reason: string, now: number): void {
    if (outcome === "cancelled") this.cancelRequested = true;
    if (this.task.workerId === null) this.end(outcome, reason, now);
  }

  log(content: string, logType: number, now: number): void {
    const line = { created_at: new Date(now).toISOString(), log_type: logType, content };
    if (this.ended) {
      if (this.#log.addLate(line)) this.#notify("late");
      return;
    }
    this.task.updatedAt = now;
    if (this.#log.add(line)) this.#notify("log");
  }

  partial(output: unknown, now: number): void {
    if (this.ended) return;
    this.task.output = output;
    this.task.updatedAt = now;
    this.#notify("output");
  }

  /** Calls `listener` after each change, until the returned function is called. */
  listen(listener: (change: TaskChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #notify(change: TaskChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

/** What a task tells of the version that it runs. */
export type TaskVersion = Pick<AppVersion, "app" | "hash" | "defaultFunction">;

/** As it begins. */
export function newTask(
  id: string,
  request: RunRequest,
  version: TaskVersion,
  sessionId: string | null,
  now: number,
): Task {
  return {
    id,
    app: request.app,
    appId: version.app,
    version: version.hash,
    function: request.function ?? version.defaultFunction,
    infra: request.infra ?? null,
    workers: request.workers ?? [],
    variant: request.variant ?? null,
    webhook: request.webhook ?? null,
    setup: request.setup ?? null,
    sessionTimeout: request.session_timeout ?? null,
    input: request.input,
    output: null,
    error: null,
    status: "received",
    sessionId,
    workerId: null,
    createdAt: now,
    updatedAt: now,
    events: [],
    logs: [],
    pid: ownPid(),
  };
}

/** Records as the API shows them. */
import { isTerminal, STATUS_NUMBERS, type StatusTable, type StatusWord } from "../../wire/status.ts";
import type { JsonObject } from "../../wire/types.ts";
import type { Session } from "../sessions/session.ts";
import { type FileStore, readReference } from "../tasks/file-store.ts";
import { mapStrings } from "../tasks/json.ts";
import type { Task } from "../tasks/task.ts";
import type { LogEntry } from "../tasks/task-log.ts";
import type { Listed } from "../tasks/tasks.ts";
import { OWNER } from "./owner.ts";

export interface SerializerOptions {
  table: StatusTable;
  fileUris: "http" | "file";
  files: FileStore;
  baseUrl: () => string;
}

const iso = (time: number) => new Date(time).toISOString();
const isoOrNull = (time: number | null) => (time === null ? null : iso(time));

export class Serializer {
  readonly #options: SerializerOptions;

  constructor(options: SerializerOptions) {
    this.#options = options;
  }

  /** The older table has no number for "cancelling"; such a task still runs. */
  status(word: StatusWord): { status: number; status_text: string } {
    const table = STATUS_NUMBERS[this.#options.table];
    const known = table.includes(word) ? word : "running";
    return { status: table.indexOf(known), status_text: known };
  }

  /** Without `logs` the list is empty: lists and first answers stay small. */
  /** As a list has it; of one whose record cannot be read nothing is known but that. */
  listed({ id, task, problem }: Listed): JsonObject {
    return task
      ? this.task(task)
      : { id, short_id: id.slice(-8), status: 0, status_text: "unknown", error: problem };
  }

  task(task: Task, logs: LogEntry[] = []): JsonObject {
    const withUris = (value: unknown) => mapStrings(value, (text) => this.uri(text));
    return {
      id: task.id,
      short_id: task.id.slice(-8),
      app: task.app,
      app_id: task.appId,
      app_version_id: task.version,
      function: task.function,
      ...this.status(task.status),
      input: withUris(task.input),
      setup: withUris(task.setup),
      output: withUris(task.output),
      error: task.error,
      session_id: task.sessionId,
      worker_id: task.workerId,
      workers: task.workers,
      infra: task.infra ?? "private",
      app_variant: task.variant ?? "",
      ...(task.sessionTimeout === null ? {} : { session_timeout: task.sessionTimeout }),
      ...(task.webhook === null ? {} : { webhook: task.webhook }),
      created_at: iso(task.createdAt),
      updated_at: iso(task.updatedAt),
      ...OWNER,
      ...NOT_HERE,
      events: this.events(task),
      logs: serializeLogs(task, logs),
    };
  }

  taskStatus(task: Task): JsonObject {
    return { id: task.id, ...this.status(task.status), updated_at: iso(task.updatedAt) };
  }

  taskLogs(task: Task): JsonObject {
    return {
      task_id: task.id,
      ...this.status(task.status),
      events: this.events(task),
      logs: serializeLogs(task, task.logs),
    };
  }

  events(task: Task): JsonObject[] {
    return task.events.map(({ status, time }, index) => ({
      id: `${task.id}-event-${index}`,
      task_id: task.id,
      created_at: iso(time),
      event_time: iso(time),
      ...this.status(status),
    }));
  }

  /** Phases with their durations: words, whatever the number table. */
  timings(task: Task, now: number): JsonObject {
    const end = isTerminal(task.status) ? task.updatedAt : now;
    const events = task.events.map(({ status, time }, index) => {
      const next = task.events[index + 1];
      const duration = (next?.time ?? (isTerminal(status) ? time : now)) - time;
      return {
        status,
        timestamp: iso(time),
        duration: durationText(duration),
        duration_ms: duration,
        ...(next ? { next_status: next.status } : {}),
      };
    });
    return {
      task_id: task.id,
      ...this.status(task.status),
      total_duration: durationText(end - task.createdAt),
      total_duration_ms: end - task.createdAt,
      groups: groupsOf(task, end),
      events,
    };
  }

  webhook(task: Task): JsonObject {
    const { id, status, output, error, session_id, created_at, updated_at } = this.task(task);
    return { id, status, output, error: error ?? "", session_id, created_at, updated_at };
  }

  session(session: Session): JsonObject {
    return {
      id: session.id,
      short_id: session.id.slice(-8),
      ...OWNER,
      app_id: session.version.app,
      app_version_id: session.version.hash,
      worker_id: session.worker?.id ?? null,
      status: session.state === "lost" ? "ended" : session.state,
      expires_at: iso(session.expiresAt),
      idle_timeout: session.idleTimeoutMs / 1000,
      call_count: session.callCount,
      task_id: session.taskId,
      created_at: iso(session.createdAt),
      updated_at: iso(session.updatedAt),
      ended_at: isoOrNull(session.endedAt),
      last_call_at: isoOrNull(session.lastCallAt),
    };
  }

  /** The address of a stored file in place of its reference; other text as it is. */
  uri(text: string): string {
    const { files, fileUris } = this.#options;
    const file = readReference(text);
    if (!file) return text;
    return fileUris === "file" ? files.fileUri(file) : this.httpUri(text);
  }

  httpUri(text: string): string {
    const file = readReference(text);
    return file ? this.#options.files.httpUri(file, this.#options.baseUrl()) : text;
  }
}

/** What the SDK's type of a task names and a task on this server has not. */
const NOT_HERE = {
  user_public_key: "",
  engine_public_key: "",
  is_featured: false,
  rating: "unrated",
  usage_events: [],
};

function serializeLogs({ id }: Task, logs: LogEntry[]): JsonObject[] {
  return logs.map((entry) => ({ ...entry, updated_at: entry.created_at, task_id: id }));
}

/** As the API writes them: 350ms, 1.5s, 2m3.5s, 1h0m0s. */
function durationText(ms: number): string {
  if (ms < 1000) return ms === 0 ? "0s" : `${ms}ms`;
  const [hours, minutes] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60];
  const seconds = `${(ms % 60_000) / 1000}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}

const GROUPS: [string, StatusWord[]][] = [
  ["queue", ["received", "queued", "dispatched"]],
  ["setup", ["preparing", "serving", "setting_up"]],
  ["run", ["running", "cancelling"]],
  ["upload", ["uploading"]],
];

function groupsOf(task: Task, end: number): JsonObject[] {
  return GROUPS.flatMap(([label, words]) => {
    const first = task.events.findIndex(({ status }) => words.includes(status));
    if (first === -1) return [];
    const start = task.events[first]!.time;
    const after = task.events.slice(first).find(({ status }) => !words.includes(status))?.time ?? end;
    const ms = after - start;
    return [{ label, start_at: iso(start), end_at: iso(after), duration: durationText(ms), duration_ms: ms }];
  });
}

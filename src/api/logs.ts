import { isObject } from "../wire/types.ts";

/** One entry of a task's log, as shown to people and scripts. */
export interface LogEntry {
  text: string;
  /** Which part of the task's life wrote it. */
  stream: LogStream;
}

const LOG_STREAMS = ["build", "run", "serve", "setup", "task"] as const;
type LogStream = (typeof LOG_STREAMS)[number];

/**
 * What of a task's log has not been shown yet. Logs arrive as a text (the newest line), as the
 * whole list so far, or as a list of new entries only (api.md section 5); each entry comes out
 * once. Keeps ids and hashes, never texts, so that a long watch stays small.
 */
export class LogTail {
  readonly #ids = new Set<string>();
  /** Hashes of the entries without an id, in the order shown. */
  #shown: number[] = [];

  take(logs: unknown): LogEntry[] {
    if (typeof logs === "string") return this.#takeNewest(logs);
    if (!Array.isArray(logs)) return [];
    const fresh: LogEntry[] = [];
    const anonymous: LogEntry[] = [];
    for (const raw of logs) {
      const entry = readEntry(raw);
      if (!entry) continue;
      const id = isObject(raw) ? raw["id"] : undefined;
      if (typeof id !== "string" || id === "") anonymous.push(entry);
      else if (!this.#ids.has(id)) {
        this.#ids.add(id);
        fresh.push(entry);
      }
    }
    return anonymous.length === 0 ? fresh : [...fresh, ...this.#takeUnseen(anonymous)];
  }

  #takeNewest(text: string): LogEntry[] {
    if (text === "" || this.#shown.at(-1) === hash(text)) return [];
    this.#shown.push(hash(text));
    return [{ text, stream: "task" }];
  }

  /** Drops what overlaps with what was shown: all of it when the list is cumulative, else its tail. */
  #takeUnseen(entries: LogEntry[]): LogEntry[] {
    const hashes = entries.map((entry) => hash(entry.text));
    const seen = startsWith(hashes, this.#shown) ? this.#shown.length : overlap(this.#shown, hashes);
    this.#shown.push(...hashes.slice(seen));
    return entries.slice(seen);
  }
}

function readEntry(raw: unknown): LogEntry | null {
  if (typeof raw === "string") return { text: raw, stream: "task" };
  if (!isObject(raw) || typeof raw["content"] !== "string") return null;
  const type = raw["log_type"];
  const stream = typeof type === "number" ? LOG_STREAMS[type] : LOG_STREAMS.find((name) => name === type);
  return { text: raw["content"].replace(/\r?\n$/, ""), stream: stream ?? "task" };
}

function startsWith(list: number[], prefix: number[]): boolean {
  return list.length >= prefix.length && prefix.every((value, index) => list[index] === value);
}

/** Length of the longest end of `shown` that `next` begins with; linear (Knuth, Morris, Pratt). */
function overlap(shown: number[], next: number[]): number {
  const failure = [0];
  for (let index = 1, length = 0; index < next.length; index++) {
    while (length > 0 && next[index] !== next[length]) length = failure[length - 1]!;
    if (next[index] === next[length]) length++;
    failure[index] = length;
  }
  let length = 0;
  for (const value of shown.slice(-next.length)) {
    while (length > 0 && (length === next.length || value !== next[length])) length = failure[length - 1]!;
    if (value === next[length]) length++;
  }
  return length;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}

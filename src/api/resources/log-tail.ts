import { isObject } from "../../wire/types.ts";

/** One entry of a task's log, as shown to people and scripts. */
export interface LogEntry {
  text: string;
  /** Which part of the task's life wrote it. */
  stream: LogStream;
}

const LOG_STREAMS = ["build", "run", "serve", "setup", "task"] as const;
type LogStream = (typeof LOG_STREAMS)[number];

interface Arrived {
  entry: LogEntry;
  /** Null for an entry without one. */
  id: string | null;
  hash: number;
}

/**
 * What of a task's log has not been shown yet. Logs arrive as a text (the newest line), as the
 * whole list so far, or as a list of new entries only (src/api/README.md, "Following a task");
 * each entry comes out once. Keeps ids and hashes, never texts: a few dozen bytes an entry.
 */
export class LogTail {
  readonly #ids = new Set<string>();
  /** Hashes of the list entries shown, in order; those without an id once more by themselves. */
  readonly #shown: number[] = [];
  readonly #nameless: number[] = [];
  /** How often a line was shown as the newest, its place in the list not yet known. */
  readonly #loose = new Map<number, number>();
  #last: number | null = null;
  /** Since a stream was opened again, until a line comes that is new. */
  #mayReplay = false;

  /** A stream opened again may tell its history from the start. */
  reopened(): void {
    this.#mayReplay = true;
  }

  take(logs: unknown): LogEntry[] {
    if (typeof logs === "string") return this.#takeNewest(withoutNewline(logs));
    if (!Array.isArray(logs)) return [];
    const list = logs.map(arrived).filter((item) => item !== null);
    let seen = this.#seenBefore(list);
    const fresh: LogEntry[] = [];
    for (const item of list) {
      if (item.id === null ? seen-- > 0 : this.#ids.has(item.id)) continue;
      this.#remember(item);
      if (!this.#consumeLoose(item.hash)) fresh.push(item.entry);
    }
    return fresh;
  }

  #takeNewest(text: string): LogEntry[] {
    const value = hash(text);
    if (text === "" || this.#last === value) return [];
    if (this.#mayReplay && this.#loose.has(value)) return [];
    this.#mayReplay = false;
    this.#last = value;
    this.#loose.set(value, (this.#loose.get(value) ?? 0) + 1);
    return [{ text, stream: "task" }];
  }

  /** How many of the list's entries without an id, from its start, have been shown before. */
  #seenBefore(list: Arrived[]): number {
    const hashes = list.filter(({ id }) => id === null).map((item) => item.hash);
    if (hashes.length === 0) return 0;
    const shown = hashes.length === list.length ? this.#shown : this.#nameless;
    if (startsWith(hashes, shown)) return shown.length;
    const older = (hashes.length > 1 || this.#mayReplay) && startsWith(shown, hashes);
    return older ? hashes.length : overlap(shown, hashes);
  }

  #remember({ id, hash }: Arrived): void {
    if (id === null) this.#nameless.push(hash);
    else this.#ids.add(id);
    this.#shown.push(hash);
    this.#last = hash;
  }

  /** True when the line has been shown already, as the newest at its time. */
  #consumeLoose(value: number): boolean {
    const count = this.#loose.get(value) ?? 0;
    if (count > 1) this.#loose.set(value, count - 1);
    else this.#loose.delete(value);
    return count > 0;
  }
}

function arrived(raw: unknown): Arrived | null {
  const entry = readEntry(raw);
  if (!entry) return null;
  const id = isObject(raw) && typeof raw["id"] === "string" && raw["id"] !== "" ? raw["id"] : null;
  return { entry, id, hash: hash(entry.text) };
}

function readEntry(raw: unknown): LogEntry | null {
  if (typeof raw === "string") return { text: withoutNewline(raw), stream: "task" };
  if (!isObject(raw) || typeof raw["content"] !== "string") return null;
  const type = raw["log_type"];
  const stream = typeof type === "number" ? LOG_STREAMS[type] : LOG_STREAMS.find((name) => name === type);
  return { text: withoutNewline(raw["content"]), stream: stream ?? "task" };
}

function withoutNewline(text: string): string {
  return text.replace(/\r?\n$/, "");
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

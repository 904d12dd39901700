import { isObject } from "../../wire/types.ts";
import { ShownKeys, ShownSequence } from "./shown-lines.ts";

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
 * each entry comes out once. Keeps ids and hashes, never texts, and no more of them however long the log is.
 */
export class LogTail {
  readonly #ids = new ShownKeys<string>();
  /** Of the list entries shown; those without an id once more by themselves. */
  readonly #shown = new ShownSequence();
  readonly #nameless = new ShownSequence();
  /** Lines shown as the newest, their place in the list not yet known. */
  readonly #loose = new ShownKeys<number>();
  readonly #newest = new ShownSequence();
  #last: number | null = null;
  /** Since a stream was opened again, until a line comes that is new. */
  #mayReplay = false;

  /** A stream opened again may tell its history from the start. */
  reopened(): void {
    this.#mayReplay = true;
    for (const sequence of [this.#shown, this.#nameless, this.#newest]) sequence.reopened();
  }

  take(logs: unknown): LogEntry[] {
    if (typeof logs === "string") return this.#takeNewest(withoutNewline(logs));
    if (!Array.isArray(logs)) return [];
    const list = logs.map(arrived).filter((item) => item !== null);
    let seen = this.#seenBefore(list);
    const forgotten = this.#ids.forgottenIn(list, ({ id }) => id);
    const loose = this.#loose.forgottenIn(list, ({ hash }) => hash);
    const fresh: LogEntry[] = [];
    for (const [index, item] of list.entries()) {
      const { id, hash, entry } = item;
      if (id === null ? seen-- > 0 : index < forgotten || this.#ids.has(id, this.#mayReplay)) continue;
      this.#remember(item);
      if (!this.#loose.consume(hash) && index >= loose) fresh.push(entry);
    }
    if (fresh.length > 0) this.#mayReplay = false;
    return fresh;
  }

  #takeNewest(text: string): LogEntry[] {
    const value = hash(text);
    if (text === "" || this.#last === value) return [];
    if (this.#mayReplay && (this.#newest.toldAgain([value]) > 0 || this.#loose.has(value, false))) return [];
    this.#mayReplay = false;
    this.#last = value;
    this.#loose.add(value);
    this.#newest.push(value);
    return [{ text, stream: "task" }];
  }

  /** How many of the list's entries without an id, from its start, have been shown before. */
  #seenBefore(list: Arrived[]): number {
    const hashes = list.filter(({ id }) => id === null).map((item) => item.hash);
    if (hashes.length === 0) return 0;
    const shown = hashes.length === list.length ? this.#shown : this.#nameless;
    return shown.seenOf(hashes, hashes.length > 1 || this.#mayReplay);
  }

  #remember({ id, hash }: Arrived): void {
    if (id === null) this.#nameless.push(hash);
    else this.#ids.add(id);
    this.#shown.push(hash);
    this.#last = hash;
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

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}

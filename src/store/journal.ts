import { appendFileSync, closeSync, fchmodSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileError } from "../errors.ts";
import { isObject } from "../wire/types.ts";
import { makeFolder } from "./folder.ts";
import { filesOf, isGone, rotate, WORTH_COUNTING } from "./journal-rotation.ts";
import { linesFromEnd } from "./lines-from-end.ts";
import { setAside } from "./set-aside.ts";

/** One thing this machine submitted, or a session that it ended. */
export interface JournalEntry {
  type: "task" | "session" | "chat" | "ended";
  id: string;
  app: string | null;
  /** The server it went to: a base URL, or "local". */
  api: string;
  /** ISO time. */
  time: string;
  /** What submitted it as one of many, so that it is not `@last`; absent for what a user submitted alone. */
  by?: "batch";
}

/**
 * What this machine submitted, one JSON line each, in the state folder. Lines are appended in
 * one write, so two belts may write at once; a line torn by a crash is closed by the next.
 */
export class Journal {
  readonly path: string;

  readonly #warn: (text: string) => void;
  /** Bytes from which on it may hold too many entries. */
  #long = WORTH_COUNTING;
  #rotating: Promise<void> | null = null;

  constructor(stateDir: string, warn: (text: string) => void) {
    this.#warn = warn;
    this.path = join(stateDir, "journal.ndjson");
  }

  /** Throws when the disk is full or the folder not writable. */
  async append(entry: JournalEntry): Promise<void> {
    try {
      await this.#makeRoom();
      appendLine(this.path, `${JSON.stringify(entry)}\n`);
    } catch (error) {
      throw fileError("cannot write the journal", this.path, error);
    }
  }

  async #makeRoom(): Promise<void> {
    const found = statSync(this.path, { throwIfNoEntry: false });
    if (!found) return await makeFolder(dirname(this.path));
    if (found.size < this.#long) return;
    this.#rotating ??= this.#rotate(found.size).finally(() => {
      this.#rotating = null;
    });
    await this.#rotating;
  }

  async #rotate(size: number): Promise<void> {
    // Only memory of the past is at stake.
    this.#long = await rotate(this.path, size).catch(() => this.#long);
  }

  /**
   * The newest entries of one type, newest first, and not more of the files than these are read;
   * torn lines are passed over. A file that holds nothing readable is set aside, never
   * overwritten, and said to be; one that cannot be read is an error.
   */
  async newestFirst(
    type: JournalEntry["type"],
    most = Number.POSITIVE_INFINITY,
    isWanted: (entry: JournalEntry) => boolean = () => true,
  ): Promise<JournalEntry[]> {
    const found = new Map<string, JournalEntry>();
    for (const path of filesOf(this.path)) {
      let [readable, blank] = [false, true];
      for await (const line of this.#lines(path)) {
        const entry = parseEntry(line);
        readable ||= entry !== null;
        blank &&= line.trim() === "";
        if (entry?.type === type && isWanted(entry) && !found.has(entry.id)) found.set(entry.id, entry);
        if (found.size >= most) return [...found.values()].slice(0, most);
      }
      if (!readable && !blank) await setAside(path, "the journal", this.#warn);
    }
    return [...found.values()];
  }

  async *#lines(path: string): AsyncGenerator<string> {
    const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return null;
      throw fileError("cannot read the journal", path, error);
    });
    if (file === null) return;
    try {
      yield* linesFromEnd(file);
    } catch (error) {
      throw fileError("cannot read the journal", path, error);
    } finally {
      await file.close();
    }
  }
}

/** At once: to hand so little to another thread and wait for it takes ten times as long. */
function appendLine(path: string, line: string): void {
  for (let written = false; !written; ) {
    const fd = openSync(path, "a+", 0o600);
    try {
      fchmodSync(fd, 0o600);
      appendFileSync(fd, isTorn(fd) ? `\n${line}` : line);
      // Another belt may have moved what was there, and read its end before this line came.
      written = !isGone(fd);
    } finally {
      closeSync(fd);
    }
  }
}

/** True where a crash has left a line without its end. */
function isTorn(fd: number): boolean {
  const { size } = fstatSync(fd);
  const last = Buffer.alloc(1);
  return size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last.toString() !== "\n";
}

function parseEntry(line: string): JournalEntry | null {
  try {
    const entry: unknown = JSON.parse(line);
    if (!isObject(entry)) return null;
    const { type, id, app, api, time, by } = entry;
    if (type !== "task" && type !== "session" && type !== "chat" && type !== "ended") return null;
    if (typeof id !== "string" || typeof api !== "string") return null;
    return {
      type,
      id,
      app: typeof app === "string" ? app : null,
      api,
      time: typeof time === "string" ? time : "",
      ...(by === "batch" && { by }),
    };
  } catch {
    return null;
  }
}

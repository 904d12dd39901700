import { type FileHandle, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileError } from "../errors.ts";
import { isObject } from "../wire/types.ts";
import { makeFolder } from "./folder.ts";
import { filesOf, isGone, rotate } from "./journal-rotation.ts";
import { linesFromEnd } from "./lines-from-end.ts";
import { setAside } from "./set-aside.ts";

/** One thing this machine submitted. */
export interface JournalEntry {
  type: "task" | "session" | "chat";
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
  /** Lines to be written together next, what is being written, and what comes after that. */
  readonly #waiting: string[] = [];
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;

  constructor(stateDir: string, warn: (text: string) => void) {
    this.#warn = warn;
    this.path = join(stateDir, "journal.ndjson");
  }

  /** Throws when the disk is full or the folder not writable. Entries that come while others are written go together. */
  async append(entry: JournalEntry): Promise<void> {
    this.#waiting.push(`${JSON.stringify(entry)}\n`);
    this.#next ??= this.#writing
      .catch(() => {})
      .then(() => {
        this.#next = null;
        this.#writing = this.#append(this.#waiting.splice(0).join(""));
        return this.#writing;
      });
    await this.#next.catch((error) => {
      throw fileError("cannot write the journal", this.path, error);
    });
  }

  async #append(lines: string): Promise<void> {
    await makeFolder(dirname(this.path));
    // Only memory of the past is at stake.
    await rotate(this.path).catch(() => {});
    for (let written = false; !written; ) {
      const file = await open(this.path, "a+", 0o600);
      try {
        await file.chmod(0o600);
        await appendLines(file, lines);
        // Another belt may have moved what was there, and read its end before this line came.
        written = !(await isGone(file));
      } finally {
        await file.close();
      }
    }
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

/** Closes a line that a crash has torn. */
async function appendLines(file: FileHandle, lines: string): Promise<void> {
  const { size } = await file.stat();
  const last = Buffer.alloc(1);
  if (size > 0) await file.read(last, 0, 1, size - 1);
  const torn = size > 0 && last.toString() !== "\n";
  await file.appendFile(`${torn ? "\n" : ""}${lines}`);
}

function parseEntry(line: string): JournalEntry | null {
  try {
    const entry: unknown = JSON.parse(line);
    if (!isObject(entry)) return null;
    const { type, id, app, api, time, by } = entry;
    const known = type === "task" || type === "session" || type === "chat";
    if (!known || typeof id !== "string" || typeof api !== "string") return null;
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

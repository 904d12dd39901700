import { open, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileError } from "../errors.ts";
import { isObject } from "../wire/types.ts";
import { makeFolder } from "./folder.ts";
import { setAside } from "./set-aside.ts";

/** One thing this machine submitted. */
export interface JournalEntry {
  type: "task" | "session";
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
    const file = await open(this.path, "a+", 0o600).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      await makeFolder(dirname(this.path));
      return await open(this.path, "a+", 0o600);
    });
    try {
      await file.chmod(0o600);
      const { size } = await file.stat();
      const last = Buffer.alloc(1);
      if (size > 0) await file.read(last, 0, 1, size - 1);
      const torn = size > 0 && last.toString() !== "\n";
      await file.appendFile(`${torn ? "\n" : ""}${lines}`);
    } finally {
      await file.close();
    }
  }

  /**
   * Entries of one type, newest first; torn lines are passed over. A file that holds nothing
   * readable is set aside, never overwritten, and said to be; one that cannot be read is an error.
   */
  async newestFirst(type: JournalEntry["type"]): Promise<JournalEntry[]> {
    const text = await readFile(this.path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw fileError("cannot read the journal", this.path, error);
    });
    const entries = text
      .split("\n")
      .map(parseEntry)
      .filter((entry) => entry !== null);
    if (text.trim() !== "" && entries.length === 0) await setAside(this.path, "the journal", this.#warn);
    return entries.filter((entry) => entry.type === type).reverse();
  }
}

function parseEntry(line: string): JournalEntry | null {
  try {
    const entry: unknown = JSON.parse(line);
    if (!isObject(entry)) return null;
    const { type, id, app, api, time, by } = entry;
    if ((type !== "task" && type !== "session") || typeof id !== "string" || typeof api !== "string")
      return null;
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

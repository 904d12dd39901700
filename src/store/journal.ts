import { open, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BeltError } from "../errors.ts";
import { isObject } from "../wire/types.ts";
import { makeFolder } from "./folder.ts";

/** One thing this machine submitted. */
export interface JournalEntry {
  type: "task" | "session";
  id: string;
  app: string | null;
  /** The server it went to: a base URL, or "local". */
  api: string;
  /** ISO time. */
  time: string;
}

/**
 * What this machine submitted, one JSON line each, in the state folder. Lines are appended in
 * one write, so two belts may write at once; a line torn by a crash is closed by the next.
 */
export class Journal {
  readonly path: string;

  readonly #warn: (text: string) => void;

  constructor(stateDir: string, warn: (text: string) => void) {
    this.#warn = warn;
    this.path = join(stateDir, "journal.ndjson");
  }

  /** Throws the system's error when the disk is full or the folder not writable. */
  async append(entry: JournalEntry): Promise<void> {
    await makeFolder(dirname(this.path));
    const file = await open(this.path, "a+", 0o600);
    try {
      await file.chmod(0o600);
      const { size } = await file.stat();
      const last = Buffer.alloc(1);
      if (size > 0) await file.read(last, 0, 1, size - 1);
      const torn = size > 0 && last.toString() !== "\n";
      await file.appendFile(`${torn ? "\n" : ""}${JSON.stringify(entry)}\n`);
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
      throw new BeltError({
        code: "file",
        message: `cannot read the journal ${this.path}: ${error.message}`,
        exit: "failure",
        cause: error,
      });
    });
    const entries = text
      .split("\n")
      .map(parseEntry)
      .filter((entry) => entry !== null);
    if (text.trim() !== "" && entries.length === 0) await this.#setAside();
    return entries.filter((entry) => entry.type === type).reverse();
  }

  async #setAside(): Promise<void> {
    const aside = `${this.path}.damaged-${Date.now()}`;
    await rename(this.path, aside).then(
      () => this.#warn(`the journal could not be read and was set aside as ${aside}`),
      (error: Error) =>
        this.#warn(`the journal ${this.path} cannot be read, nor set aside: ${error.message}`),
    );
  }
}

function parseEntry(line: string): JournalEntry | null {
  try {
    const entry: unknown = JSON.parse(line);
    if (!isObject(entry)) return null;
    const { type, id, app, api, time } = entry;
    if ((type !== "task" && type !== "session") || typeof id !== "string" || typeof api !== "string")
      return null;
    return {
      type,
      id,
      app: typeof app === "string" ? app : null,
      api,
      time: typeof time === "string" ? time : "",
    };
  } catch {
    return null;
  }
}

import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isObject } from "../wire/types.ts";

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

  constructor(stateDir: string) {
    this.path = join(stateDir, "journal.ndjson");
  }

  /** Throws the system's error when the disk is full or the folder not writable. */
  async append(entry: JournalEntry): Promise<void> {
    await mkdir(join(this.path, ".."), { recursive: true, mode: 0o700 });
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

  /** Entries of one type, newest first; lines that cannot be read are passed over. */
  async newestFirst(type: JournalEntry["type"]): Promise<JournalEntry[]> {
    const text = await readFile(this.path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    const entries = text.split("\n").map(parseEntry);
    return entries.filter((entry) => entry !== null && entry.type === type).reverse() as JournalEntry[];
  }
}

function parseEntry(line: string): JournalEntry | null {
  try {
    const entry: unknown = JSON.parse(line);
    return isObject(entry) && typeof entry["id"] === "string" ? (entry as unknown as JournalEntry) : null;
  } catch {
    return null;
  }
}

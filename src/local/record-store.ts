import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseJson, stringifyJson } from "../wire/json.ts";
import { writeAtomic } from "./atomic-write.ts";
import { ApiError } from "./errors.ts";
import { isId } from "./ids.ts";

/** Records on disk, one file each: what a later command finds of an earlier one. */
export class RecordStore<Kept extends { id: string }> {
  readonly #dir: string;
  readonly #judged: (record: Kept) => Kept;

  /** `judged` ends what cannot end by itself any more. */
  constructor(dir: string, judged: (record: Kept) => Kept) {
    this.#dir = dir;
    this.#judged = judged;
  }

  /** Whole or not at all, whenever the process ends. Gives the record's length. */
  async write(kept: Kept): Promise<number> {
    const record = stringifyJson(kept)!;
    await writeAtomic(this.#path(kept.id), (temporary) => writeFile(temporary, record, { mode: 0o600 }));
    return record.length;
  }

  /** Null for one that is not there; throws an ApiError that names the file of one that cannot be read. */
  async read(id: string): Promise<Kept | null> {
    if (!isId(id)) return null;
    try {
      const record = (await parseJson(await readFile(this.#path(id), "utf8"))) as Kept | null;
      if (record?.id !== id) throw new Error("it is another's");
      return this.#judged(record);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      // Gone as far as anybody can tell: to ask again leads nowhere.
      throw new ApiError(410, "unreadable_record", `the record of ${id} cannot be read: ${this.#path(id)}`);
    }
  }

  /** All ids, newest first. */
  async ids(): Promise<string[]> {
    const names = await readdir(this.#dir);
    return names
      .filter((name) => name.endsWith(".json"))
      .map((name) => name.slice(0, -".json".length))
      .sort()
      .reverse();
  }

  #path(id: string): string {
    return join(this.#dir, `${id}.json`);
  }
}

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseJson, stringifyJson } from "../wire/json.ts";
import { isObject, type JsonObject } from "../wire/types.ts";
import { writeAtomic } from "./atomic-write.ts";
import { setAside } from "./set-aside.ts";
import { sweepTemporaries, type TemporaryOwner } from "./temporary.ts";

/** An app as the API once described it. */
export interface CachedApp {
  /** The server it came from: a base URL, or "local". */
  api: string;
  /** As asked for: `namespace/name`, with or without `@version`. */
  reference: string;
  /** Milliseconds since 1970. */
  fetched: number;
  app: JsonObject;
}

interface CacheOutput {
  warn(text: string): void;
  /** Takes keys out of what is kept, in case a server sends them back. */
  redact(text: string): string;
}

/** Apps' schemas in the cache folder, one file for each API, app and version. */
export class SchemaCache {
  readonly #dir: string;
  readonly #out: CacheOutput;
  readonly #owner: TemporaryOwner;

  constructor(cacheDir: string, out: CacheOutput, owner: TemporaryOwner) {
    this.#owner = owner;
    this.#dir = join(cacheDir, "schemas");
    this.#out = out;
  }

  /** Null when there is none; a file that cannot be understood is set aside and told of. */
  async read(api: string, reference: string): Promise<CachedApp | null> {
    const path = this.#path(api, reference);
    const text = await readFile(path, "utf8").catch(() => null);
    if (text === null) return null;
    const entry = await parse(text);
    if (entry && entry.api === api && entry.reference === reference) return entry;
    await setAside(path, "the cached schema", (text) => this.#out.warn(text));
    return null;
  }

  /** Whole or not at all; a cache that cannot be written is none. */
  async write(entry: CachedApp): Promise<void> {
    const text = this.#out.redact(stringifyJson(entry)!);
    await writeAtomic(this.#path(entry.api, entry.reference), text, this.#owner).catch(() => {});
    await sweepTemporaries(this.#dir, this.#owner);
  }

  #path(api: string, reference: string): string {
    const key = createHash("sha256").update(`${api}\n${reference}`).digest("hex").slice(0, 32);
    return join(this.#dir, `${key}.json`);
  }
}

async function parse(text: string): Promise<CachedApp | null> {
  try {
    const entry = await parseJson(text);
    const whole = isObject(entry) && isObject(entry["app"]) && typeof entry["fetched"] === "number";
    return whole ? (entry as unknown as CachedApp) : null;
  } catch {
    return null;
  }
}

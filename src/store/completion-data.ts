import { open, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseJson } from "../wire/json.ts";
import { isObject, type JsonObject } from "../wire/types.ts";

/** What is kept on disk, as far as it helps typing: what cannot be read is not there. */

export async function profileNames(configDir: string): Promise<string[]> {
  const book = await readJson(join(configDir, "profiles.json"));
  const profiles = isObject(book) && Array.isArray(book["profiles"]) ? book["profiles"].filter(isObject) : [];
  return profiles.map(({ name }) => name).filter((name) => typeof name === "string");
}

/** An app whose schemas are in the cache. */
export interface CachedApp {
  /** `namespace/name`, with or without `@version`. */
  reference: string;
  path: string;
}

/** Files that are looked into: nobody waits at a Tab. */
const MOST = 200;

/** The apps whose schemas are in the cache, the newest first; of each file only its beginning is read. */
export async function cachedApps(cacheDir: string): Promise<CachedApp[]> {
  const dir = join(cacheDir, "schemas");
  const names = (await readdir(dir).catch(() => [])).filter((name) => name.endsWith(".json"));
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(dir, name);
      return { path, changed: (await stat(path).catch(() => null))?.mtimeMs ?? 0 };
    }),
  );
  const newest = files.sort((a, b) => b.changed - a.changed).slice(0, MOST);
  const known = await Promise.all(
    newest.map(async ({ path }) => ({ path, reference: await referenceIn(path).catch(() => null) })),
  );
  return known.filter((one): one is CachedApp => one.reference !== null);
}

/** What the API said of it; null when that cannot be read. */
export async function readCachedApp({ path, reference }: CachedApp): Promise<JsonObject | null> {
  const entry = await readJson(path);
  if (!isObject(entry) || entry["reference"] !== reference) return null;
  return isObject(entry["app"]) ? entry["app"] : null;
}

/** Characters; what comes before the schemas is shorter. */
const BEGINNING = 1_024;

/** As `SchemaCache` writes it: the API and the reference come first. */
async function referenceIn(path: string): Promise<string | null> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING), 0, BEGINNING, 0);
    const text = buffer.toString("utf8", 0, bytesRead);
    const [, quoted] = /^\{"api":"(?:[^"\\]|\\.)*","reference":("(?:[^"\\]|\\.)*")/.exec(text) ?? [];
    return quoted === undefined ? null : JSON.parse(quoted);
  } finally {
    await file.close();
  }
}

async function readJson(path: string): Promise<unknown> {
  try {
    return await parseJson(await readFile(path, "utf8"));
  } catch {
    return null;
  }
}

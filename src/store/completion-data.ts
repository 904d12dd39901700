import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseJson } from "../wire/json.ts";
import { isObject, type JsonObject } from "../wire/types.ts";

/** What is kept on disk, as far as it helps typing: what cannot be read is not there. */

export async function profileNames(configDir: string): Promise<string[]> {
  const book = await readJson(join(configDir, "profiles.json"));
  const profiles = isObject(book) && Array.isArray(book["profiles"]) ? book["profiles"].filter(isObject) : [];
  return profiles.map(({ name }) => name).filter((name) => typeof name === "string");
}

export interface CachedAppEntry {
  reference: string;
  /** Milliseconds since 1970. */
  fetched: number;
  app: JsonObject;
}

/** The apps whose schemas are in the cache, the newest first. */
export async function cachedApps(cacheDir: string): Promise<CachedAppEntry[]> {
  const dir = join(cacheDir, "schemas");
  const names = await readdir(dir).catch(() => []);
  const entries = await Promise.all(
    names.filter((name) => name.endsWith(".json")).map((name) => readJson(join(dir, name))),
  );
  const apps = entries.filter(isObject).flatMap(({ reference, fetched, app }) => {
    if (typeof reference !== "string" || typeof fetched !== "number" || !isObject(app)) return [];
    return [{ reference, fetched, app }];
  });
  return apps.sort((a, b) => b.fetched - a.fetched);
}

async function readJson(path: string): Promise<unknown> {
  try {
    return await parseJson(await readFile(path, "utf8"));
  } catch {
    return null;
  }
}

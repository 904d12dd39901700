import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { ownerOf } from "./atomic-write.ts";
import { isAlive } from "./process-ids.ts";

const KEPT_MS = 7 * 24 * 3600 * 1000;

/** Removes what is older than a week from a folder of this server, and what processes that are gone left unfinished. */
export async function removeOldFiles(dir: string, now: number): Promise<void> {
  for (const entry of await readdir(dir, { withFileTypes: true }).catch(() => [])) {
    const path = join(dir, entry.name);
    if (isLeftOver(entry.name) || (await isOld(path, now))) {
      await rm(path, { recursive: true, force: true }).catch(() => {});
    } else if (entry.isDirectory()) {
      await sweepLeftOvers(path);
    }
  }
}

async function sweepLeftOvers(dir: string): Promise<void> {
  const names = await readdir(dir).catch(() => []);
  for (const name of names.filter(isLeftOver)) await rm(join(dir, name), { force: true }).catch(() => {});
}

function isLeftOver(name: string): boolean {
  const owner = ownerOf(name);
  return owner !== null && !isAlive(owner);
}

async function isOld(path: string, now: number): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && now - found.mtimeMs > KEPT_MS;
}

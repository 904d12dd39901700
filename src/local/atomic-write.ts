/** Files that are there whole or not at all, whenever the process ends, and what a process that was killed leaves of them. */
import { randomBytes } from "node:crypto";
import { readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isAlive, ownPid } from "./workers/processes.ts";

/** `write` fills a temporary file beside `path`, which then takes its place; nothing stays when it fails. */
export async function writeWhole(
  path: string,
  write: (temporary: string) => Promise<unknown>,
): Promise<void> {
  const temporary = join(dirname(path), `.belt-${temporaryName()}.part`);
  try {
    await write(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

/** A name that tells which process made the file or folder, for `sweep`. */
export function temporaryName(): string {
  return `${ownPid()}-${randomBytes(8).toString("hex")}`;
}

const TEMPORARY = /^\.belt-(\d+)-[0-9a-f]{16}(\.part)?$/;
const KEPT_MS = 7 * 24 * 3600 * 1000;

/** Removes what is older than a week from a folder of this server, and what processes that are gone left unfinished. */
export async function sweep(dir: string, now: number): Promise<void> {
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
  const [, pid] = TEMPORARY.exec(name) ?? [];
  return pid !== undefined && !isAlive(Number(pid));
}

async function isOld(path: string, now: number): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found !== null && now - found.mtimeMs > KEPT_MS;
}

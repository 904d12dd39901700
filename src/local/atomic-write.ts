/** Files that are there whole or not at all, whenever the process ends. */
import { randomBytes } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ownPid } from "./process-ids.ts";

/** `write` fills a temporary file beside `path`, which then takes its place; nothing stays when it fails. */
export async function writeAtomic(
  path: string,
  write: (temporary: string) => Promise<unknown>,
): Promise<void> {
  const temporary = join(dirname(path), `${temporaryName()}.part`);
  try {
    await write(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

const TEMPORARY = /^\.belt-(\d+)-[0-9a-f]{16}(\.part)?$/;

/** A name for a file or folder that ends with this process; it tells which one that is. */
export function temporaryName(): string {
  return `.belt-${ownPid()}-${randomBytes(8).toString("hex")}`;
}

/** The process that made what has this name, null for every other name. */
export function ownerOf(name: string): number | null {
  const [, pid] = TEMPORARY.exec(name) ?? [];
  return pid === undefined ? null : Number(pid);
}

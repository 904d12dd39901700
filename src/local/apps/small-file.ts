import { readFileSync, statSync } from "node:fs";

const MOST = 1024 * 1024;

/** The text of a file that people write by hand. Anything else under its name may never end: a pipe, a device. */
export function readSmallFile(path: string): string {
  const { size } = statRegular(path);
  if (size > MOST) throw new Error(`${path} is larger than ${MOST / 1024 / 1024} MiB`);
  return readFileSync(path, "utf8");
}

/** Of a regular file, or a link to one; throws for what is none. */
export function statRegular(path: string): { size: number; mtimeMs: number } {
  const found = statSync(path);
  if (!found.isFile()) throw new Error(`${path} is not a regular file`);
  return found;
}

import { type FileHandle, open, realpath, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolder } from "./folder.ts";
import { type TemporaryOwner, temporaryName } from "./temporary.ts";

/**
 * Fills a temporary file of a folder, which `place` then puts where it belongs; nothing of it
 * stays, whatever fails. Makes the folder.
 */
export async function withTemporary<T, R>(
  folder: string,
  owner: TemporaryOwner,
  { mode, folderMode, fill, place }: Filling<T, R>,
): Promise<R> {
  await makeFolder(folder, folderMode);
  const temporary = join(folder, temporaryName(owner));
  const file = await open(temporary, "wx", mode);
  try {
    const filled = await fill(file).finally(() => file.close());
    return await place(temporary, filled);
  } finally {
    await rm(temporary, { force: true }).catch(() => {});
  }
}

interface Filling<T, R> {
  mode: number;
  folderMode: number;
  fill(file: FileHandle): Promise<T>;
  place(temporary: string, filled: T): Promise<R>;
}

/** A file for the user alone, whole or not at all, also when the machine loses its power. */
export async function writeAtomic(path: string, text: string, owner: TemporaryOwner): Promise<void> {
  // One that is a link stays one.
  const place = await realpath(path).catch(() => path);
  await withTemporary(dirname(place), owner, {
    mode: 0o600,
    folderMode: 0o700,
    async fill(file) {
      await file.writeFile(text);
      await file.datasync();
    },
    place: (temporary) => rename(temporary, place),
  });
}

import { constants, copyFile, type FileHandle, link, open, stat } from "node:fs/promises";
import { join } from "node:path";
import { withTemporary } from "./atomic-write.ts";
import type { TemporaryOwner } from "./temporary.ts";

/** What has been written to a temporary file of the folder, and the name it should get. */
export interface Written {
  /** Without the extension; must be safe. */
  base: string;
  /** Without the dot; may be empty. */
  extension: string;
}

interface Saving {
  fill(file: FileHandle): Promise<Written>;
  /** Takes a file of the name that holds the same for the one to be made. */
  keepSame?: boolean;
}

/**
 * Makes a file in a folder without ever overwriting one: `fill` fills a temporary file, which
 * then gets its name, or `name-1`, `name-2` … when that is taken. Gives the name. Nothing
 * stays behind when it fails.
 */
export async function saveInto(
  folder: string,
  owner: TemporaryOwner,
  { fill, keepSame = false }: Saving,
): Promise<string> {
  return await withTemporary(folder, owner, {
    mode: 0o666,
    folderMode: 0o777,
    fill,
    async place(temporary, { base, extension }) {
      for (let count = 0; ; count++) {
        const name = `${base}${count === 0 ? "" : `-${count}`}${extension === "" ? "" : `.${extension}`}`;
        if (await claim(temporary, join(folder, name))) return name;
        if (keepSame && (await holdsSame(temporary, join(folder, name)))) return name;
      }
    },
  });
}

/** False when the name is taken. */
async function claim(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") throw error;
      // Not every file system has links.
      await copyFile(temporary, path, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Read at once of each of two files that are compared. */
const PIECE = 2 ** 16;

/** False, too, for what cannot be read. */
async function holdsSame(path: string, other: string): Promise<boolean> {
  const there = await stat(other).catch(() => null);
  if (!there?.isFile() || (await stat(path)).size !== there.size) return false;
  const theirs = await open(other).catch(() => null);
  if (!theirs) return false;
  const mine = await open(path).catch(async (error) => {
    await theirs.close();
    throw error;
  });
  try {
    return await readSame(mine, theirs);
  } finally {
    await Promise.all([mine.close(), theirs.close()]);
  }
}

async function readSame(...files: [FileHandle, FileHandle]): Promise<boolean> {
  for (;;) {
    const [one, two] = await Promise.all(files.map((file) => file.read(Buffer.alloc(PIECE), 0, PIECE)));
    const [a, b] = [one!, two!].map(({ buffer, bytesRead }) => buffer.subarray(0, bytesRead));
    if (!a!.equals(b!)) return false;
    if (a!.length === 0) return true;
  }
}

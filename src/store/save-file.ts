import { constants, copyFile, type FileHandle, link } from "node:fs/promises";
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

/**
 * Makes a file in a folder without ever overwriting one: `fill` fills a temporary file, which
 * then gets its name, or `name-1`, `name-2` … when that is taken. Gives the name. Nothing
 * stays behind when it fails.
 */
export async function saveInto(
  folder: string,
  owner: TemporaryOwner,
  fill: (file: FileHandle) => Promise<Written>,
): Promise<string> {
  return await withTemporary(folder, owner, {
    mode: 0o666,
    folderMode: 0o777,
    fill,
    async place(temporary, { base, extension }) {
      for (let count = 0; ; count++) {
        const name = `${base}${count === 0 ? "" : `-${count}`}${extension === "" ? "" : `.${extension}`}`;
        if (await claim(temporary, join(folder, name))) return name;
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

import { randomBytes } from "node:crypto";
import { constants, copyFile, type FileHandle, link, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "./folder.ts";

/** What has been written to a temporary file of the folder, and the name it should get. */
export interface Written {
  /** Without the extension; must be safe. */
  base: string;
  /** Without the dot; may be empty. */
  extension: string;
}

/**
 * Makes a file in a folder without ever overwriting one: `write` fills a temporary file, which
 * then gets its name, or `name-1`, `name-2` … when that is taken. Gives the name. Nothing
 * stays behind when it fails.
 */
export async function saveInto(
  folder: string,
  write: (file: FileHandle) => Promise<Written>,
): Promise<string> {
  await makeFolder(folder, 0o777);
  const temporary = join(folder, `.belt-${randomBytes(8).toString("hex")}.part`);
  const file = await open(temporary, "wx");
  try {
    const { base, extension } = await write(file).finally(() => file.close());
    for (let count = 0; ; count++) {
      const name = `${base}${count === 0 ? "" : `-${count}`}${extension === "" ? "" : `.${extension}`}`;
      if (await claim(temporary, join(folder, name))) return name;
    }
  } finally {
    await rm(temporary, { force: true });
  }
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

import { access, constants, mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { fileReason } from "../file-reason.ts";

/**
 * Makes a folder and those above it, readable by the user alone. Level by level: node's own
 * recursive way tries without end where a folder exists that takes none, such as /proc.
 */
export async function makeFolder(path: string, mode = 0o700): Promise<void> {
  try {
    await makeOne(path, mode);
  } catch (error) {
    const parent = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || parent === path) throw error;
    // Another process may have made the parent just now; where that is not it, the second try fails, too.
    if (!(await isFolder(parent))) await makeFolder(parent, mode);
    await makeOne(path, mode);
  }
}

async function makeOne(path: string, mode: number): Promise<void> {
  await mkdir(path, { mode }).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST" || !(await isFolder(path))) throw error;
  });
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Why no files can be put into this folder, which may not exist yet; null when nothing is known to be in the way. */
export async function whyNotWritable(path: string): Promise<string | null> {
  try {
    if (!(await stat(path)).isDirectory()) return `${path} is not a folder`;
    await access(path, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const parent = dirname(path);
    const missing = code === "ENOENT" || code === "ENOTDIR";
    return missing && parent !== path ? await whyNotWritable(parent) : `${path}: ${fileReason(error)}`;
  }
}

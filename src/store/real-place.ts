import { readlink, realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

/** Where a file really is, or would be made: the same for each name that leads to it. */
export async function realPlace(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const folder = dirname(path);
    // What else is wrong with it is told by who opens it.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || folder === path) return path;
    const target = await readlink(path).catch(() => null);
    return target === null
      ? join(await realPlace(folder), basename(path))
      : realPlace(resolve(folder, target));
  }
}

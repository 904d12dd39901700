import { stat } from "node:fs/promises";
import { whyNotWritable } from "./folder.ts";
import type { Paths } from "./paths.ts";

/** One of belt's folders, and who can look into it. */
export interface FolderMode {
  name: keyof Paths;
  path: string;
  /** "0700"; null when there is no such folder yet. */
  mode: string | null;
  /** False when other users can look into a folder that holds what is not for them, or write to it, or belt cannot. */
  ok: boolean;
  /** What is wrong with it; null when nothing is. */
  problem: string | null;
}

export const OPEN = "open to other users";

/** Keys and the journal are for the user alone. */
export async function folderModes(paths: Paths, platform: NodeJS.Platform): Promise<FolderMode[]> {
  const names = ["config", "state", "cache"] as const;
  return await Promise.all(
    names.map(async (name) => {
      const found = await stat(paths[name]).catch(() => null);
      const bits = found?.isDirectory() ? found.mode & 0o777 : null;
      // What is in the cache is no secret, but belt runs with it.
      const notForOthers = name === "cache" ? 0o022 : 0o077;
      const open = bits !== null && (bits & notForOthers) !== 0 && platform !== "win32";
      const problem = open ? OPEN : await whyNotWritable(paths[name]);
      return {
        name,
        path: paths[name],
        mode: bits === null ? null : bits.toString(8).padStart(4, "0"),
        ok: problem === null,
        problem,
      };
    }),
  );
}

import { type Stats, statSync } from "node:fs";
import nodeModule from "node:module";
import { dirname } from "node:path";
import { makeFolder } from "../store/folder.ts";

/**
 * Lets node keep in `folder` what it makes of the files of `program` that are loaded from now on, so
 * that the next command need not compile them again: it halves the time that belt adds to node's own.
 * Only where nobody else writes: what is kept runs as this user.
 */
export async function keepCompiled(program: string, folder: string): Promise<void> {
  const nearest = nearestThere(folder);
  if (!isOwn(nearest.found)) return;
  // Not left to node, whose own way tries without end under folders such as /proc.
  if (nearest.path !== folder) await makeFolder(folder);
  else if (process.platform !== "win32" && (nearest.found.mode & 0o022) !== 0) return;
  const { enableCompileCache } = nodeModule as { enableCompileCache?: (folder: string) => unknown };
  if (enableCompileCache) return void enableCompileCache(folder);
  const { keepScripts } = await import("./code-cache-node20.ts");
  keepScripts(program, folder);
}

/** The folder, or the nearest above it that is there. */
function nearestThere(path: string): { path: string; found: Stats } {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? { path, found } : nearestThere(dirname(path));
}

function isOwn({ uid }: Stats): boolean {
  return process.getuid === undefined || uid === process.getuid();
}

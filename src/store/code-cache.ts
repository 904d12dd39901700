import { existsSync } from "node:fs";
import nodeModule from "node:module";
import { makeFolder } from "./folder.ts";

/**
 * Lets node keep in `folder` what it makes of the files of `program` that are loaded from now on, so
 * that the next command need not compile them again: it halves the time that belt adds to node's own.
 */
export async function keepCompiled(program: string, folder: string): Promise<void> {
  // Not left to node, whose own way tries without end under folders such as /proc.
  if (!existsSync(folder)) await makeFolder(folder).catch(() => {});
  if (!existsSync(folder)) return;
  const { enableCompileCache } = nodeModule as { enableCompileCache?: (folder: string) => unknown };
  // Node 22.1 and newer.
  if (enableCompileCache) return void enableCompileCache(folder);
  const { keepScripts } = await import("./script-cache.ts");
  keepScripts(program, folder);
}

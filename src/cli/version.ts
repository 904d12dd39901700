import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** The version in belt's own package.json. */
export async function beltVersion(root: string): Promise<string> {
  return JSON.parse(await readFile(join(root, "package.json"), "utf8")).version;
}

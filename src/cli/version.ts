import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The version in belt's own package.json. */
export function beltVersion(root: string): string {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
}

/** What an app's version is made of: the files of its directory. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const MOST_FILES = 5000;
const HASHED_WHOLE = 1024 * 1024;
/** Apps run in their directory and some leave results there, as batches of belt do; those are not the app. */
const PRODUCTS =
  /\.(log|tmp|png|jpe?g|gif|webp|avif|bmp|mp[34]|webm|mov|wav|ogg|flac|pdf|zip|ndjson|journal|lock|belt\.json)$/i;

interface FileFact {
  path: string;
  size: number;
  modified: number;
}

/** Cheap to compare: changes whenever a file may have changed. */
export function fingerprint(dir: string): string {
  return listFiles(dir)
    .map(({ path, size, modified }) => `${path}:${size}:${modified}`)
    .join("\n");
}

/** The same for the same contents; large files count by size and time only. */
export function hashFiles(dir: string): string {
  const hash = createHash("sha256");
  for (const { path, size, modified } of listFiles(dir)) {
    hash.update(`${path}\0`);
    hash.update(size <= HASHED_WHOLE ? readFileSync(join(dir, path)) : `${size}:${modified}`);
    hash.update("\0");
  }
  return hash.digest("hex").slice(0, 8);
}

function listFiles(dir: string): FileFact[] {
  const files: FileFact[] = [];
  const folders = [""];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const entries = readdirSync(join(dir, folder), { withFileTypes: true });
    const names = new Set(entries.map(({ name }) => name));
    for (const entry of entries) {
      if (entry.name === "node_modules" || isHidden(entry.name)) continue;
      // The results of a batch have any name, and their journal beside them.
      if (names.has(`${entry.name}.journal`)) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (!PRODUCTS.test(entry.name) && files.length < MOST_FILES) addFile(files, dir, path);
    }
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Except the app's secrets: a worker has them from its start. */
function isHidden(name: string): boolean {
  return name.startsWith(".") && name !== ".env";
}

/** Links to files count as what they point at; links to folders are not followed, they may be circles. */
function addFile(files: FileFact[], dir: string, path: string): void {
  const stat = statSync(join(dir, path), { throwIfNoEntry: false });
  if (stat?.isFile()) files.push({ path, size: stat.size, modified: stat.mtimeMs });
}

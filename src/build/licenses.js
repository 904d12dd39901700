import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The names, versions and license texts of all packages whose code esbuild put into the bundle. */
export function licensesOf(root, metafile) {
  const folders = new Set(Object.keys(metafile.inputs).map(packageFolder).filter(Boolean));
  const entries = new Map([...folders].sort().map((folder) => entryOf(join(root, folder))));
  const intro = "belt's program files contain code of these packages, under the licenses that follow.\n";
  return [intro, ...entries.values()].join(`\n${"-".repeat(80)}\n\n`);
}

/** "node_modules/a/node_modules/@b/c/lib/x.js" → "node_modules/a/node_modules/@b/c" */
function packageFolder(path) {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0];
}

function entryOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  const texts = files.sort().map((file) => readFileSync(join(folder, file), "utf8").trim());
  if (texts.length === 0 && !license) throw new Error(`${name} comes without a license`);
  const title = `${name} ${version} (${license})`;
  return [title, `${[title, ...texts].join("\n\n")}\n`];
}

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const MOST_LINES = 400;

/** Folders that mirror no room: what they hold is about the whole, or serves other tests. */
const WHOLE = new Set([
  "bench",
  "binary",
  "fuzz",
  "house",
  "program",
  "readme",
  "schemas",
  "screens",
  "scripts",
  "soak",
  "support",
]);

/** Each test file that is too long, or stands in a folder that src does not have, in words. */
export function strayTests(root: string): string[] {
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "test"], {
    cwd: root,
    encoding: "utf8",
  });
  return listed
    .split("\n")
    .filter((path) => /\.[cm]?[jt]s$/.test(path) && existsSync(join(root, path)))
    .flatMap((path) => strayIn(root, path));
}

function strayIn(root: string, path: string): string[] {
  const lines = readFileSync(join(root, path), "utf8").split("\n").length - 1;
  const [, room, ...below] = path.split("/");
  const mirrors = below.length === 0 || WHOLE.has(room!) || existsSync(join(root, "src", room!));
  return [
    ...(lines > MOST_LINES ? [`${path} has ${lines} lines, more than ${MOST_LINES}`] : []),
    ...(mirrors ? [] : [`${path} is in no room: there is no src/${room}`]),
  ];
}

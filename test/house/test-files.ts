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

/** What only Linux has, as tests use it: `script` of util-linux, setsid, and the files of a process. */
const OF_LINUX = /["']script["'],|\bsetsid \w|["'`]\/proc(["'`]|\/(self|\$))/;
const SKIPS = /\bneedsLinux\b|\.skipIf\(/;

/** Each test file that is too long, stands in a folder that src does not have, or needs Linux unsaid, in words. */
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
  const text = readFileSync(join(root, path), "utf8");
  const lines = text.split("\n").length - 1;
  const [, room, ...below] = path.split("/");
  const mirrors = below.length === 0 || WHOLE.has(room!) || existsSync(join(root, "src", room!));
  return [
    ...(lines > MOST_LINES ? [`${path} has ${lines} lines, more than ${MOST_LINES}`] : []),
    ...(mirrors ? [] : [`${path} is in no room: there is no src/${room}`]),
    ...(path.endsWith(".test.ts") && OF_LINUX.test(text) && !SKIPS.test(text)
      ? [
          `${path} needs Linux, and does not say so: needsLinux of test/support/platform.ts skips it elsewhere`,
        ]
      : []),
  ];
}

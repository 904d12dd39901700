import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { type Home, ROOT, spawnBelt } from "../support/belt.ts";

export interface DevProcess {
  url: string;
  key: string;
  child: ReturnType<typeof spawnBelt>;
  /** What it printed so far, as events. */
  events: Record<string, unknown>[];
  post(path: string, body: unknown): Promise<Response>;
}

/** The real `belt dev --json` on any port, once it serves. */
export async function spawnDev(
  home: Home,
  argv: string[],
  where: { cwd?: string } = {},
): Promise<DevProcess> {
  const child = spawnBelt(["dev", ...argv, "--json"], home, where);
  const events: Record<string, unknown>[] = [];
  const lines = createInterface({ input: child.stdout! });
  lines.on("line", (line) => events.push(JSON.parse(line)));
  const serving = () => events.find((event) => event["type"] === "server") as { url: string; key: string };
  while (!serving()) await once(lines, "line");
  const { url, key } = serving();
  return {
    url,
    key,
    child,
    events,
    post: (path, body) =>
      fetch(`${url}${path}`, {
        method: "POST",
        headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
        body: JSON.stringify(body),
      }),
  };
}

/** Workers of the app in this directory, and what they started. */
export function processesOf(dir: string): string[] {
  const lines = execFileSync("ps", ["-e", "-o", "pgid=,stat=,args="], { encoding: "utf8" })
    .trim()
    .split("\n");
  const alive = lines.map((line) => line.trim()).filter((line) => !/^\d+ +Z/.test(line));
  const groups = alive
    .filter((line) => line.includes(`${dir}/inference.js`))
    .map((line) => line.split(" ", 1)[0]);
  return alive.filter((line) => groups.includes(line.split(" ", 1)[0]));
}

/** A PATH on which this belt is found as `belt`. */
export function pathWithBelt(home: Home): string {
  const bin = join(home.dir, "bin");
  mkdirSync(bin);
  const program = join(bin, "belt");
  writeFileSync(program, `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, "bin/belt.js")}" "$@"\n`);
  chmodSync(program, 0o755);
  return [bin, process.env["PATH"]].join(delimiter);
}

/** What of a run an app of one's own may not change: the digits of its numbers, and by its results its version. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Home, ROOT, spawnBelt } from "../support/belt.ts";
import { pathWithBelt } from "./dev-process.ts";

let home: Home;
let dir: string;

beforeEach(() => {
  home = new Home();
  dir = join(home.dir, "big");
  mkdirSync(dir);
  writeFileSync(join(dir, "inf.yml"), "namespace: test\nname: big\nkernel: node-22\n");
  writeFileSync(join(dir, "package.json"), '{"type":"module"}');
  writeFileSync(
    join(dir, "inference.js"),
    `import { z } from "zod";
export const RunInput = z.looseObject({});
export const RunOutput = z.looseObject({});
export class App { async run({ seed }) { return { seed: typeof seed }; } }`,
  );
  symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
});

afterEach(() => home.remove());

/** Runs a line of shell in the folder of the app, which a server of its own serves. */
function exec(script: string, ...options: string[]) {
  const env = { PATH: pathWithBelt(home), TMPDIR: home.dir };
  return spawnBelt(["dev", "exec", ...options, ".", "--", "sh", "-c", script], home, { env, cwd: dir });
}

const SEED = "6687881544318117707";
const INPUT = `"input":{"seed":${SEED},"scale":1e400}`;

it("are there in whatever tells what was sent; the app gets what a double holds", async () => {
  const { exitCode, stdout } = await exec(
    [
      `belt run test/big -i seed:=${SEED} -i scale:=1e400 --json --events events`,
      ...["belt task get @last --json", "belt task list --json", "belt rerun @last --dry-run --json"],
    ].join(" && "),
  );
  expect(exitCode).toBe(0);
  const told = [...stdout.trimEnd().split("\n"), readFileSync(join(dir, "events"), "utf8")];
  expect(told).toHaveLength(5);
  for (const text of told) expect(text).toContain(INPUT);
  expect(told[0]).toContain('"output":{"seed":"number"}');
});

it("let a row be found whose submit got no answer", async () => {
  writeFileSync(join(dir, "rows.jsonl"), `{"seed":${SEED}}\n`);
  const { exitCode, stderr } = await exec("belt batch test/big rows.jsonl", "--scenario", "lost-answer");
  expect(stderr).toMatch(/^row 1: its submit got no answer; it is task task_\w+$/m);
  expect(exitCode).toBe(0);
});

it.each(["rows.results.ndjson", "plain"])(
  "a batch whose results are in the app's own folder, as %s, makes no new version of it",
  async (out) => {
    writeFileSync(join(dir, "rows.csv"), "a\n1\n2\n");
    const batch = `belt batch test/big rows.csv --out ${out}`;
    const { exitCode, stderr } = await exec(`${batch} && ${batch}`);
    expect(stderr.match(/^2 rows: 2 done/gm)).toHaveLength(2);
    expect(stderr).not.toContain("version");
    expect(exitCode).toBe(0);
  },
);

it("are held whole against what a scenario matches", async () => {
  const step = (on: string, seed: string, to: string) =>
    `  - on: ${on}\n    match: {input: {seed: ${seed}}}\n    do: {${to}}\n`;
  const other = SEED.replace(/.$/, "8");
  writeFileSync(
    join(dir, "faults.yml"),
    `steps:\n${step("submit", SEED, "status: 400")}${step("task", other, "fail: as told")}`,
  );
  const script = `belt run test/big -i seed:=${SEED}; echo $?; belt run test/big -i seed:=${other}; echo $?`;
  const { exitCode, stdout, stderr } = await exec(script, "--scenario", "faults.yml");
  expect([exitCode, stdout, stderr]).toEqual([0, "1\n3\n", expect.stringContaining("acted  step 2  once")]);
});

import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Home, spawnBelt } from "../support/belt.ts";

let home: Home;

beforeEach(() => {
  home = new Home();
});

afterEach(() => home.remove());

const argv = ["task", "list", "--journal", "--json"];
const works = { exitCode: 0, stdout: "[]\n", stderr: "" };

/** The files that node's version of the program is kept in, by their path. */
function kept(): Map<string, number> {
  const folder = join(home.dir, "cache/code");
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => join(folder, path));
  return new Map(
    paths.filter((path) => statSync(path).isFile()).map((path) => [path, statSync(path).mtimeMs]),
  );
}

describe("what node makes of the program", () => {
  it("is kept by the first command, and used by the next", async () => {
    expect(await spawnBelt(argv, home)).toMatchObject(works);
    const first = kept();
    expect(first.size).toBeGreaterThan(0);
    expect(await spawnBelt(argv, home)).toMatchObject(works);
    // What is not accepted is written again.
    expect(kept()).toEqual(first);
  });

  it.each<[string, (file: string) => void]>([
    ["damaged", (file) => writeFileSync(file, damaged(readFileSync(file)))],
    ["cut short", (file) => writeFileSync(file, readFileSync(file).subarray(0, 1000))],
    ["empty", (file) => writeFileSync(file, "")],
    ["gone", (file) => rmSync(file)],
  ])("does no harm when it is %s", async (_, harm) => {
    await spawnBelt(argv, home);
    for (const file of kept().keys()) harm(file);
    expect(await spawnBelt(argv, home)).toMatchObject(works);
    expect(await spawnBelt(argv, home)).toMatchObject(works);
  });

  it("is neither kept nor used where others can write", async () => {
    const folder = join(home.dir, "cache/code");
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o777);
    expect(await spawnBelt(argv, home)).toMatchObject(works);
    expect(kept().size).toBe(0);
  });

  it("is done without where there is not even a home", async () => {
    const homeless = join(home.dir, "homeless.cjs");
    const env = { HOME: "", BELT_CACHE_DIR: "", NODE_OPTIONS: `--require ${homeless}` };
    writeFileSync(homeless, 'require("node:os").homedir = () => { throw new Error("no home"); };');
    for (const words of [
      ["run", "--help"],
      ["nonsense", "--json"],
      ["__complete", "task"],
    ]) {
      const { exitCode, stderr } = await spawnBelt(words, home, { env });
      expect([words[0], exitCode]).toEqual([words[0], words[0] === "nonsense" ? 2 : 0]);
      expect(stderr).not.toContain("no home");
    }
  });

  it.each(["/dev/null/nowhere", "/proc/nowhere"])(
    "is done without where it cannot be kept: %s",
    async (dir) => {
      expect(await spawnBelt(argv, home, { env: { BELT_CACHE_DIR: dir } })).toMatchObject(works);
    },
  );
});

/** With a byte in each hundred changed. */
function damaged(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte, index) => (index % 100 === 50 ? byte ^ 0xff : byte)));
}

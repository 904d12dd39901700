import { copyFileSync, cpSync, mkdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Home, ROOT, spawnBelt } from "../support/belt.ts";

let home: Home;

beforeEach(() => {
  home = new Home();
});

afterEach(() => home.remove());

/** The files of the built program that a command loads. */
async function filesLoadedBy(argv: string[], env: Record<string, string> = {}): Promise<string[]> {
  const TRACE_LOADS = join(home.dir, "loads");
  const NODE_OPTIONS = `--require ${join(ROOT, "test/support/trace-loads.cjs")}`;
  await spawnBelt(argv, home, { env: { ...env, TRACE_LOADS, NODE_OPTIONS } });
  const files = readFileSync(TRACE_LOADS, "utf8").trim().split("\n");
  return files.map((file) => relative(ROOT, file).replaceAll("\\", "/"));
}

/** The packages whose code is in them. */
async function packagesLoadedBy(argv: string[], env: Record<string, string> = {}): Promise<string[]> {
  const files = await filesLoadedBy(argv, env);
  const { outputs } = JSON.parse(readFileSync(join(ROOT, "dist/metafile.json"), "utf8")) as Metafile;
  const sources = files
    .map((file) => outputs[file])
    .flatMap((output) => Object.keys(output?.inputs ?? {}))
    .flatMap((path) => [...path.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g)].slice(-1));
  return [...new Set(sources.map(([, name]) => name!))].sort();
}

/** What esbuild says of the files it made, as far as it is needed here. */
interface Metafile {
  outputs: Record<string, { inputs: Record<string, unknown> }>;
}

describe("--help and --version", () => {
  it.each([[["--version"]], [["-V"]], [["--help"]], [["-h"]]])("%j load nothing", async (argv) => {
    expect(await packagesLoadedBy(argv)).toEqual([]);
  });

  it("--help is prepared from the grammar, for pipes", async () => {
    const { stdout } = await spawnBelt(["--help"], home);
    const { stdout: parsed } = await spawnBelt(["--help", "--help"], home);
    expect(stdout).toMatch(/^Usage: belt /m);
    expect(stdout).toBe(parsed);
    expect((await spawnBelt([], home)).stdout).toBe(parsed);
  });

  it("of a clone that is not built say so, instead of a stack", async () => {
    const clone = join(home.dir, "a clone");
    cpSync(join(ROOT, "bin"), join(clone, "bin"), { recursive: true });
    copyFileSync(join(ROOT, "package.json"), join(clone, "package.json"));
    for (const argv of [["--help"], [], ["run", "x"]]) {
      const { exitCode, stdout, stderr } = await execa("node", [join(clone, "bin/belt.js"), ...argv], {
        reject: false,
      });
      expect([exitCode, stdout]).toEqual([1, ""]);
      expect(stderr).toBe(
        `error: belt is not built: npm run build\nhint: cd '${clone}' && npm ci && npm run build`,
      );
    }
    const data = await execa("node", [join(clone, "bin/belt.js"), "task", "list", "--json"], {
      reject: false,
    });
    expect(JSON.parse(data.stderr).error).toMatchObject({
      code: "not_built",
      hint: expect.stringContaining("npm ci"),
    });
  });

  it.each([[["run", "--help"]], [["no-such-command"]]])("%j load the parser alone", async (argv) => {
    expect(await packagesLoadedBy(argv)).toEqual(["commander"]);
  });

  it("a request loads its client, and no table, prompt or spinner", async () => {
    const argv = ["task", "get", "x", "--api-url", "http://127.0.0.1:9", "--json"];
    expect(await packagesLoadedBy(argv, { INFSH_API_KEY: "inf_canary" })).toEqual(["commander", "undici"]);
  });

  it("a local run loads nothing of faults, unless there is a scenario", async () => {
    const argv = ["run", "infsh/echo", "-i", "text=x", "--local"];
    const faults = "dist/local/faults.cjs";
    expect(await filesLoadedBy(argv)).not.toContain(faults);
    expect(await filesLoadedBy([...argv, "--scenario", "slow-queue"])).toContain(faults);
  });

  it("a request loads nothing that only keeps profiles, profiles or not", async () => {
    const list = ["session", "list", "--api-url", "http://127.0.0.1:9", "--json"];
    await spawnBelt(["login", "--no-check"], home, { input: "inf_canary" });
    const withProfile = await packagesLoadedBy(list);
    expect(withProfile).toContain("undici");
    expect(withProfile.filter((name) => ["conf", "proper-lockfile", "ajv"].includes(name))).toEqual([]);
  });

  it("says so where the current folder is gone", async () => {
    const gone = join(home.dir, "gone");
    mkdirSync(gone);
    const words = [
      process.execPath,
      join(ROOT, "bin/belt.js"),
      "run",
      "infsh/echo",
      "--local",
      "--input",
      "@x",
    ];
    const { exitCode, stderr } = await execa(
      "sh",
      ["-c", 'cd "$0" && rmdir "$0" && exec "$@"', gone, ...words],
      {
        reject: false,
        env: home.env,
      },
    );
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      "error: --input x: the current folder is gone, or cannot be read\nhint: cd to another, and try again",
    );
  });

  it("prints the version of package.json", async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    const { stdout, stderr, exitCode } = await spawnBelt(["--version"], home);
    expect({ stdout, stderr, exitCode }).toEqual({ stdout: `${version}\n`, stderr: "", exitCode: 0 });
  });

  it("shows help without a command, and refuses one that does not exist", async () => {
    expect(await spawnBelt([], home)).toMatchObject({ exitCode: 0, stderr: "" });
    const { exitCode, stderr } = await spawnBelt(["rnu"], home);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /^error: unknown command 'rnu'\nhint: belt run infsh\/flux --input prompt="a lighthouse at dusk"\n$/,
    );
  });
});

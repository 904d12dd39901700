import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Home, ROOT, spawnBelt } from "../support/belt.ts";

let home: Home;

beforeEach(() => {
  home = new Home();
});

afterEach(() => home.remove());

/** Files of the built program that a command loads, without node's own modules. */
async function loadedBy(argv: string[], env: Record<string, string> = {}): Promise<string[]> {
  const TRACE_LOADS = join(home.dir, "loads");
  const NODE_OPTIONS = `--import ${pathToFileURL(join(ROOT, "test/support/trace-loads.js"))}`;
  await spawnBelt(argv, home, { env: { TRACE_LOADS, NODE_OPTIONS, ...env } });
  const urls = readFileSync(TRACE_LOADS, "utf8").trim().split("\n");
  return urls.filter((url) => url.startsWith("file:")).map((url) => url.split("/").at(-1)!);
}

describe("--help and --version", () => {
  it.each([[["--version"]], [["--help"]], [["run", "--help"]]])("%j load the parser alone", async (argv) => {
    const files = await loadedBy(argv);
    expect(files).toContain("main.js");
    const lazy = /^(run|task|login|profile|api|doctor|dev|connect|server|ora|source|esm|dist|proper)-/;
    expect(files.filter((file) => lazy.test(file))).toEqual([]);
  });

  it("a command that talks to the API does load its client", async () => {
    const files = await loadedBy(["task", "get", "x", "--api-url", "http://127.0.0.1:9"]);
    expect(files.some((file) => file.startsWith("task-"))).toBe(true);
  });

  it("a request loads nothing that only keeps profiles or goes through proxies, profiles or not", async () => {
    const list = ["session", "list", "--api-url", "http://127.0.0.1:9"];
    const unneeded = /^(source|proper-lockfile|proxy-agent|api-connect)-/;
    const alone = await loadedBy(list, { INFSH_API_KEY: "inf_canary" });
    await spawnBelt(["login", "--no-check"], home, { input: "inf_canary" });
    const withProfile = await loadedBy(list);
    for (const files of [alone, withProfile]) {
      expect(files.some((file) => file.startsWith("connect-"))).toBe(true);
      expect(files.filter((file) => unneeded.test(file))).toEqual([]);
    }
    const proxied = await loadedBy(list, { HTTP_PROXY: "http://127.0.0.1:9" });
    expect(proxied.some((file) => file.startsWith("proxy-agent-"))).toBe(true);
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
    expect(stderr).toMatch(/^error: unknown command 'rnu'\nhint: Did you mean run\?\n$/);
  });
});

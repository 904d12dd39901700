/** What does not need the profiles works where none can be read; what does says why, and nothing is lost. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { belt } from "../support/belt.ts";
import { api, home, KEY, setStage } from "../support/stage.ts";

setStage({}, () => {
  api.offer("GET /sessions", api.ok([])).offer("POST /tasks/list", api.ok({ items: [] }));
});

const isRoot = process.getuid?.() === 0;

/** Each way in which the file of profiles cannot be read, and what is then left as it is. */
const WAYS: [string, (folder: string) => void][] = [
  ["is a folder", (folder) => mkdirSync(join(folder, "profiles.json"), { recursive: true })],
  [
    "is in a loop of links",
    (folder) => {
      mkdirSync(folder);
      symlinkTo(join(folder, "profiles.json"));
    },
  ],
  ...(isRoot
    ? []
    : ([
        [
          "may not be read",
          (folder) => {
            mkdirSync(folder, { mode: 0o700 });
            writeFileSync(join(folder, "profiles.json"), "{}", { mode: 0 });
          },
        ],
        [
          "is damaged in a folder that may not be written to",
          (folder) => {
            mkdirSync(folder, { mode: 0o700 });
            writeFileSync(join(folder, "profiles.json"), "{", { mode: 0o600 });
            chmodSync(folder, 0o500);
          },
        ],
      ] as [string, (folder: string) => void][])),
];

function symlinkTo(path: string): void {
  // A link to itself.
  execFileSync("ln", ["-s", path, path]);
}

describe.each(WAYS)("a file of profiles that %s", (_, make) => {
  beforeEach(() => make(home.env["BELT_CONFIG_DIR"]!));

  const MESSAGE = /^cannot use the profiles in \S+profiles\.json: /;

  it("is in nobody's way who has a key in the environment", async () => {
    const env = { BELT_API_URL: api.url, INFSH_API_KEY: KEY };
    const listed = await belt(["task", "list", "--json"], { home, env });
    expect(listed).toEqual({ code: 0, stdout: "[]\n", stderr: "" });
    const { code, stdout } = await belt(["doctor", "--json"], { home, env });
    expect([code, JSON.parse(stdout).key.end]).toEqual([0, "…1234"]);
  });

  it("is in nobody's way who runs an app on this machine", async () => {
    const run = ["run", "infsh/echo", "--local", "-i", "text=hi", "-q"];
    expect(await belt(run, { home })).toEqual({ code: 0, stdout: "hi\n", stderr: "" });
  });

  it.each([[["task", "list"]], [["task", "list", "--profile", "work"]], [["profile", "list"]]])(
    "is told by %j, with what to do",
    async (argv) => {
      const { code, stderr } = await belt([...argv, "--json"], { home, env: { BELT_API_URL: api.url } });
      const { error } = JSON.parse(stderr.trim().split("\n").at(-1)!);
      expect([code, error.code]).toEqual([1, "file"]);
      expect(error.message).toMatch(MESSAGE);
      expect(error.hint).toContain("BELT_CONFIG_DIR");
      expect(api.requests).toEqual([]);
    },
  );

  it("is what doctor reports", async () => {
    const { code, stdout } = await belt(["doctor", "--json"], { home });
    const { ok, trouble, error, advice } = JSON.parse(stdout);
    expect({ code, ok, trouble }).toEqual({ code: 1, ok: false, trouble: "profile" });
    expect(error.message).toMatch(MESSAGE);
    expect(advice).toMatch(/^To do: make it yours .*BELT_CONFIG_DIR/);
  });
});

it("a config folder that is none holds no profiles, and none can be made in it", async () => {
  const env = { BELT_CONFIG_DIR: "/dev/null", BELT_API_URL: api.url };
  const file = join(home.dir, "file");
  writeFileSync(file, "mine");
  for (const folder of ["/dev/null", file]) {
    const set = { ...env, BELT_CONFIG_DIR: folder };
    expect((await belt(["task", "list"], { home, env: { ...set, INFSH_API_KEY: KEY } })).code).toBe(0);
    const { code, stdout } = await belt(["doctor", "--json"], { home, env: { ...set, INFSH_API_KEY: KEY } });
    const report = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(report.folders[0]).toEqual({
      name: "config",
      path: folder,
      mode: null,
      ok: false,
      problem: `${folder} is not a folder`,
    });
    expect(report.advice).toBe(
      `To do: choose another config folder with BELT_CONFIG_DIR: ${folder} is not a folder.`,
    );
    expect(await belt(["login", "--no-check"], { home, env: set, stdin: "inf_a_new_key" })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("a file has this name"),
    });
  }
  expect(readFileSync(file, "utf8")).toBe("mine");
});

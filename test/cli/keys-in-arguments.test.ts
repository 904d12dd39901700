import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { belt, Home, writtenIn } from "../support/belt.ts";

let home: Home;

beforeEach(() => {
  home = new Home();
});

afterEach(() => home.remove());

const KEYS = [
  "inf_canary",
  "inf_secret_canary_1",
  "sk-canary123",
  "sk-proj-canary_9x",
  "API_KEY=inf_canary",
  "pk_canary1",
];

const BLOB = "0123456789canary0123456789abcdef0123";

const PLACES = [
  ["login", "KEY"],
  ["login", "--no-check", "KEY"],
  ["login", "--profile", "KEY"],
  ["logout", "KEY"],
  ["auth", "login", "KEY"],
  ["profile", "use", "KEY"],
  ["profile", "show", "KEY"],
  ["profile", "remove", "KEY", "--yes"],
  ["profile", "add", "KEY"],
  ["doctor", "--profile=KEY"],
];

const OTHER_PLACES = [
  ["task", "get", "KEY"],
  ["task", "cancel", "x", "KEY"],
  ["session", "end", "KEY"],
  ["rerun", "KEY"],
  ["run", "KEY"],
  ["app", "get", "KEY"],
  ["balance", "KEY"],
  ["KEY"],
  ["--profile", "KEY", "task", "list"],
  ["run", "infsh/flux", "--key-of-mine", "KEY"],
  ["run", "infsh/flux", "--api-key", "KEY"],
  ["run", "infsh/flux", "--token=KEY"],
  ["task", "list", "-k", "KEY"],
];

describe("a key in the arguments was seen by others, and is not repeated", () => {
  const all = [
    ...[...PLACES, ...OTHER_PLACES].flatMap((place) => KEYS.map((key) => ({ place, key }))),
    ...PLACES.map((place) => ({ place, key: BLOB })),
  ];

  it("wherever it would be taken for something else", async () => {
    for (const { place, key } of all) {
      const argv = place.map((word) => word.replace("KEY", key));
      for (const more of [[], ["--json"]]) {
        const { code, stdout, stderr } = await belt([...argv, ...more], { home, stdin: "" });
        expect([argv, code, stdout]).toEqual([argv, 2, ""]);
        expect(stderr).toMatch(/is seen by all users of this machine/);
        expect(stderr).toMatch(/hint"?: ?"?withdraw that key and make a new one; belt login asks for it/);
        expect([argv, stderr]).toEqual([argv, expect.not.stringContaining("canary")]);
      }
    }
    expect(existsSync(join(home.dir, "config"))).toBe(false);
    expect(writtenIn(home).filter(({ text }) => text.includes("canary"))).toEqual([]);
  });

  it("and is blotted out of any other refusal", async () => {
    const { stderr } = await belt(["frobnicate", "-i", "x=inf_secret_canary", "--no-such"], { home });
    expect(stderr).not.toContain("canary");
  });

  it.each([
    ["login", "work"],
    ["profile", "use", "sk-learn"],
    ["profile", "show", "customer-2026"],
    ["profile", "show", "inf_"],
    ["task", "get", "task_0hoihfwlqk00db0f5f4abcdefabcdefabcd", "--local"],
    ["file", "upload", "sk-2026-notes.txt", "--local"],
    ["run", "a/b", "-i", "token=sk-canary123", "--frobnicat", "1"],
  ])("but no name is taken for one: %j", async (...argv) => {
    const { stderr } = await belt(argv, { home });
    expect(stderr).toMatch(/^error: /m);
    expect(stderr).not.toMatch(/seen by all users/);
  });
});

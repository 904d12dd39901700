import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { belt, Home } from "../support/belt.ts";
import { hangUp, json, ScriptedApi } from "../support/scripted-api.ts";

const KEY = "inf_secret_canary_1234";

let home: Home;
let api: ScriptedApi;

beforeEach(async () => {
  home = new Home();
  api = await new ScriptedApi({ words: true }).listen();
  api.on("GET /sessions", api.ok([]));
});

afterEach(async () => {
  await api.close();
  home.remove();
  expect(api.unexpected).toEqual([]);
});

async function login(name: string, ...argv: string[]): Promise<void> {
  const { code } = await belt(["login", "--profile", name, "--no-check", "--api-url", api.url, ...argv], {
    home,
    stdin: KEY,
  });
  expect(code).toBe(0);
}

function hintOf(stderr: string): string | undefined {
  return /^hint: (.*)$/m.exec(stderr)?.[1];
}

describe("the commands of a hint talk to the same API", () => {
  const env = { INFSH_API_KEY: KEY };
  const flags = () => ["--api-url", api.url];

  it("after a lost answer", async () => {
    api.on("POST /run", hangUp);
    const { code, stderr } = await belt(["run", "infsh/flux", ...flags()], { home, env });
    expect(code).toBe(6);
    expect(hintOf(stderr)).toContain(`(belt task list --api-url ${api.url})`);
  });

  it("in the place of an id that failed, and in the events of a task", async () => {
    const refuse = api.error(401, "unauthorized", "no such key");
    api.on("GET /tasks/a", refuse).on("GET /tasks/b", refuse);
    const several = await belt(["task", "get", "a", "b", "--json", ...flags()], { home, env });
    for (const { error } of JSON.parse(several.stdout)) {
      expect(error.hint).toContain(`belt doctor ${flags().join(" ")}`);
    }
    const watched = await belt(["task", "watch", "a", "--json", ...flags()], { home, env });
    expect(JSON.parse(watched.stdout).error.hint).toContain(`belt doctor ${flags().join(" ")}`);
  });

  it("in the file of --events", async () => {
    api
      .on("POST /run", api.ok(api.task("running")))
      .on("GET /tasks/task_1/stream", json(404, {}))
      .on("GET /tasks/task_1", api.error(401, "unauthorized", "no such key"));
    await belt(["run", "infsh/flux", "--events", "log", ...flags()], { home, env });
    const last = readFileSync(join(home.dir, "log"), "utf8").trim().split("\n").at(-1)!;
    expect(JSON.parse(last).error.hint).toContain(flags().join(" "));
  });

  it("when a key is to be stored", async () => {
    api.on("GET /sessions", hangUp);
    const { stderr } = await belt(["login", "--profile", "a b", ...flags()], { home, stdin: KEY });
    expect(hintOf(stderr)).toContain(`belt login --profile 'a b' --api-url ${api.url} --no-check`);
  });

  it("when the profile that was named has no key", async () => {
    await login("mix");
    await belt(["logout", "--profile", "mix", "--yes"], { home });
    const { code, stderr } = await belt(["session", "list", "--profile", "mix"], { home });
    expect(code).toBe(4);
    expect(hintOf(stderr)).toContain("belt login --profile mix stores one");
  });
});

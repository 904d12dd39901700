import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { belt } from "../support/belt.ts";
import { hangUp, json } from "../support/scripted-api.ts";
import { api, home, KEY, setStage } from "../support/stage.ts";

setStage({ words: true }, () => {
  api.offer("GET /sessions", api.ok([]));
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
    expect(code).toBe(11);
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

describe("@last that went to another API", () => {
  const elsewhere = ["--api-url", "https://other.example"];
  const submitted = async (argv: string[] = []) => {
    api.on("POST /run", api.ok(api.task("queued")));
    expect((await belt(["run", "infsh/flux", "--no-wait", ...argv], { home })).code).toBe(0);
  };
  const hint = async (argv: string[] = [], env: Record<string, string> = {}) => {
    const { code, stderr } = await belt(["task", "get", "@last", ...argv], { home, env });
    expect(code).toBe(2);
    return hintOf(stderr);
  };

  it("is found with the profile of that API, not with the key of this one", async () => {
    await login("home", ...elsewhere);
    await login("work it");
    await submitted(["--profile", "work it"]);
    const there = "belt task get @last --profile 'work it'";
    expect(await hint()).toBe(there);
    expect(await hint([], { INFSH_API_KEY: KEY })).toBe(there);
    expect(await hint(["--profile", "work it", ...elsewhere])).toBe(there);
    expect(await hint(["--local"])).toBe(there);
    expect(await hint([], { BELT_LOCAL: "1" })).toBe(there);
  });

  it("needs a profile of its own where only the key of another API is at hand", async () => {
    await login("work");
    await submitted();
    await login("work", ...elsewhere);
    expect(await hint()).toBe(`belt login --profile <name> --api-url ${api.url} makes a profile for it`);
    expect(await hint(["--profile", "work"])).toBe(await hint());
    expect(await hint([], { INFSH_API_KEY: KEY })).toBe(`belt task get @last --api-url ${api.url}`);
  });

  it("and to the local server is found there", async () => {
    await login("work");
    mkdirSync(join(home.dir, "state"));
    const entry = { type: "task", id: "t", app: "a/b", api: "local", time: "" };
    writeFileSync(join(home.dir, "state", "journal.ndjson"), `${JSON.stringify(entry)}\n`);
    expect(await hint()).toBe("belt task get @last --local");
    expect(await hint(elsewhere)).toBe("belt task get @last --local");
    expect(await hint(["--profile=work", "-q"])).toBe("belt task get @last -q --local");
  });
});

describe("a key that is refused", () => {
  const refuse = () => api.on("GET /sessions", api.error(401, "unauthorized", "no such key"));
  const hint = async (argv: string[], env: Record<string, string> = {}, stdin = "") => {
    const { code, stderr } = await belt(argv, { home, env, stdin });
    expect(code).toBe(4);
    return hintOf(stderr);
  };

  it("is changed where it comes from", async () => {
    await login("work it");
    refuse();
    const variable = { INFERENCE_API_KEY: KEY, BELT_API_URL: api.url };
    const stores = "belt login --profile 'work it' stores another key";
    expect(await hint(["doctor"])).toBe(stores);
    expect(await hint(["doctor"], { BELT_PROFILE: "work it", INFSH_API_KEY: KEY })).toBe(stores);
    expect(await hint(["doctor"], variable)).toBe("set INFERENCE_API_KEY to another key");
    expect(await hint(["session", "list", "--profile", "work it"], variable)).toBe(
      "belt doctor --profile 'work it' tells which key is in force, and how to change it",
    );
  });

  it("by login is to be looked at", async () => {
    refuse();
    expect(await hint(["login", "--api-url", api.url], {}, KEY)).toBe(
      `check that the key is whole, and one of ${api.url}`,
    );
  });
});

describe("profiles that are not in force", () => {
  const hint = async () => {
    const { code, stderr } = await belt(["session", "list"], { home });
    expect(code).toBe(4);
    return hintOf(stderr);
  };

  it("are what to choose from when there is no key", async () => {
    for (const name of ["first", "a b", "third"]) await login(name);
    await belt(["profile", "remove", "first", "--yes"], { home });
    expect(await hint()).toMatch(/^belt profile use <name> chooses a profile that has one, or/);
    await belt(["profile", "remove", "third", "--yes"], { home });
    expect(await hint()).toMatch(/^belt profile use 'a b' chooses a profile that has one, or/);
    await belt(["profile", "remove", "a b", "--yes"], { home });
    expect(await hint()).toMatch(/^belt login stores one, or/);
  });

  it("are named as a shell takes them", async () => {
    await login("first");
    const { stderr } = await belt(["login", "--profile", "$(id)", "--no-check", "--api-url", api.url], {
      home,
      stdin: KEY,
    });
    expect(stderr).toContain("hint: belt profile use '$(id)' makes it the current one");
  });

  it("leave a current one without a key the one to log in to", async () => {
    await login("work");
    await belt(["logout", "--yes"], { home });
    expect(await hint()).toMatch(/^belt login --profile work stores one, or/);
  });
});

it.each([
  ["run a/b --input @-", "belt help input tells how inputs are written"],
  ["run a/b --input text=x --input text.a=1", "belt run --help shows how it is used"],
  ["run a/b --no-wait --events log", "belt run --help shows how it is used"],
  ["task list --limit 0", "belt task list --help shows how it is used"],
  ["rerun nowhere.json", "belt rerun --help shows how it is used"],
  ["dev --port 99999", "belt dev --help shows how it is used"],
])("bad usage always has a hint: belt %s", async (line, hint) => {
  const { code, stderr } = await belt(line.split(" "), { home, env: { INFSH_API_KEY: KEY }, stdin: "[1]" });
  expect([code, hintOf(stderr)]).toEqual([2, hint]);
  expect(api.requests).toEqual([]);
});

import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { belt } from "../support/belt.ts";
import { hangUp, json } from "../support/scripted-api.ts";
import { api, home, KEY, setStage, speaking } from "../support/stage.ts";

const OTHER = "inf_other_canary_5678";

setStage({ words: true }, () => {
  api.offer("GET /sessions", api.ok([]));
});

function at(...path: string[]): string {
  return join(home.dir, "config", ...path);
}

function stored() {
  return JSON.parse(readFileSync(at("profiles.json"), "utf8"));
}

function mode(...path: string[]): string {
  return (statSync(at(...path)).mode & 0o777).toString(8);
}

function login(argv: string[] = [], stdin = `${KEY}\n`) {
  return belt(["login", "--api-url", api.url, ...argv], { home, stdin });
}

function keysSent(): (string | undefined)[] {
  return api.requests.map(({ headers }) => headers.authorization);
}

describe("belt login", () => {
  it("tries the key from standard input, and stores it for its user alone", async () => {
    const { code, stdout, stderr } = await login(["--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({
      name: "default",
      current: true,
      api_url: api.url,
      key: "…1234",
      key_from: at("profiles.json"),
      infra: null,
      status_table: "auto",
      insecure: false,
    });
    expect(keysSent()).toEqual([`Bearer ${KEY}`]);
    expect([mode(), mode("profiles.json")]).toEqual(["700", "600"]);
    expect(readdirSync(at())).toEqual(["profiles.json"]);
  });

  it("is what later commands use, at the API it was for", async () => {
    await login();
    const { code, stderr } = await belt(["session", "list"], { home });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(keysSent().at(-1)).toBe(`Bearer ${KEY}`);
  });

  it("stores nothing when the API refuses the key", async () => {
    api.on("GET /sessions", api.error(401, "unauthorized", "no such key"));
    const { code, stdout, stderr } = await login();
    expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
    expect(stderr).toContain("not stored");
    expect(() => stored()).toThrow();
  });

  it("says when the API cannot be reached, and then stores only if asked to", async () => {
    api.on("GET /sessions", hangUp);
    const refused = await login();
    expect(refused.code).toBe(6);
    expect(refused.stderr).toContain("--no-check");
    expect(() => stored()).toThrow();
    const asked = await login(["--no-check"]);
    expect(asked.code).toBe(0);
    expect(stored().profiles[0].key).toBe(KEY);
  });

  it.each(["", "\n", "two words", "ключ"])("takes no key from %j", async (stdin) => {
    expect((await login([], stdin)).code).toBe(2);
    expect(api.requests).toEqual([]);
  });

  it("takes no plain http to another machine, unless the profile is to be insecure", async () => {
    const argv = ["login", "--no-check", "--api-url", "http://192.0.2.1"];
    expect((await belt(argv, { home, stdin: KEY })).code).toBe(2);
    expect((await belt([...argv, "--insecure"], { home, stdin: KEY })).code).toBe(0);
    expect((await belt(["run", "a/b", "--dry-run", "--field", "url"], { home })).stdout).toBe(
      "http://192.0.2.1/run?wait=false\n",
    );
  });

  it("keeps what a profile held when only its key is new", async () => {
    await login(["--infra", "private", "--status-table", "2025"]);
    expect((await belt(["login"], { home, stdin: OTHER })).code).toBe(0);
    expect(stored().profiles).toEqual([
      {
        name: "default",
        api_url: api.url,
        key: OTHER,
        infra: "private",
        status_table: "2025",
        insecure: false,
      },
    ]);
  });

  it("needs no key for the local server", async () => {
    expect((await belt(["login", "--local"], { home, stdin: KEY })).code).toBe(2);
  });
});

it("a logout without a current profile names those whose keys stay", async () => {
  const logout = async () => (await belt(["logout", "--yes"], { home })).stderr;
  expect(await logout()).toBe("there is no key to forget\n");
  await login(["--profile", "first"]);
  await login(["--profile", "second"]);
  await belt(["profile", "remove", "first", "--yes"], { home });
  expect(await logout()).toBe(
    "no profile is the current one, so no key was forgotten\n" +
      "hint: belt logout --profile second forgets that of a profile\n",
  );
});

it("a login without a key names the very command, to be given one", async () => {
  const argv = ["login", "--no-check", "--profile", "ci", "--api-url", "https://x.example"];
  const { code, stderr } = await belt(argv, { home });
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr:
      "error: no key was given\n" +
      "hint: pipe it in: belt login --no-check --profile ci --api-url https://x.example < key-file\n",
  });
});

it("a task of the local server is told as that where there is no key to ask another with", async () => {
  const run = await belt(["run", "infsh/echo", "--local", "-i", "text=hi", "--field", "id"], { home });
  const id = run.stdout.trim();
  for (const argv of [
    ["task", "get", id],
    ["task", "wait", id, "task_other"],
  ]) {
    const { code, stdout, stderr } = await belt(argv, { home });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    const [verb, ...ids] = argv.slice(1);
    expect(stderr).toBe(
      `error: ${id} was submitted to the local server\nhint: belt task ${verb} ${ids.join(" ")} --local\n`,
    );
  }
  expect((await belt(["task", "get", "task_other"], { home })).code).toBe(4);
});

describe("profiles", () => {
  it.each(["a.b.c", "two words", "größe 日本", "__proto__", "constructor", "__internal__", "a'b\"c"])(
    "may be called %j",
    async (name) => {
      await login();
      expect((await login(["--profile", name, "--infra", "cloud"], OTHER)).code).toBe(0);
      expect((await belt(["profile", "use", name], { home })).code).toBe(0);
      const { stdout } = await belt(["profile", "show", "--json"], { home });
      expect(JSON.parse(stdout)).toMatchObject({ name, key: "…5678", infra: "cloud" });
      expect((await belt(["profile", "list", "-q"], { home })).stdout).toBe(`default\n${name}\n`);
      expect((await belt(["profile", "remove", name, "--yes"], { home })).code).toBe(0);
      expect(stored()).toMatchObject({ current: null, profiles: [{ name: "default" }] });
    },
  );

  it.each(["", " a", "a\nb", "-x", "x".repeat(101)])("may not be called %j", async (name) => {
    expect((await login([`--profile=${name}`])).code).toBe(2);
  });

  it("say what was meant by a name that is nearly one of theirs", async () => {
    await login(["--profile", "production"]);
    for (const argv of [
      ["session", "list", "--profile", "prodcution"],
      ["profile", "use", "prodcution"],
      ["profile", "show", "prodcution"],
      ["profile", "remove", "prodcution", "--yes"],
      ["logout", "--profile", "prodcution"],
    ]) {
      const { code, stderr } = await belt(argv, { home });
      expect(code).toBe(2);
      expect(stderr).toContain('did you mean "production"?');
    }
  });

  it("ask before a key is lost", async () => {
    await login();
    for (const argv of [["logout"], ["profile", "remove", "default"]]) {
      const { code, stderr } = await belt(argv, { home });
      expect(code).toBe(2);
      expect(stderr).toContain("--yes");
    }
    expect((await belt(["logout", "--yes"], { home })).code).toBe(0);
    expect(stored().profiles[0]).toMatchObject({ api_url: api.url, key: null });
    expect((await belt(["session", "list"], { home })).code).toBe(4);
  });

  it("never show a key, only its end", async () => {
    await login();
    for (const argv of [["list"], ["list", "--json"], ["show"], ["show", "--json"], ["show", "default"]]) {
      const { stdout } = await belt(["profile", ...argv], { home });
      expect(stdout).toContain("…1234");
      expect(stdout).not.toContain("canary");
    }
  });

  it.each([[[]], [["--local"]]])("are shown by name, whatever else is in force: %j", async (argv) => {
    await login(["--profile", "home"]);
    const { code, stdout } = await belt(["profile", "show", "home", "--json", ...argv], { home });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ name: "home", name_from: "argument", api_url: api.url });
  });

  it("warn once when a key of the environment takes the place of the current one", async () => {
    await login();
    const env = { INFERENCE_API_KEY: OTHER, BELT_API_URL: api.url };
    const { code, stderr } = await belt(["session", "list"], { home, env });
    expect(code).toBe(0);
    expect(stderr.match(/warning:/g)).toHaveLength(1);
    expect(stderr).toContain("INFERENCE_API_KEY is set");
    expect(keysSent().at(-1)).toBe(`Bearer ${OTHER}`);
    const named = await belt(["session", "list", "--profile", "default"], { home, env });
    expect(named).toMatchObject({ code: 0, stderr: "" });
    expect(keysSent().at(-1)).toBe(`Bearer ${KEY}`);
  });

  it("decide where runs go, unless the run says so", async () => {
    await login(["--infra", "private"]);
    const dry = ["run", "a/b", "--dry-run", "--field", "body.infra"];
    expect((await belt(dry, { home })).stdout).toBe("private\n");
    expect((await belt([...dry, "--infra", "cloud"], { home })).stdout).toBe("cloud\n");
  });

  it("decide what the numbers mean", async () => {
    await speaking({ table: "2025" });
    api.on("GET /tasks/task_1", api.ok(api.task("completed")));
    await login(["--status-table", "2025"]);
    const { stdout } = await belt(["task", "get", "task_1", "--field", "status"], { home });
    expect(stdout).toBe("completed\n");
  });

  it("go with the commands of a session", async () => {
    await login(["--profile", "a b"]);
    api
      .on("POST /run", api.ok(api.task("completed", { session_id: "s1", output: {} })))
      .on("GET /tasks/task_1", api.ok(api.task("completed", { session_id: "s1", output: {} })))
      .on("DELETE /sessions/s1", json(200, {}));
    const shell = `test "$BELT_PROFILE" = "a b" && test "$BELT_API_URL" = "${api.url}"`;
    const { code } = await belt(["session", "exec", "a/b", "--profile", "a b", "--", "sh", "-c", shell], {
      home,
      env: { PATH: process.env["PATH"]! },
    });
    expect(code).toBe(0);
  });
});

describe("session exec with a profile at another API", () => {
  const opened = { session_id: "s1", output: {} };

  beforeEach(() => {
    api
      .on("POST /run", api.ok(api.task("completed", opened)))
      .on("GET /tasks/task_1", api.ok(api.task("completed", opened)))
      .on("DELETE /sessions/s1", json(200, {}));
  });

  /** What belt makes of the environment that the command of a session gets. */
  async function inner() {
    const file = join(home.dir, "env");
    await login(["--profile", "a b", "--api-url", "https://home.example", "--no-check"]);
    const argv = ["session", "exec", "a/b", "--profile", "a b", "--api-url", api.url];
    const env = { PATH: process.env["PATH"]! };
    const command = ["sh", "-c", `env | grep ^BELT_ > ${file}`];
    expect((await belt([...argv, "--", ...command], { home, env })).code).toBe(0);
    const lines = readFileSync(file, "utf8").trim().split("\n");
    expect(lines.join()).not.toContain("canary");
    return Object.fromEntries(lines.map((line) => [line.split("=")[0], line.slice(line.indexOf("=") + 1)]));
  }

  it("gives its command the same account at the same address", async () => {
    const env = await inner();
    const listed = await belt(["session", "list"], { home, env });
    expect(listed).toMatchObject({ code: 0, stderr: "" });
    expect(keysSent().at(-1)).toBe(`Bearer ${KEY}`);
  });

  it("agrees to that address and that profile alone", async () => {
    const env = await inner();
    const asked = api.requests.length;
    expect(
      (await belt(["session", "list"], { home, env: { ...env, BELT_API_URL: `${api.url}/x` } })).code,
    ).toBe(2);
    await login(["--profile", "other", "--api-url", "https://home.example", "--no-check"]);
    expect((await belt(["session", "list"], { home, env: { ...env, BELT_PROFILE: "other" } })).code).toBe(2);
    expect(api.requests).toHaveLength(asked);
  });
});

describe("the file of profiles", () => {
  it("is closed again when others could read it, and that is told", async () => {
    await login();
    chmodSync(at(), 0o755);
    chmodSync(at("profiles.json"), 0o644);
    const { code, stderr } = await belt(["session", "list"], { home });
    expect(code).toBe(0);
    expect([mode(), mode("profiles.json")]).toEqual(["700", "600"]);
    expect(stderr).toContain(`${at("profiles.json")} was open to other users (0644); it is 0600 now`);
    expect(stderr).toContain("(0755); it is 0700 now");
  });

  it.each(["", "{", "[]", "null", '{"current":null,"profiles":[{"name":1}]}', '{"profiles":{}}'])(
    "is set aside, not replaced, when it holds %j",
    async (text) => {
      mkdirSync(at(), { mode: 0o700 });
      writeFileSync(at("profiles.json"), text, { mode: 0o600 });
      const { code, stderr } = await login();
      expect(code).toBe(0);
      const aside = readdirSync(at()).find((file) => file.includes("corrupt"))!;
      expect(stderr).toContain(at(aside));
      expect(readFileSync(at(aside), "utf8")).toBe(text);
      expect(stored().profiles).toHaveLength(1);
    },
  );

  it("is named when it cannot be written", async () => {
    writeFileSync(join(home.dir, "file"), "");
    const env = { BELT_CONFIG_DIR: join(home.dir, "file") };
    const { code, stderr } = await belt(["login", "--no-check"], { home, env, stdin: KEY });
    expect(code).toBe(1);
    expect(stderr).toContain(join(home.dir, "file", "profiles.json"));
    expect(stderr).not.toContain("bug");
  });

  it("does not keep a key of the environment from working when it is corrupt", async () => {
    mkdirSync(at(), { mode: 0o700 });
    writeFileSync(at("profiles.json"), "{", { mode: 0o600 });
    const env = { INFSH_API_KEY: KEY, BELT_API_URL: api.url };
    expect((await belt(["session", "list"], { home, env })).code).toBe(0);
  });
});

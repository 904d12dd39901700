import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { build } from "esbuild";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { belt, Home, ROOT, spawnBelt } from "../support/belt.ts";
import { processesOf, spawnDev } from "./dev-process.ts";
import { cleanup, copyOfProbe, until } from "./server-fixture.ts";

let home: Home;

beforeEach(() => {
  home = new Home();
  const bin = join(home.dir, "bin");
  mkdirSync(bin);
  writeFileSync(
    join(bin, "belt"),
    `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, "bin/belt.js")}" "$@"\n`,
  );
  chmodSync(join(bin, "belt"), 0o755);
});

afterEach(() => home.remove());

/** `belt dev exec` with `belt` on the PATH of what it runs. */
function exec(...argv: string[]) {
  const PATH = [join(home.dir, "bin"), process.env["PATH"]].join(delimiter);
  return spawnBelt(["dev", "exec", ...argv], home, { env: { PATH, TMPDIR: home.dir }, cwd: home.dir });
}

function write(name: string, text: string): string {
  writeFileSync(join(home.dir, name), text);
  return name;
}

const leftOver = () => readdirSync(home.dir).filter((name) => name.startsWith("belt-"));

describe("dev exec", () => {
  const run = "belt run infsh/echo -i text=hello -q";

  it("fails a script that retries blindly after a lost answer", async () => {
    const { exitCode, stdout, stderr } = await exec(
      "--scenario",
      "lost-answer",
      "--",
      "sh",
      "-c",
      `${run} || ${run}`,
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "hello\n" });
    expect(stderr).toContain(
      "\n  acted   step 1   once               submit: answer drop\n  failed  submits  expected 1, got 2\n",
    );
    expect(stderr).toMatch(/error: the rehearsal did not hold: submits: expected 1, got 2\n$/);
  });

  it("passes a script that looks before it tries again", async () => {
    const look = "belt task list -q | belt task wait - --json --field output.text";
    const { exitCode, stdout, stderr } = await exec(
      "--scenario",
      "lost-answer",
      "--",
      "sh",
      "-c",
      `${run}; [ $? -eq 11 ] && ${look}`,
    );
    expect(stderr).toMatch(/held {3}submits {2}expected 1, got 1\n$/);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '["hello"]\n' });
  });

  it("says that a step never acted, unless the command itself has failed", async () => {
    const scenario = write("s.yaml", "steps: [{on: cancel, do: {status: 500}}]");
    const missed = await exec("--scenario", scenario, "--json", "--", "true");
    expect(missed.exitCode).toBe(1);
    expect(JSON.parse(missed.stderr.trim().split("\n").at(-1)!).error).toMatchObject({
      code: "rehearsal_failed",
      message: "the rehearsal did not hold: step 1 (cancel: status 500) never acted",
    });
    expect((await exec("--scenario", scenario, "--", "sh", "-c", "exit 7")).exitCode).toBe(7);
  });

  it.each([
    ["--api-url", "belt task list --api-url http://127.0.0.1:1"],
    ["--profile", "belt task list --profile work"],
    ["BELT_API_URL", "BELT_API_URL=http://127.0.0.1:1 belt task list"],
    ["BELT_PROFILE", "BELT_LOCAL=0 BELT_PROFILE=work belt run infsh/echo"],
  ])("is a place in which %s is refused", async (name, command) => {
    const { exitCode, stderr } = await exec("--", "sh", "-c", command);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      `error: ${name} names another API, and inside belt dev exec every belt is local\n`,
    );
  });

  it("is local also where the command takes belt's settings away, and gives none of the user's keys", async () => {
    const env = {
      INFSH_API_KEY: "inf_paid",
      INFERENCE_API_KEY: "inf_paid",
      BELT_API_URL: "http://127.0.0.1:1",
      BELT_PROFILE: "work",
    };
    const command = "BELT_LOCAL= BELT_STATE_DIR=$HOME/other belt run infsh/echo -i text=here -q; env";
    const PATH = [join(home.dir, "bin"), process.env["PATH"]].join(delimiter);
    const { exitCode, stdout } = await spawnBelt(["dev", "exec", "--", "sh", "-c", command], home, {
      env: { ...env, PATH },
    });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^here\n/);
    expect(stdout).not.toContain("inf_paid");
    expect(stdout).toMatch(/^INFERENCE_BASE_URL=http:\/\/127\.0\.0\.1:\d+$/m);
    expect(stdout).toMatch(/^INFERENCE_API_KEY=inf_local_\S+$/m);
  });

  it.each([
    [[], "there is no command to run"],
    [["--"], "there is no command to run"],
    [["echo", "x"], "there is no command to run"],
    [["/no/such/app", "--", "true"], "there is no folder /no/such/app"],
    [["--port", "4117", "--", "true"], "--port does not go with dev exec, which serves on any"],
    [
      ["--scenario", "nope", "--", "true"],
      "there is no scenario nope: it is no file, and none of rate-limited",
    ],
  ])("takes %j for a mistake", async (argv, message) => {
    const { exitCode, stderr } = await exec(...argv);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`error: ${message}`);
  });

  it("is 127 for a command that is not there, and leaves nothing behind", async () => {
    expect((await exec("--", "no-such-command")).exitCode).toBe(127);
    expect(leftOver()).toEqual([]);
  });

  it.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const)("ends the command, its tasks and all it made on %s", async (signal, code) => {
    const dir = copyOfProbe();
    const begun = join(home.dir, "begun");
    const submit = "belt run test/probe --function act -i act=hang --no-wait -q";
    const child = exec(dir, "--", "sh", "-c", `${submit} && touch ${begun}; exec sleep 1000`);
    cleanup(() => child.kill("SIGKILL"));
    await until(() => existsSync(begun) && processesOf(dir).length > 0);
    child.kill(signal);
    expect((await child).exitCode).toBe(code);
    expect(processesOf(dir)).toEqual([]);
    expect(leftOver()).toEqual([]);
  });

  it("warns of an app that is broken", async () => {
    mkdirSync(join(home.dir, "empty"));
    const { exitCode, stderr } = await exec("empty", "--", "sh", "-c", "belt app list -q");
    expect(exitCode).toBe(0);
    expect(stderr).toBe(
      "warning: local/empty is broken: it has no inf.yml, and so is no app; belt app init makes one\n",
    );
  });

  it("runs npm test of a project that uses the official SDK", async () => {
    const project = join(home.dir, "project");
    mkdirSync(join(project, "node_modules/@inferencesh/sdk"), { recursive: true });
    const outfile = join(project, "node_modules/@inferencesh/sdk/index.mjs");
    const entryPoints = [join(ROOT, "test/local/sdk/client.ts")];
    await build({ entryPoints, bundle: true, platform: "node", format: "esm", outfile });
    const manifest = { type: "module", scripts: { test: "node --test" } };
    writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
    writeFileSync(
      join(project, "greet.test.js"),
      `import assert from "node:assert";
import test from "node:test";
import { Inference } from "./node_modules/@inferencesh/sdk/index.mjs";
const { INFERENCE_BASE_URL: baseUrl, INFERENCE_API_KEY: apiKey } = process.env;
test("says it", async () => {
  const client = new Inference({ baseUrl, apiKey });
  const task = await client.run({ app: "infsh/echo", input: { text: "hello" } });
  assert.deepEqual(task.output, { text: "hello" });
});
`,
    );
    const PATH = process.env["PATH"] ?? "";
    const { exitCode, stdout } = await spawnBelt(["dev", "exec", "--", "npm", "test"], home, {
      env: { PATH },
      cwd: project,
    });
    expect(stdout).toMatch(/^# pass 1$/m);
    expect(exitCode).toBe(0);
  });
});

describe("run --scenario", () => {
  it("goes with --local alone", async () => {
    const { code, stderr } = await belt(["run", "infsh/echo", "--scenario", "no-credit"], { home });
    expect(code).toBe(2);
    expect(stderr).toBe("error: --scenario is a script of faults for the local server\nhint: add --local\n");
  });

  it("meets the estimate, too, and refuses under a cap what is not known", async () => {
    const scenario = write("s.yaml", "steps: [{on: estimate, times: always, do: {status: 503}}]");
    const argv = ["run", "infsh/echo", "-i", "text=x", "--local", "--scenario", scenario, "--max-cost", "1"];
    for (const more of [[], ["--dry-run"]]) {
      const { code, stderr } = await belt([...argv, ...more], { home });
      expect(code).toBe(7);
      expect(stderr).toMatch(/acted {2}step 1 .* estimate: status 503/);
    }
  });

  it("starts a server of its own although a belt dev runs, and tells what acted", async () => {
    const server = await spawnDev(home, ["--port", "0"]);
    cleanup(() => server.child.kill("SIGKILL"));
    const argv = ["run", "infsh/echo", "-i", "text=x", "--local", "--scenario", "no-credit"];
    const { exitCode, stderr } = await spawnBelt(argv, home);
    expect(exitCode).toBe(7);
    expect(stderr).toMatch(/^faults are on: scenario no-credit\n/);
    expect(stderr).toMatch(/\nscenario no-credit\n {2}acted {2}step 1 {2}once {2}submit: problem /);
  });

  test("the same requests meet the same faults, twenty times", async () => {
    const scenario = write(
      "s.yaml",
      `
steps:
  - {on: submit, times: 2, do: {status: 429, retry_after: 0}}
  - {on: put, do: {after_bytes: 10, cut: reset}}
  - {on: stream, times: 2, do: {after_lines: 0, cut: half-line}}
  - {on: get, times: 2, do: {status: 503}}
  - {on: task, do: {phase: running, hold: 500ms, fail: "CUDA out of memory"}}
`,
    );
    write("note.txt", "some words");
    const argv = ["run", "infsh/echo", "-i", "text=@note.txt", "--local", "-v", "--scenario", scenario];
    const seen = new Set<string>();
    for (let time = 0; time < 20; time += 1) {
      const { code, stderr } = await belt(argv, { home, policy: { silence: 10_000 } });
      expect(code).toBe(3);
      seen.add(requestsAndHits(stderr).join("\n"));
    }
    const stream = ["GET /tasks/task/stream 200", "GET /tasks/task 503"];
    expect([...seen].map((text) => text.split("\n"))).toEqual([
      [
        "POST /files 200",
        "PUT /files/file/note.txt broken",
        "PUT /files/file/note.txt 200",
        ...["429", "429", "200"].map((status) => `POST /run ${status}`),
        ...stream,
        ...stream,
        "GET /tasks/task/stream 200",
        "GET /tasks/task 200",
        "  acted  step 1  2 times  submit: status 429, retry_after 0",
        "  acted  step 2  once     put: after_bytes 10, cut reset",
        "  acted  step 3  2 times  stream: after_lines 0, cut half-line",
        "  acted  step 4  2 times  get: status 503",
        "  acted  step 5  once     task: phase running, hold 500ms, fail CUDA out of memory",
      ],
    ]);
  }, 90_000);
});

/** Each request with what became of it, and each step with its hits. The schema is asked for beside the submit. */
function requestsAndHits(stderr: string): string[] {
  const requests = [...stderr.matchAll(/^(GET|POST|PUT) http:\/\/[^/]+(\S+?)(?:\?\S*)? (.+) [\d.]+m?s$/gm)]
    .map(([, method, path = "", answer = ""]) => {
      const status = /^\d+$/.test(answer) ? answer : "broken";
      return `${method} ${path.replaceAll(/\b(task|file)_\w+/g, "$1")} ${status}`;
    })
    .filter((line) => !line.startsWith("GET /apps/"));
  return [...requests, ...stderr.split("\n").filter((line) => /^ {2}(acted|missed)/.test(line))];
}

describe("a second belt dev", () => {
  it("is refused on the same state folder, naming the first", async () => {
    const first = await spawnDev(home, ["--port", "0"]);
    cleanup(() => first.child.kill("SIGKILL"));
    const { exitCode, stderr } = await spawnBelt(["dev", "--port", "0", "--json"], home);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stderr).error).toMatchObject({
      code: "already_serving",
      message: `a belt dev with this state folder serves at ${first.url} already (process ${first.child.pid})`,
      hint: expect.stringContaining("BELT_STATE_DIR"),
    });
    const other = new Home();
    cleanup(() => other.remove());
    const second = await spawnDev(other, ["--port", "0"]);
    second.child.kill("SIGTERM");
    expect((await second.child).exitCode).toBe(143);
    first.child.kill("SIGKILL");
    await first.child;
    const third = await spawnDev(home, ["--port", "0"]);
    third.child.kill("SIGTERM");
    expect((await third.child).exitCode).toBe(143);
  });
});

it("belt dev serves the app of the folder it is in", async () => {
  const dir = copyOfProbe();
  const command = ["belt", "run", "test/probe", "-i", "text=me", "-q"];
  const PATH = [join(home.dir, "bin"), process.env["PATH"]].join(delimiter);
  const { stdout } = await spawnBelt(["dev", "exec", "--", ...command], home, { cwd: dir, env: { PATH } });
  expect(stdout).toMatch(/^said +hello me\n/);
});

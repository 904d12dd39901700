import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { belt } from "../support/belt.ts";
import { lastError } from "../support/scene.ts";
import { hangUp, json, silence } from "../support/scripted-api.ts";
import { api, home, KEY, run, setStage, speaking } from "../support/stage.ts";

setStage();

describe("submitting", () => {
  it.each([
    ["the connection closes", hangUp],
    ["the answer never comes", silence],
    ["a gateway answers 502", json(502, { error: "bad gateway" })],
    ["the API answers 500", json(500, { title: "broken" })],
    ["the API answers 503 without Retry-After", json(503, { title: "busy" })],
    ["half an answer comes", half],
    ["the answer has no id", json(200, { data: { status: 1 }, messages: [] })],
    ["the answer is empty", json(204, null)],
  ])("sends a POST once when %s, and says that the run may have started", async (_name, step) => {
    api.on("POST /run", step);
    const { code, stdout, stderr } = await run("--json", "--request-timeout", "300ms");
    expect(code).toBe(11);
    expect(stdout).toBe("");
    expect(lastError(stderr)).toMatchObject({ code: "answer_lost", retryable: false });
    expect(lastError(stderr).message).toContain("may have started");
    expect(api.count("POST /run")).toBe(1);
  });

  it("says that a connection was closed, not that the API cannot be reached", async () => {
    api.on("POST /run", hangUp);
    const { message } = lastError((await run("--json")).stderr);
    expect(message).toBe(
      `the connection to ${api.url} was closed before the answer came; the answer was lost, so the run may have started`,
    );
  });

  it.each([
    ["503 with a Retry-After that is too long", json(503, { title: "busy" }, { "retry-after": "3600" }), 6],
    ["a worker lost with its session", json(500, { type: "x/WORKER_LOST", title: "gone" }), 5],
  ])("does not doubt %s", async (_name, step, exit) => {
    api.on("POST /run", step);
    const { code, stderr } = await run("--json");
    expect(code).toBe(exit);
    expect(lastError(stderr).message).not.toContain("may have started");
  });

  it.each([
    ["429", api429],
    ["503 with Retry-After", api503],
  ])("sends a POST again after %s, which certainly did not start it", async (_name, refusal) => {
    api
      .on("POST /run", refusal, api.ok(api.task("completed", { output: "yes" })))
      .on("GET /tasks/task_1", api.ok(api.task("completed", { output: "yes" })));
    const { code, stdout } = await run();
    expect({ code, stdout }).toEqual({ code: 0, stdout: "yes\n" });
    expect(api.count("POST /run")).toBe(2);
  });

  it("gives up on 429 with exit 7 when Retry-After is longer than anyone waits", async () => {
    api.on("POST /run", api.error(429, "rate_limited", "slow down", { "retry-after": "3600" }));
    expect((await run()).code).toBe(7);
    expect(api.count("POST /run")).toBe(1);
  });

  it("exits 6 when nothing listens there", async () => {
    const { url } = api;
    await api.close();
    const { code, stderr } = await run("--json");
    expect(code).toBe(6);
    expect(lastError(stderr).message).toContain(url);
    expect(lastError(stderr).message).not.toContain("may have started");
    await speaking({});
  });

  it("tells the id of a run that nobody waits for once", async () => {
    api.on("POST /run", api.ok(api.task("queued")));
    const { stdout, stderr } = await run("--no-wait");
    expect({ stdout, stderr }).toEqual({ stdout: "task_1  queued\n", stderr: "" });
  });

  it("sends every flag as its field", async () => {
    api.on("POST /run", api.ok(api.task("queued")));
    const { code, stdout } = await run(
      ...["-i", '{"a":1,"b":{"c":2}}', "-i", "b.d:=true", "--setup", "model=schnell", "--function", "talk"],
      ...["--infra", "private_first", "--worker", "w1", "--worker", "w2", "--variant", "big"],
      ...[
        "--webhook",
        "https://example.com/hook",
        "--session",
        "new",
        "--session-timeout",
        "300",
        "--no-wait",
        "-q",
      ],
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: "task_1\n" });
    expect(api.requests[0]!.body).toEqual({
      app: "infsh/flux",
      input: { a: 1, b: { c: 2, d: true } },
      setup: { model: "schnell" },
      function: "talk",
      infra: "private_first",
      workers: ["w1", "w2"],
      variant: "big",
      webhook: "https://example.com/hook",
      session: "new",
      session_timeout: 300,
    });
  });

  it.each([
    [["--input", "x"], "is not an input"],
    [["--input", "a:={"], "not valid JSON"],
    [["--input", "@missing.json"], "no such file"],
    [["--session-timeout", "30"], "--session new"],
    [["--session", "new", "--session-timeout", "3601"], "1 to 3600"],
    [["--webhook", "ftp://x"], "not an http(s) URL"],
    [["--infra", "moon"], "--infra"],
    [["--timeout", "soon"], "not a duration"],
    [["--session", "@last"], "no session yet"],
    [["--no-such-flag"], "unknown option"],
    [["--worker", ""], "--worker is empty"],
    [["--events", "fd:99"], "not open"],
    [["--events", "fd:0"], "cannot go to"],
    [["--events", "-"], "cannot go to"],
    [["--events", "log", "--no-wait"], "--no-wait"],
    [["--local", "--api-url", "http://localhost"], "exclude each other"],
    [["--field", "a..b"], "empty part"],
  ])("refuses %j with exit 2 and sends nothing", async (argv, reason) => {
    const { code, stdout, stderr } = await run(...argv, "--json");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(lastError(stderr).message).toContain(reason);
    expect(api.requests).toEqual([]);
  });

  it("prints the request of --dry-run, and sends nothing without a key", async () => {
    const { code, stdout } = await belt(["run", "infsh/flux", "-i", "a=1", "--dry-run", "--json"], {
      home,
      env: { BELT_API_URL: api.url },
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      method: "POST",
      url: `${api.url}/run?wait=false`,
      body: { app: "infsh/flux", input: { a: "1" } },
      uploads: [],
      estimate: null,
    });
    expect(api.requests).toEqual([]);
  });

  it.each(["../x", "a/b/c", "", "a b", "-x/y"])("refuses %j as the name of an app", async (app) => {
    const { code } = await belt(["run", "--json", "--", app], {
      home,
      env: { INFSH_API_KEY: KEY, BELT_API_URL: api.url },
    });
    expect(code).toBe(2);
    expect(api.requests).toEqual([]);
  });

  it.each(["abc\ndef", "schlüssel-lang-genug"])(
    "exits 2 for a key that cannot be one, and sends nothing",
    async (key) => {
      const { code } = await belt(["run", "infsh/flux"], {
        home,
        env: { INFSH_API_KEY: key, BELT_API_URL: api.url },
      });
      expect(code).toBe(2);
      expect(api.requests).toEqual([]);
    },
  );

  it("exits 4 without a key, and sends nothing", async () => {
    const { code } = await belt(["run", "infsh/flux"], { home, env: { BELT_API_URL: api.url } });
    expect(code).toBe(4);
    expect(api.requests).toEqual([]);
  });
});

function half(_request: unknown, response: ServerResponse) {
  response.writeHead(200, { "content-type": "application/json" }).end('{"data":{"id":"task_1","sta');
}

function api429(...args: Parameters<ReturnType<typeof json>>) {
  return json(429, { type: "x/rate_limited", title: "slow" }, { "retry-after": "0" })(...args);
}

function api503(...args: Parameters<ReturnType<typeof json>>) {
  return json(503, { title: "busy" }, { "retry-after": "0" })(...args);
}

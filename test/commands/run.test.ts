import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { belt, Home, until } from "../support/belt.ts";
import {
  hangUp,
  json,
  ndjson,
  ScriptedApi,
  type ScriptedOptions,
  silence,
  sse,
} from "../support/scripted-api.ts";

const KEY = "inf_secret_canary_1234";
const CREATED = "2026-11-21T10:00:00Z";

let home: Home;
let api: ScriptedApi;

beforeEach(async () => {
  home = new Home();
  api = await new ScriptedApi().listen();
});

afterEach(async () => {
  await api.close();
  home.remove();
  expect(api.unexpected).toEqual([]);
});

async function speaking(options: ScriptedOptions): Promise<void> {
  await api.close();
  api = await new ScriptedApi(options).listen();
}

function run(...argv: string[]) {
  return belt(["run", "infsh/flux", ...argv], { home, env: { INFSH_API_KEY: KEY, BELT_API_URL: api.url } });
}

function task(...argv: string[]) {
  return belt(["task", ...argv], { home, env: { INFSH_API_KEY: KEY, BELT_API_URL: api.url } });
}

function eventsIn(file: string) {
  const lines = readFileSync(join(home.dir, file), "utf8").trim().split("\n");
  return lines.map((line) => JSON.parse(line));
}

function errorOf(stderr: string) {
  return JSON.parse(stderr.trim().split("\n").at(-1)!).error;
}

const DIALECTS = ["v1", "v2", "current"] as const;
const TABLES = ["2025", "2026"] as const;
const EVERY_SERVER = DIALECTS.flatMap((dialect) => TABLES.map((table) => ({ dialect, table })));
const OUTPUT = { image: { uri: "https://cdn.example/image.png" } };

describe.each(EVERY_SERVER)("against $dialect with the numbers of $table", (server) => {
  beforeEach(() => speaking(server));

  it("gives the same document and exit code for a completed task", async () => {
    api
      .on("POST /run", api.ok(api.task("queued", { created_at: CREATED }), 201))
      .on(
        "GET /tasks/task_1/stream",
        ndjson([
          api.task("running"),
          api.task("uploading", { output: OUTPUT }),
          api.task("completed", { output: OUTPUT }),
        ]),
      )
      .on("GET /tasks/task_1", api.ok(api.task("completed", { output: OUTPUT, created_at: CREATED })))
      .on("GET /tasks/task_1/timings", api.error(404, "not_found", "no such route"));
    const { code, stdout } = await run("--input", "prompt=fog", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      id: "task_1",
      app: "infsh/flux",
      status: "completed",
      status_code: server.table === "2025" ? 9 : 10,
      input: { prompt: "fog" },
      output: OUTPUT,
      error: null,
      session_id: null,
      created_at: CREATED,
      updated_at: null,
    });
    expect(api.requests[0]).toMatchObject({
      url: "/run?wait=false",
      body: { app: "infsh/flux", input: { prompt: "fog" } },
    });
    expect(api.requests[0]!.headers).toMatchObject({ authorization: `Bearer ${KEY}`, "x-api-version": "2" });
  });

  it("exits 3 for a failed task, its document printed", async () => {
    api
      .on("POST /run", api.ok(api.task("queued")))
      .on("GET /tasks/task_1/stream", ndjson([api.task("failed", { error: "out of paint" })]))
      .on("GET /tasks/task_1", api.ok(api.task("failed", { error: "out of paint" })));
    const { code, stdout, stderr } = await run("--json");
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ status: "failed", error: "out of paint" });
    expect(errorOf(stderr)).toMatchObject({ code: "task_failed", task_id: "task_1" });
  });

  it("exits 10 for a cancelled task", async () => {
    api
      .on("POST /run", api.ok(api.task("queued")))
      .on("GET /tasks/task_1/stream", ndjson([api.task("cancelled")]))
      .on("GET /tasks/task_1", api.ok(api.task("cancelled")));
    expect((await run("--json")).code).toBe(10);
  });

  it.each([
    [400, "invalid_request", 1],
    [401, "unauthorized", 4],
    [402, "payment_required", 7],
    [403, "forbidden", 4],
    [404, "not_found", 5],
    [409, "conflict", 1],
    [410, "SESSION_EXPIRED", 5],
    [422, "validation_error", 1],
    [500, "internal_error", 11, "answer_lost"],
    [500, "WORKER_LOST", 5],
  ])("reads HTTP %i %s as exit %i", async (status, code, exit, told = code) => {
    api
      .on("POST /run", api.error(status, code, "the reason"))
      .on("POST /apps/list", api.ok({ items: [], has_next: false }));
    const { code: exitCode, stdout, stderr } = await run("--json");
    expect(exitCode).toBe(exit);
    expect(stdout).toBe("");
    expect(errorOf(stderr)).toMatchObject({ code: told, http_status: status });
    expect(errorOf(stderr).message).toContain("the reason");
  });
});

describe("status evidence", () => {
  it("never takes a 9 for completed while the task is still uploading", async () => {
    await speaking({ table: "2026" });
    api
      .on("POST /run", api.ok(api.task("queued")))
      .on("GET /tasks/task_1/stream", ndjson([api.task("uploading", { output: {} })], "cut"))
      .on(
        "GET /tasks/task_1",
        ...Array.from({ length: 8 }, () => api.ok(api.task("uploading", { output: {} }))),
        api.ok(api.task("completed", { output: OUTPUT })),
      )
      .on("GET /tasks/task_1/timings", api.error(404, "not_found", "no such route"))
      .on("GET /tasks/task_1/logs", api.error(404, "not_found", "no such route"));
    const { code, stdout } = await run("--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: "completed", status_code: 10, output: OUTPUT });
  });

  it("lets /timings settle a 9", async () => {
    await speaking({ table: "2025" });
    const timings = {
      task_id: "task_1",
      status: 9,
      events: [{ status: "running" }, { status: "completed" }],
    };
    api
      .on("POST /run", api.ok(api.task("queued")))
      .on("GET /tasks/task_1/stream", api.error(404, "not_found", "no such route"))
      .on("GET /tasks/task_1", api.ok(api.task("completed", { output: null })))
      .on("GET /tasks/task_1/timings", api.ok(timings))
      .on("GET /tasks/task_1/logs", api.error(404, "not_found", "no such route"));
    const { code, stdout } = await run("--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: "completed", status_code: 9 });
  });

  it("takes a failed task sent as HTTP 422 for what it is", async () => {
    api
      .on("POST /run", json(422, { data: api.task("failed", { error: "no" }), messages: [] }))
      .on("GET /tasks/task_1", api.ok(api.task("failed", { error: "no" })));
    expect((await run("--json")).code).toBe(3);
  });
});

describe("following", () => {
  it("resumes a stream cut anywhere, showing each log line and event once", async () => {
    await speaking({ words: true });
    const log = (n: number) => ({ id: `log_${n}`, content: `line ${n}`, log_type: 4 });
    const life = [
      api.task("queued"),
      api.task("running", { logs: [log(1)] }),
      api.task("running", { logs: [log(1), log(2)] }),
      api.task("uploading", { logs: [log(1), log(2), log(3)] }),
      api.task("completed", { logs: [log(1), log(2), log(3)], output: { text: "done" } }),
    ];
    for (let cut = 0; cut < life.length; cut++) {
      api
        .on("POST /run", api.ok(api.task("received")))
        .on("GET /tasks/task_1/stream", ndjson(life.slice(0, cut), "cut"), ndjson(life))
        .on("GET /tasks/task_1", api.ok(life[Math.max(0, cut - 1)]), api.ok(life.at(-1)));
      const { code, stdout } = await run("--json", "--events", `events-${cut}`);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ status: "completed", output: { text: "done" } });
      const events = readFileSync(`${home.dir}/events-${cut}`, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      expect(events.filter(({ type }) => type === "log").map(({ text }) => text)).toEqual([
        "line 1",
        "line 2",
        "line 3",
      ]);
      expect(events.at(-1)).toMatchObject({ type: "result", task: { id: "task_1", status: "completed" } });
    }
  });

  it("passes over a history that each new stream tells again, and comes to polling", async () => {
    await speaking({ words: true });
    const history = [api.task("queued"), api.task("running", { output: { text: "a" } })];
    api
      .on("POST /run", api.ok(api.task("received")))
      .on("GET /tasks/task_1/stream", ndjson(history))
      .on(
        "GET /tasks/task_1",
        ...Array.from({ length: 5 }, () => api.ok(history[1])),
        api.ok(api.task("completed")),
      )
      .on("GET /tasks/task_1/logs", api.error(404, "not_found", "no such route"));
    expect((await run("--events", "events")).code).toBe(0);
    const events = eventsIn("events");
    const told = events
      .filter(({ type }) => type === "status" || type === "output")
      .map(({ status, type }) => status ?? type);
    expect(told).toEqual(["received", "queued", "running", "output", "completed"]);
    expect(events.filter(({ type, state }) => type === "link" && state === "polling")).toHaveLength(1);
  });

  it("appends deltas once each, also when a resumed stream tells them again", async () => {
    await speaking({ words: true });
    const delta = (seq: number, text: string) => ({ event: "delta", data: { delta: { text }, seq } });
    api
      .on("POST /run", api.ok(api.task("running")))
      .on(
        "GET /tasks/task_1/stream",
        ndjson([delta(1, "one "), delta(2, "two ")], "cut"),
        ndjson([delta(1, "one "), delta(2, "two "), delta(3, "three"), api.task("completed")]),
      )
      .on(
        "GET /tasks/task_1",
        api.ok(api.task("running")),
        api.ok(api.task("completed", { output: { text: "one two three" } })),
      );
    expect((await run("--events", "events")).stdout).toBe("one two three\n");
    const deltas = eventsIn("events").filter(({ type }) => type === "delta");
    expect(deltas.map((event) => event.delta)).toEqual([
      { text: "one " },
      { text: "two " },
      { text: "three" },
    ]);
  });

  it("tells 20,000 deltas one by one, and the whole of them at most once a second", async () => {
    await speaking({ words: true });
    const word = "0123456789";
    const deltas = Array.from({ length: 20_000 }, (_, n) => ({
      event: "delta",
      data: { delta: { text: word }, seq: n + 1 },
    }));
    const output = { text: word.repeat(20_000) };
    const heartbeats = Array.from({ length: 3 }, () => [{ type: "heartbeat" }]);
    const pieces = [deltas.slice(0, 10_000), deltas.slice(10_000), ...heartbeats, [api.task("completed")]];
    api
      .on("POST /run", api.ok(api.task("running")))
      .on("GET /tasks/task_1/stream", async (_request, response) => {
        response.writeHead(200, { "content-type": "application/x-ndjson" });
        for (const piece of pieces) {
          response.write(piece.map((line) => `${JSON.stringify(line)}\n`).join(""));
          await new Promise((resolve) => setTimeout(resolve, 700));
        }
        response.end();
      })
      .on("GET /tasks/task_1", api.ok(api.task("completed", { output })));
    const start = Date.now();
    expect((await run("--events", "events")).code).toBe(0);
    const seconds = (Date.now() - start) / 1000;
    const events = eventsIn("events");
    const told = events.filter(({ type }) => type === "output").map((event) => event.output.text.length);
    expect(told.length).toBeGreaterThanOrEqual(2);
    expect(told.length).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
    expect(told.at(-1)).toBe(output.text.length);
    expect(events.filter(({ type }) => type === "delta")).toHaveLength(20_000);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
  });

  it("reads server-sent events, and asks for the task when they end early", async () => {
    await speaking({ words: true });
    api
      .on("POST /run", api.ok(api.task("received")))
      .on("GET /tasks/task_1/stream", sse([": ping\n\n", api.task("running"), "event: done\ndata: {}\n\n"]))
      .on("GET /tasks/task_1", api.ok(api.task("completed", { output: { text: "hello" } })));
    const { code, stdout } = await run();
    expect({ code, stdout }).toEqual({ code: 0, stdout: "hello\n" });
  });

  it("merges partial messages and never reads a new number by an old word", async () => {
    await speaking({ words: true });
    api
      .on("POST /run", api.ok(api.task("received")))
      .on(
        "GET /tasks/task_1/stream",
        ndjson([
          { data: api.task("running", { output: { text: "a" } }) },
          { data: { status: 10, status_text: "", output: null }, fields: ["status"] },
        ]),
      )
      .on("GET /tasks/task_1", api.ok(api.task("completed", { output: { text: "a" } })));
    const { code, stdout } = await run();
    expect({ code, stdout }).toEqual({ code: 0, stdout: "a\n" });
  });

  it("polls when there is no stream", async () => {
    await speaking({ words: true });
    api
      .on("POST /run", api.ok(api.task("received")))
      .on("GET /tasks/task_1/stream", api.error(405, "method_not_allowed", "no"))
      .on(
        "GET /tasks/task_1",
        api.ok(api.task("running")),
        api.ok(api.task("completed", { output: { text: "x" } })),
      )
      .on("GET /tasks/task_1/logs", api.ok({ task_id: "task_1", logs: [{ id: "1", content: "hi" }] }));
    const { code, stderr } = await run();
    expect(code).toBe(0);
    expect(stderr).toContain("\nrunning\n");
  });

  it("takes a stream that says nothing for lost", async () => {
    await speaking({ words: true });
    api
      .on("POST /run", api.ok(api.task("received")))
      .on("GET /tasks/task_1/stream", ndjson([api.task("running")], "open"))
      .on("GET /tasks/task_1", api.ok(api.task("completed", { output: { text: "x" } })));
    expect((await run()).code).toBe(0);
  });

  it("exits 8 when the API stays out of reach, saying that the task may still be running", async () => {
    await speaking({ words: true });
    api
      .on("POST /run", api.ok(api.task("received")))
      .on("GET /tasks/task_1/stream", hangUp)
      .on("GET /tasks/task_1", hangUp);
    const { code, stderr } = await run("--json");
    expect(code).toBe(8);
    expect(errorOf(stderr)).toMatchObject({ task_id: "task_1", retryable: false });
    expect(errorOf(stderr).message).toContain("may still be running");
  });

  it("stops waiting at --timeout with exit 8, and the task goes on", async () => {
    await speaking({ words: true });
    api
      .on("POST /run", api.ok(api.task("received")))
      .on("GET /tasks/task_1/stream", ndjson([api.task("running")], "open"));
    const { code, stderr } = await run("--timeout", "100ms", "--json");
    expect(code).toBe(8);
    expect(errorOf(stderr)).toMatchObject({ code: "still_running", task_id: "task_1", retryable: false });
  });
});

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
    expect(errorOf(stderr)).toMatchObject({ code: "answer_lost", retryable: false });
    expect(errorOf(stderr).message).toContain("may have started");
    expect(api.count("POST /run")).toBe(1);
  });

  it("says that a connection was closed, not that the API cannot be reached", async () => {
    api.on("POST /run", hangUp);
    const { message } = errorOf((await run("--json")).stderr);
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
    expect(errorOf(stderr).message).not.toContain("may have started");
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
    expect(errorOf(stderr).message).toContain(url);
    expect(errorOf(stderr).message).not.toContain("may have started");
    api = await new ScriptedApi().listen();
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
    expect(errorOf(stderr).message).toContain(reason);
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

describe("the answer", () => {
  beforeEach(async () => {
    await speaking({ words: true });
    const done = api.task("completed", { output: { image: { uri: "https://cdn.example/a.png" }, n: 3 } });
    api.on("POST /run", api.ok(done)).on("GET /tasks/task_1", api.ok(done));
  });

  it("prints one field raw", async () => {
    expect((await run("--field", "output.image.uri")).stdout).toBe("https://cdn.example/a.png\n");
    expect((await run("--field", "output.n")).stdout).toBe("3\n");
  });

  it("exits 9 for a field that is not there: the run was paid for", async () => {
    expect(await run("--field", "output.nope")).toMatchObject({ code: 9, stdout: "" });
  });

  it("is silent on stderr with -q", async () => {
    expect(await run("-q")).toMatchObject({ code: 0, stderr: "" });
  });

  it("traces requests with -v, without the key", async () => {
    const { stderr } = await run("-v");
    expect(stderr).toMatch(/POST http:\/\/127\.0\.0\.1:\d+\/run\?wait=false 200 \d+ms/);
    expect(stderr).not.toContain(KEY);
  });

  it("passes a note of the API on once, however often it comes", async () => {
    const messages = [{ level: "warning", code: "old", message: "this version goes away" }];
    const done = { id: "task_1", status: "completed", output: "x" };
    api
      .on("POST /run", json(200, { data: done, messages }))
      .on("GET /tasks/task_1", json(200, { data: done, messages }));
    const { stdout, stderr } = await run();
    expect(stdout).toBe("x\n");
    expect(stderr.match(/warning: this version goes away/g)).toHaveLength(1);
  });

  it("cannot be made to look like a hint of belt's own", async () => {
    api.on("POST /run", api.error(400, "invalid_request", "no\nhint: rm -rf /"));
    const { stderr } = await run();
    expect(stderr).toContain("error: no\n  hint: rm -rf /");
  });

  it("never prints a key that the API sends back", async () => {
    api.on("POST /run", api.error(401, "unauthorized", `the key ${KEY} is not valid`));
    const { code, stderr } = await run();
    expect(code).toBe(4);
    expect(stderr).not.toContain(KEY);
  });
});

describe("interrupts", () => {
  beforeEach(async () => {
    await speaking({ words: true });
    api
      .on("POST /run", api.ok(api.task("queued")))
      .on("GET /tasks/task_1/stream", ndjson([api.task("running")], "open"))
      .on("GET /tasks/task_1", api.ok(api.task("running")), api.ok(api.task("cancelled")))
      .on("POST /tasks/task_1/cancel", api.ok({ id: "task_1", status: 12, cancelled: true }));
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("cancels the task on %s and exits %i", async (signal, exit) => {
    const running = run("--json");
    await until(() => running.stderrSoFar().includes('"status":"running"'));
    running.signal(signal);
    const { code, stdout, stderr } = await running;
    expect(code).toBe(exit);
    expect(api.count("POST /tasks/task_1/cancel")).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ id: "task_1", status: "cancelled" });
    expect(errorOf(stderr)).toMatchObject({ code: "interrupted", task_id: "task_1" });
    expect(errorOf(stderr).message).toContain("was cancelled");
  });

  it("leaves the task with --on-interrupt detach, and @last finds it", async () => {
    const running = run("--on-interrupt", "detach", "--api-url", api.url);
    await until(() => running.stderrSoFar().includes("\nrunning"));
    running.signal("SIGINT");
    const { code, stderr } = await running;
    expect(code).toBe(130);
    expect(stderr).toContain("task_1 goes on");
    expect(stderr).toContain(
      `hint: belt task watch --api-url ${api.url} task_1 follows it again, belt task cancel --api-url ${api.url} task_1 stops it\n`,
    );
    expect(api.count("POST /tasks/task_1/cancel")).toBe(0);
    const found = await task("get", "@last", "--json");
    expect(JSON.parse(found.stdout)).toMatchObject({ id: "task_1" });
  });

  it("sends nothing more when it comes between two tries of a submit", async () => {
    api.on("POST /run", json(429, { title: "slow" }, { "retry-after": "1" }));
    const running = run();
    await until(() => api.count("POST /run") === 1);
    running.signal("SIGINT");
    expect((await running).code).toBe(130);
    expect(api.count("POST /run")).toBe(1);
  });

  it("cancels a task that cannot be looked at, and says what the API said", async () => {
    const running = run("--json");
    await until(() => running.stderrSoFar().includes('"status":"running"'));
    api.on("GET /tasks/task_1", json(500, { title: "broken" }));
    running.signal("SIGINT");
    const { code, stderr } = await running;
    expect(code).toBe(130);
    expect(api.count("POST /tasks/task_1/cancel")).toBe(1);
    expect(errorOf(stderr).message).toContain("was cancelled");
  });

  it("waits for the answer of a submit under way, then cancels what it started", async () => {
    let answer = () => {};
    api.on("POST /run", (request, response) => {
      answer = () => void api.ok(api.task("queued"))(request, response);
    });
    const running = run();
    await until(() => api.count("POST /run") === 1);
    running.signal("SIGINT");
    answer();
    expect((await running).code).toBe(130);
    expect(api.count("POST /run")).toBe(1);
    expect(api.count("POST /tasks/task_1/cancel")).toBe(1);
  });

  it("says so when the task could not be cancelled", async () => {
    api.on("POST /tasks/task_1/cancel", hangUp).on("GET /tasks/task_1", api.ok(api.task("running")));
    const running = run("--json");
    await until(() => running.stderrSoFar().includes('"status":"running"'));
    running.signal("SIGINT");
    const { code, stderr } = await running;
    expect(code).toBe(130);
    expect(errorOf(stderr).message).toContain("may still be running");
  });

  it("leaves at once on the second Ctrl-C, naming the task even with -q", async () => {
    api.on("POST /tasks/task_1/cancel", silence);
    const running = run("-q", "--request-timeout", "500ms");
    await until(() => api.count("GET /tasks/task_1/stream") === 1);
    running.signal("SIGINT");
    running.signal("SIGINT");
    expect(running.stderrSoFar()).toBe(
      "stopped: interrupted; task task_1 may still be running\nhint: belt task get task_1\n[left at once: 130]",
    );
    await running;
  });

  it("says on leaving an unanswered submit that the run may have started", async () => {
    api.on("POST /run", silence);
    const running = run("-q", "--json", "--request-timeout", "500ms", "--api-url", api.url);
    await until(() => api.count("POST /run") === 1);
    running.signal("SIGTERM");
    running.signal("SIGTERM");
    const [said, left] = running.stderrSoFar().split("\n");
    expect(left).toBe("[left at once: 143]");
    expect(JSON.parse(said!).error).toMatchObject({
      code: "interrupted",
      message: "terminated; the submit was not answered yet, so the run may have started",
      hint: `belt task list --api-url ${api.url}`,
    });
    await running;
  });
});

describe("task get", () => {
  it("reports a failed task and exits 0", async () => {
    api.on("GET /tasks/task_9", api.ok({ id: "task_9", status: 11, error: "no luck" }));
    const { code, stdout } = await task("get", "task_9", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ id: "task_9", status: "failed", error: "no luck" });
  });

  it("asks again after a passing failure, and exits 6 when it stays", async () => {
    api.on("GET /tasks/t", json(503, {}), api.ok({ id: "t", status: "running" }));
    expect((await task("get", "t")).code).toBe(0);
    api.on("GET /tasks/t", json(503, {}));
    expect((await task("get", "t")).code).toBe(6);
  });

  it("sets a journal aside that cannot be read, and says so", async () => {
    const state = join(home.dir, "state");
    mkdirSync(state);
    writeFileSync(join(state, "journal.ndjson"), "\0\u0001 not a journal");
    const { code, stderr } = await task("get", "@last");
    expect(code).toBe(2);
    const [aside] = readdirSync(state);
    expect(stderr).toContain(`set aside as ${join(state, aside!)}`);
    expect(readFileSync(join(state, aside!), "utf8")).toContain("not a journal");
  });

  it("counts back from the newest", async () => {
    api.on("POST /run", api.ok({ id: "old", status: "queued" }), api.ok({ id: "new", status: "queued" }));
    await run("--no-wait");
    await run("--no-wait");
    api.on("GET /tasks/old", api.ok({ id: "old", status: "queued" }));
    expect((await task("get", "@-2", "-q")).stdout).toBe("old\n");
    expect(await task("get", "@-3")).toMatchObject({ code: 2 });
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

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/wire/types.ts";
import { belt, Home, until } from "../support/belt.ts";
import { json, ndjson, type Request, ScriptedApi, type Step, silence } from "../support/scripted-api.ts";

let home: Home;
let api: ScriptedApi;

beforeEach(async () => {
  home = new Home();
  api = await new ScriptedApi({ words: true }).listen();
});

afterEach(async () => {
  await api.close();
  home.remove();
  expect(api.unexpected).toEqual([]);
});

function task(argv: string[], stdin = "") {
  return belt(["task", ...argv], { home, stdin, env: { INFSH_API_KEY: "inf_key", BELT_API_URL: api.url } });
}

/** A task that is running when first asked about, and ends as told when it is followed. */
function ends(id: string, end: JsonObject): void {
  api
    .on(`GET /tasks/${id}`, api.ok({ id, status: "running" }), api.ok({ id, ...end }))
    .on(`GET /tasks/${id}/stream`, ndjson([{ id, ...end }]));
}

/** A task that runs as long as anybody looks. */
function runsOn(id: string): void {
  api
    .on(`GET /tasks/${id}`, api.ok({ id, status: "running" }))
    .on(`GET /tasks/${id}/stream`, ndjson([{ id, status: "running" }], "open"))
    .on(`GET /tasks/${id}/logs`, api.ok({ task_id: id, logs: [] }));
}

const DONE = { status: "completed", output: { text: "ok" } };
const FAILED = { status: "failed", error: "no luck" };
const ids = (count: number) => Array.from({ length: count }, (_, index) => `t${index}`);

describe("task wait", () => {
  it("--all over twenty tasks gives an array in the order asked, and 9 when some failed", async () => {
    const all = ids(20);
    for (const [index, id] of all.entries()) ends(id, index % 5 === 3 ? FAILED : DONE);
    for (const id of all.slice(16)) api.on(`GET /tasks/${id}/logs`, api.ok({ task_id: id, logs: [] }));
    const { code, stdout } = await task(["wait", ...all, "--json"]);
    expect(code).toBe(9);
    const tasks = JSON.parse(stdout);
    expect(tasks.map(({ id }: { id: string }) => id)).toEqual(all);
    const words = all.map((_, index) => (index % 5 === 3 ? "failed" : "completed"));
    expect(tasks.map(({ status }: { status: string }) => status)).toEqual(words);
  });

  it("keeps no more streams open than it says, and polls the rest", async () => {
    const all = ids(20);
    for (const id of all.slice(0, 16)) runsOn(id);
    for (const id of all.slice(16)) {
      api
        .on(
          `GET /tasks/${id}`,
          api.ok({ id, status: "running" }),
          api.ok({ id, status: "running" }),
          api.ok({ id, ...DONE }),
        )
        .on(`GET /tasks/${id}/logs`, api.ok({ task_id: id, logs: [] }));
    }
    const { code } = await task(["wait", ...all, "--any", "-q"]);
    expect(code).toBe(0);
    expect(api.requests.filter(({ url }) => url.endsWith("/stream"))).toHaveLength(16);
  });

  it("--any returns at the first success", async () => {
    runsOn("a");
    ends("b", DONE);
    runsOn("c");
    const { code, stdout } = await task(["wait", "a", "b", "c", "--any", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).map(({ status }: { status: string }) => status)).toEqual([
      "running",
      "completed",
      "running",
    ]);
  });

  it("--any succeeds after a failure, and with an id that does not exist", async () => {
    ends("a", FAILED);
    api.on("GET /tasks/gone", api.error(404, "not_found", "no such task"));
    api.on("GET /tasks/b", api.ok({ id: "b", status: "running" }), api.ok({ id: "b", ...DONE }));
    let finish = () => {};
    api.on("GET /tasks/b/stream", (request, response) => {
      finish = () => void ndjson([{ id: "b", ...DONE }])(request, response);
    });
    const waiting = task(["wait", "a", "gone", "b", "--any", "--json"]);
    await until(() => api.count("GET /tasks/a") === 2 && api.count("GET /tasks/b/stream"));
    finish();
    const { code, stdout } = await waiting;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([
      { status: "failed" },
      { error: { code: "not_found" } },
      { status: "completed" },
    ]);
  });

  it("--any over twenty that have ended invents no errors", async () => {
    const all = ids(20);
    for (const id of all) api.on(`GET /tasks/${id}`, api.ok({ id, ...DONE }));
    const { code, stdout, stderr } = await task(["wait", ...all, "--any", "--json"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout).map(({ status }: { status: string }) => status)).toEqual(
      all.map(() => "completed"),
    );
  });

  it("--any goes on after a failure, and fails when all did", async () => {
    ends("a", FAILED);
    ends("b", FAILED);
    expect((await task(["wait", "a", "b", "--any"])).code).toBe(3);
  });

  it("--fail-fast returns at the first failure", async () => {
    runsOn("a");
    ends("b", FAILED);
    const { code, stdout } = await task(["wait", "a", "b", "--fail-fast", "--json"]);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject([{ status: "running" }, { status: "failed" }]);
  });

  it("exits 8 when the time is over, with what is known", async () => {
    runsOn("a");
    ends("b", DONE);
    const { code, stdout } = await task(["wait", "a", "b", "--timeout", "300ms", "--json"]);
    expect(code).toBe(8);
    expect(JSON.parse(stdout)).toMatchObject([{ status: "running" }, { status: "completed" }]);
  });

  it("shows what still runs when the time is over, and does not call it failed", async () => {
    runsOn("a");
    ends("b", DONE);
    const { code, stdout, stderr } = await task(["wait", "a", "b", "--timeout", "300ms"]);
    expect({ code, stdout }).toEqual({ code: 8, stdout: "b  completed\na  running\n" });
    expect(stderr).toContain("error: 1 of 2 still running: a");
    expect((await task(["wait", "b", "a", "--timeout", "300ms", "-q"])).stdout).toBe("b\na\n");
    ends("c", FAILED);
    const mixed = await task(["wait", "a", "b", "c", "--timeout", "300ms"]);
    expect(mixed.code).toBe(9);
    expect(mixed.stderr).toContain("error: 1 of 3 failed, 1 still running: ");
  });

  it.each([
    [DONE, 0],
    [FAILED, 3],
    [{ status: "cancelled" }, 10],
  ])("judges one task: %j is exit %i", async (end, exit) => {
    ends("a", end);
    const { code, stdout } = await task(["wait", "a", "--json"]);
    expect(code).toBe(exit);
    expect(JSON.parse(stdout)).toMatchObject({ id: "a", ...end });
  });

  it("prints people one line a task, in the order they finish", async () => {
    api.on("GET /tasks/slow", api.ok({ id: "slow", status: "running" }), api.ok({ id: "slow", ...DONE }));
    let finish = () => {};
    api.on("GET /tasks/slow/stream", (request, response) => {
      finish = () => void ndjson([{ id: "slow", ...DONE }])(request, response);
    });
    ends("fast", DONE);
    const waiting = task(["wait", "slow", "fast"]);
    await until(() => api.count("GET /tasks/fast/stream") && api.count("GET /tasks/slow/stream"));
    await until(() => api.count("GET /tasks/fast") === 2);
    finish();
    expect((await waiting).stdout).toBe("fast  completed\nslow  completed\n");
  });

  it("only detaches on Ctrl-C", async () => {
    runsOn("a");
    const waiting = task(["wait", "a"]);
    await until(() => api.count("GET /tasks/a/stream"));
    waiting.signal("SIGINT");
    const { code, stdout, stderr } = await waiting;
    expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
    expect(stderr).toContain("task a goes on");
    expect(stderr).toContain("hint: belt task wait a\n");
    expect(api.count("POST /tasks/a/cancel")).toBe(0);
  });

  it("names on Ctrl-C the tasks that go on, not those that have ended", async () => {
    ends("a", DONE);
    runsOn("b");
    runsOn("c");
    const waiting = task(["wait", "a", "b", "c"]);
    await until(() => api.count("GET /tasks/a") === 2 && api.count("GET /tasks/c/stream"));
    await until(() => api.count("GET /tasks/b/stream"));
    // What was answered has to arrive, too.
    await new Promise((resolve) => setTimeout(resolve, 100));
    waiting.signal("SIGINT");
    const { code, stdout, stderr } = await waiting;
    expect({ code, stdout }).toEqual({ code: 130, stdout: "a  completed\n" });
    expect(stderr).toContain("the tasks go on\nhint: belt task wait b c\n");
  });

  it("refuses --any with --all", async () => {
    expect((await task(["wait", "a", "--any", "--all"])).code).toBe(2);
  });
});

describe("task watch", () => {
  it("is NDJSON with --json, numbered for each task, a result last", async () => {
    ends("a", { ...DONE, logs: [{ id: "1", content: "hello" }] });
    const { code, stdout } = await task(["watch", "a", "--json"]);
    expect(code).toBe(0);
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.map(({ type }) => type)).toEqual(["status", "link", "log", "status", "result"]);
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect(events.at(-1).task).toMatchObject({ id: "a", status: "completed" });
  });

  it("is the output alone with -q, and takes no --field", async () => {
    ends("a", DONE);
    expect(await task(["watch", "a", "-q"])).toEqual({ code: 0, stdout: "ok\n", stderr: "" });
    expect((await task(["watch", "a", "--field", "status"])).code).toBe(2);
    expect((await task(["logs", "-f", "a", "--field", "status"])).code).toBe(2);
  });

  it("is one line for each change elsewhere, and judges the task", async () => {
    ends("a", { ...FAILED, logs: [{ id: "1", content: "working\nhard" }] });
    const { code, stdout } = await task(["watch", "a"]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "running\n│ working\n│ hard\nfailed\n" });
  });

  it("ends an id that cannot be followed with an error event, the others going on", async () => {
    ends("a", DONE);
    api.on("GET /tasks/b", api.error(404, "not_found", "no such task"));
    const { code, stdout } = await task(["watch", "a", "b", "--json"]);
    expect(code).toBe(9);
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.filter(({ task_id }) => task_id === "b")).toMatchObject([
      { type: "error", seq: 1, error: { code: "not_found" } },
    ]);
    expect(events.filter(({ task_id }) => task_id === "a").at(-1)).toMatchObject({ type: "result" });
  });
});

describe.each(["watch", "logs -f"])("task %s --json", (verb) => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("ends each task with an error event on %s", async (signal, exit) => {
    runsOn("a");
    runsOn("b");
    const following = task([...verb.split(" "), "a", "b", "--json", "--api-url", api.url]);
    await until(() => api.count("GET /tasks/a/stream") && api.count("GET /tasks/b/stream"));
    following.signal(signal);
    const { code, stdout, stderr } = await following;
    expect(code).toBe(exit);
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const hint = (ids: string) =>
      `belt task ${verb} ${ids}`.replace(/^belt task \w+/, (command) => `${command} --api-url ${api.url}`);
    for (const id of ["a", "b"]) {
      expect(events.filter(({ task_id }) => task_id === id).at(-1)).toMatchObject({
        type: "error",
        error: { code: "interrupted", hint: hint(id) },
      });
    }
    expect(JSON.parse(stderr).error.hint).toBe(hint("a b"));
  });
});

describe("task logs", () => {
  it.each(["watch", "logs -f"])("%s reads what the server keeps apart from the task", async (verb) => {
    const logs = [1, 2, 3].map((n) => ({ id: String(n), content: `line ${n}` }));
    api
      .on(
        "GET /tasks/a",
        api.ok({ id: "a", status: "running" }),
        api.ok({ id: "a", status: "running" }),
        api.ok({ id: "a", ...DONE }),
      )
      .on(
        "GET /tasks/a/stream",
        ndjson([{ id: "a", status: "running", logs: logs.slice(0, 1) }], "cut"),
        ndjson([
          { id: "a", status: "running", logs: logs.slice(2) },
          { id: "a", ...DONE },
        ]),
      )
      .on(
        "GET /tasks/a/logs",
        api.ok({ task_id: "a", logs: logs.slice(0, 2) }),
        api.ok({ task_id: "a", logs }),
      );
    const { code, stdout } = await task([...verb.split(" "), "a", "--json"]);
    expect(code).toBe(0);
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.filter(({ type }) => type === "log").map(({ text }) => text)).toEqual([
      "line 1",
      "line 2",
      "line 3",
    ]);
  });

  it("prints the log, and the document with --json", async () => {
    const logs = [
      { id: "1", content: "one\n" },
      { id: "2", content: "two \u001b[31mred" },
    ];
    api.on("GET /tasks/a/logs", api.ok({ task_id: "a", status: 7, events: [], logs }));
    expect((await task(["logs", "a"])).stdout).toBe("one\ntwo red\n");
    expect(JSON.parse((await task(["logs", "a", "--json"])).stdout)).toEqual({ task_id: "a", logs });
  });

  it("falls back to the task on servers without a route for logs", async () => {
    api
      .on("GET /tasks/a/logs", api.error(404, "not_found", "no such route"))
      .on("GET /tasks/a", api.ok({ id: "a", status: 7, logs: [{ id: "1", content: "old" }] }));
    expect((await task(["logs", "a"])).stdout).toBe("old\n");
  });

  it("-f follows without judging", async () => {
    ends("a", { ...FAILED, logs: [{ id: "1", content: "last words" }] });
    const { code, stdout } = await task(["logs", "-f", "a"]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "last words\n" });
  });
});

describe("task cancel", () => {
  it.each([
    ["cancelled", { id: "a", status: 12, cancelled: true }, "cancelled"],
    ["cancelled although the number lags", { id: "a", status: 7, cancelled: true }, "running"],
  ])("says %s", async (_name, answer, after) => {
    api
      .on("GET /tasks/a", api.ok({ id: "a", status: "running" }), api.ok({ id: "a", status: after }))
      .on("POST /tasks/a/cancel", api.ok(answer));
    const { code, stdout } = await task(["cancel", "a", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ id: "a", status: "cancelled", cancelled: true });
  });

  it("says that it is still cancelling", async () => {
    api
      .on("GET /tasks/a", api.ok({ id: "a", status: "running" }), api.ok({ id: "a", status: "cancelling" }))
      .on("POST /tasks/a/cancel", json(204, null));
    const { code, stdout } = await task(["cancel", "a", "--json"]);
    expect({ code, answer: JSON.parse(stdout) }).toMatchObject({
      code: 0,
      answer: { status: "cancelling", cancelled: true },
    });
  });

  it("says how a task had already ended, and exits 0", async () => {
    api.on("GET /tasks/a", api.ok({ id: "a", status: "completed", status_code: 10 }));
    const { code, stdout } = await task(["cancel", "a", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ id: "a", status: "completed", status_code: 10, cancelled: false });
  });

  it("tells what the task says when the API refuses because it has just ended", async () => {
    api
      .on("GET /tasks/a", api.ok({ id: "a", status: "running" }), api.ok({ id: "a", status: "completed" }))
      .on("POST /tasks/a/cancel", api.error(409, "conflict", "it has ended"));
    const { code, stdout } = await task(["cancel", "a", "--json"]);
    expect({ code, answer: JSON.parse(stdout) }).toMatchObject({
      code: 0,
      answer: { status: "completed", cancelled: false },
    });
  });

  it("passes a real refusal on", async () => {
    api
      .on("GET /tasks/a", api.ok({ id: "a", status: "running" }))
      .on("POST /tasks/a/cancel", api.error(409, "conflict", "not now"));
    expect((await task(["cancel", "a"])).code).toBe(1);
  });

  describe("--wait", () => {
    beforeEach(() => api.on("POST /tasks/t/cancel", api.ok({ id: "t", status: "cancelling" })));
    const going = { id: "t", status: "cancelling", status_code: null };

    it.each(["cancelled", "completed", "failed"])("stays until it is %s, exit 0", async (status) => {
      const ended = { id: "t", status };
      api
        .on(
          "GET /tasks/t",
          api.ok({ id: "t", status: "running" }),
          api.ok(going),
          api.ok(going),
          api.ok(ended),
        )
        .on("GET /tasks/t/stream", ndjson([ended]));
      const { code, stdout } = await task(["cancel", "t", "--wait", "--json"]);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ id: "t", status, cancelled: status === "cancelled" });
    });

    it("asks no more about one that had ended", async () => {
      api.on("GET /tasks/t", api.ok({ id: "t", status: "failed" }));
      const { code, stdout } = await task(["cancel", "t", "--wait"]);
      expect([code, stdout]).toEqual([0, "t  had already ended: failed\n"]);
      expect(api.requests).toHaveLength(1);
    });

    it("is out of time after --timeout, exit 8", async () => {
      api
        .on("GET /tasks/t", api.ok({ id: "t", status: "running" }), api.ok(going))
        .on("GET /tasks/t/stream", ndjson([going], "open"));
      const { code, stdout, stderr } = await task(["cancel", "t", "--wait", "--timeout", "200ms"]);
      expect([code, stdout]).toEqual([8, "t  cancelling\n"]);
      expect(stderr).toContain("task t is still running after 200ms");
    });

    it("is what --timeout goes with", async () => {
      expect((await task(["cancel", "t", "--timeout", "1s"])).code).toBe(2);
      expect(api.requests).toEqual([]);
    });
  });

  it("is silent with -q", async () => {
    api.on("GET /tasks/a", api.ok({ id: "a", status: "completed" }));
    expect(await task(["cancel", "a", "-q"])).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});

describe("several ids", () => {
  beforeEach(() => {
    api
      .on("GET /tasks/a", api.ok({ id: "a", status: "running" }))
      .on("GET /tasks/b", api.ok({ id: "b", status: "completed" }))
      .on("GET /tasks/gone", api.error(404, "not_found", "no such task"))
      .on("GET /tasks/secret", api.error(403, "forbidden", "not yours"));
  });

  it("print as an array when several were asked for, however few there are", async () => {
    expect(JSON.parse((await task(["get", "-", "--json"], "a\n")).stdout)).toMatchObject([{ id: "a" }]);
    expect(JSON.parse((await task(["get", "a", "a", "--json"])).stdout)).toMatchObject([{ id: "a" }]);
    expect(JSON.parse((await task(["get", "a", "--json"])).stdout)).toMatchObject({ id: "a" });
  });

  it("come from standard input, one a line, each once", async () => {
    const { stdout } = await task(["get", "-", "--json"], "a\n\n b \na\n");
    expect(JSON.parse(stdout).map(({ id }: { id: string }) => id)).toEqual(["a", "b"]);
  });

  it("keep an error in its place and exit 9", async () => {
    const { code, stdout, stderr } = await task(["get", "a", "gone", "b", "--json"]);
    expect(code).toBe(9);
    expect(JSON.parse(stdout)).toMatchObject([
      { id: "a" },
      { id: "gone", error: { code: "not_found" } },
      { id: "b" },
    ]);
    expect(JSON.parse(stderr).error.code).toBe("partial");
  });

  it("exit with the one code when all failed alike, and 9 when differently", async () => {
    api.on("GET /tasks/gone2", api.error(404, "not_found", "no such task"));
    expect((await task(["get", "gone", "gone2"])).code).toBe(5);
    expect((await task(["get", "gone", "secret"])).code).toBe(9);
  });

  it("print one field each with --field", async () => {
    expect((await task(["get", "a", "b", "--field", "status"])).stdout).toBe("running\ncompleted\n");
  });

  it("print the fields there are when one id failed, and exit 9", async () => {
    const { code, stdout, stderr } = await task(["get", "a", "gone", "b", "--field", "status"]);
    expect({ code, stdout }).toEqual({ code: 9, stdout: "running\ncompleted\n" });
    expect(stderr).toContain("1 of 3 failed: gone");
  });

  it("exit 1 when some or all lack the field, and as they failed when all failed", async () => {
    api.on("GET /tasks/b", api.ok({ id: "b", status: "completed", output: { text: "x" } }));
    const some = await task(["get", "a", "b", "--field", "output.text"]);
    expect(some).toMatchObject({ code: 1, stdout: "x\n" });
    expect(some.stderr).toContain("1 of 2 results lack the field output.text");
    expect(await task(["get", "a", "b", "--field", "nope"])).toMatchObject({ code: 1, stdout: "" });
    expect(await task(["get", "gone", "-", "--field", "status"], "gone")).toMatchObject({
      code: 5,
      stdout: "",
    });
  });

  it("must be there", async () => {
    expect((await task(["get", "-"], "\n")).code).toBe(2);
    expect((await task(["get"])).code).toBe(2);
    expect((await task(["get", "../sessions"])).code).toBe(2);
  });
});

describe("task list", () => {
  it("reads page by page up to the limit", async () => {
    const page = (from: number, next: string | null) =>
      api.ok({
        items: [0, 1].map((n) => ({ id: `t${from + n}`, status: "completed" })),
        next_cursor: next,
        has_next: next !== null,
      });
    api.on("POST /tasks/list", page(0, "c1"), page(2, "c2"), page(4, null));
    const { stdout } = await task(["list", "--limit", "3", "-q"]);
    expect(stdout).toBe("t0\nt1\nt2\n");
    expect(api.requests.map(({ body }) => body)).toEqual([{ limit: 3 }, { limit: 1, cursor: "c1" }]);
  });

  describe("--status and --app", () => {
    /** Pages of ten tasks whose every tenth failed, all of them of two apps in turn. */
    const pages = (count: number, bodies: unknown[]): Step[] =>
      Array.from({ length: count }, (_, page) => ({ body }, response) => {
        bodies.push(body);
        const items = Array.from({ length: 10 }, (_, at) =>
          api.task(at === 9 ? "failed" : "completed", {
            id: `t${page}${at}`,
            app: `a/${page % 2 ? "odd@1" : "even"}`,
          }),
        );
        json(200, { data: { items, next_cursor: `c${page}`, has_next: true } })({} as Request, response);
      });

    it("come before the limit", async () => {
      const bodies: unknown[] = [];
      api.on("POST /tasks/list", ...pages(10, bodies));
      const failed = await task(["list", "--status", "failed", "-L", "3", "-q"]);
      expect(failed).toEqual({ code: 0, stdout: "t09\nt19\nt29\n", stderr: "" });
      expect(bodies).toHaveLength(3);
      expect(bodies[2]).toMatchObject({ cursor: "c1" });
    });

    it.each([
      ["a/odd", 2],
      ["odd", 2],
      ["a/odd@1", 2],
      ["a/odd@2", 0],
      ["a/od", 0],
      ["b/odd", 0],
    ])("--app %s", async (app, count) => {
      api.on("POST /tasks/list", ...pages(10, []));
      const { stdout } = await task(["list", "--app", app, "--status", "failed", "-L", "2", "--json"]);
      const found = JSON.parse(stdout);
      expect(found).toHaveLength(count);
      for (const { status, app } of found) expect([status, app]).toEqual(["failed", "a/odd@1"]);
    });

    it("look through ten pages and no more, and say so", async () => {
      const bodies: unknown[] = [];
      api.on("POST /tasks/list", ...pages(12, bodies));
      const { code, stderr } = await task(["list", "--status", "queued"]);
      expect([code, bodies.length]).toEqual([0, 10]);
      expect(stderr).toBe("looked through the newest 100 tasks; older ones were not asked for\n");
    });

    it("refuse a word that is no status, and --status what the journal does not know", async () => {
      expect((await task(["list", "--status", "done"])).code).toBe(2);
      const { code, stderr } = await task(["list", "--status", "failed", "--journal"]);
      expect([code, stderr]).toEqual([2, expect.stringContaining("--status does not go with --journal")]);
      expect(api.requests).toEqual([]);
    });
  });

  it("shows the first words of the input, and a column for them only where there are any", async () => {
    const inputs = [
      { image: "https://x.example/a.png", prompt: "a lighthouse\nat dusk", seed: 7 },
      { by: 5, image: "data:image/png;base64,AAAA" },
      {},
      null,
    ];
    const items = inputs.map((input, at) => api.task("completed", { id: `t${at}`, app: "a/b", input }));
    api.on("POST /tasks/list", api.ok({ items }));
    const lines = (await task(["list"])).stdout.trimEnd().split("\n");
    expect(lines[0]).toMatch(/CREATED {2}INPUT$/);
    expect(lines[1]).toMatch(/ a lighthouse at dusk$/);
    expect(lines[2]).toMatch(/ by=5 image=data:image\/png;base64,…$/);
    api.on("POST /tasks/list", api.ok({ items: items.slice(2) }));
    expect((await task(["list"])).stdout).not.toContain("INPUT");
  });

  it("prints an empty array when there is none", async () => {
    api.on("POST /tasks/list", api.ok({ items: null, has_next: false }));
    expect((await task(["list", "--json"])).stdout).toBe("[]\n");
  });

  it("--journal shows what this machine submitted, without asking anyone", async () => {
    api.on("POST /run", api.ok({ id: "first", status: 1 }), api.ok({ id: "second", status: 1 }));
    const run = () =>
      belt(["run", "infsh/flux", "--no-wait"], { home, env: { INFSH_API_KEY: "k", BELT_API_URL: api.url } });
    await run();
    await run();
    const asked = api.requests.length;
    expect((await task(["list", "--journal", "-q"])).stdout).toBe("second\nfirst\n");
    expect((await task(["list", "--journal", "--field", "app"])).stdout).toBe("infsh/flux\ninfsh/flux\n");
    expect(api.requests).toHaveLength(asked);
  });
});

describe("@last", () => {
  it("says where to look when it went to another API", async () => {
    api.on("POST /run", api.ok({ id: "here", status: 1 }));
    await belt(["run", "infsh/flux", "--no-wait"], {
      home,
      env: { INFSH_API_KEY: "k", BELT_API_URL: api.url },
    });
    const { code, stderr } = await belt(["task", "get", "@last"], { home, env: { INFSH_API_KEY: "k" } });
    expect(code).toBe(2);
    expect(stderr).toContain(`--api-url ${api.url}`);
  });

  it("warns, and does not fail, when the journal cannot be written", async () => {
    api
      .on("POST /run", api.ok({ id: "a", status: "completed" }))
      .on("GET /tasks/a", api.ok({ id: "a", status: "completed" }));
    const { code, stderr } = await belt(["run", "infsh/flux"], {
      home,
      env: { INFSH_API_KEY: "k", BELT_API_URL: api.url, BELT_STATE_DIR: "/dev/null/state" },
    });
    expect(code).toBe(0);
    expect(stderr).toContain(
      "warning: could not note task a: cannot write the journal /dev/null/state/journal.ndjson: ",
    );
  });
});

describe("a redirect", () => {
  it("to another origin is followed without the key", async () => {
    const other = await new ScriptedApi({ words: true }).listen();
    try {
      other.on("GET /elsewhere", other.ok({ id: "a", status: "completed" }));
      api.on("GET /tasks/a", json(302, null, { location: `${other.url}/elsewhere` }));
      expect((await task(["get", "a"])).code).toBe(0);
      expect(other.requests[0]!.headers).not.toHaveProperty("authorization");
    } finally {
      await other.close();
    }
  });

  it("to where nothing answers names that place", async () => {
    api.on("GET /tasks/a", json(302, null, { location: "http://127.0.0.1:9/x" }));
    const { code, stderr } = await task(["get", "a"]);
    expect(code).toBe(6);
    expect(stderr).toContain("cannot reach http://127.0.0.1:9:");
  });

  it("of a submit is not followed", async () => {
    api.on("POST /run", json(307, null, { location: "http://127.0.0.1:9/run" }));
    const { code, stderr } = await belt(["run", "infsh/flux"], {
      home,
      env: { INFSH_API_KEY: "k", BELT_API_URL: api.url },
    });
    expect(code).toBe(1);
    expect(stderr).toContain("redirects to http://127.0.0.1:9/run");
  });
});

it("an API that never answers is exit 6", async () => {
  api.on("GET /tasks/a", silence);
  const { code, stderr } = await task(["get", "a", "--request-timeout", "50ms"]);
  expect(code).toBe(6);
  expect(stderr).toContain("--request-timeout");
});

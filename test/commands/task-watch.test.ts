import { describe, expect, it } from "vitest";
import { until } from "../support/belt.ts";
import { ndjson } from "../support/scripted-api.ts";
import { api, setStage, task } from "../support/stage.ts";
import { DONE, ends, FAILED, runsOn } from "../support/task-stage.ts";

setStage({ words: true });

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

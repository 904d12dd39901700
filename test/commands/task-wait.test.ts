import { describe, expect, it } from "vitest";
import { until } from "../support/belt.ts";
import { json, ndjson, silence } from "../support/scripted-api.ts";
import { api, setStage, task } from "../support/stage.ts";
import { DONE, ends, FAILED, polled, runsOn } from "../support/task-stage.ts";

setStage({ words: true });

const ids = (count: number) => Array.from({ length: count }, (_, index) => `t${index}`);

describe("task wait", () => {
  it("--all over twenty tasks gives an array in the order asked, and 9 when some failed", async () => {
    const all = ids(20);
    const end = (index: number) => (index % 5 === 3 ? FAILED : DONE);
    for (const [index, id] of all.entries()) {
      if (index < 16) ends(id, end(index));
      else polled(id, end(index));
    }
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
    const streams = () => api.requests.filter(({ url }) => url.endsWith("/stream")).length;
    api.on("GET /tasks/t16", api.ok({ id: "t16", status: "running" }), async (request, response) => {
      await until(() => streams() >= 16);
      await api.ok({ id: "t16", ...DONE })(request, response);
    });
    for (const id of all.slice(16)) api.offer(`GET /tasks/${id}/logs`, api.ok({ task_id: id, logs: [] }));
    for (const id of all.slice(17)) {
      api.offer(`GET /tasks/${id}`, api.ok({ id, status: "running" }));
    }
    const { code } = await task(["wait", ...all, "--any", "-q"]);
    expect(code).toBe(0);
    expect(streams()).toBe(16);
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
    api.on("GET /tasks/b", api.ok({ id: "b", status: "running" }), api.ok({ id: "b", ...FAILED }));
    api.on("GET /tasks/b/stream", async (request, response) => {
      await until(() => api.count("GET /tasks/a/stream"));
      await ndjson([{ id: "b", ...FAILED }])(request, response);
    });
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

  it.each(["wait", "watch"])(
    "says of a task that nobody told of that it is not known, in %s",
    async (verb) => {
      api.offer("GET /tasks/a", silence);
      const one = await task([verb, "a", "--timeout", "300ms", "--json"]);
      expect(one.code).toBe(8);
      const told = [...one.stdout.trim().split("\n"), one.stderr.trim()]
        .filter((line) => line !== "")
        .at(-1)!;
      expect(JSON.parse(told).error).toMatchObject({
        code: "not_seen",
        message: "the API told nothing of task a in 300ms",
        retryable: true,
      });
      runsOn("b");
      const { code, stderr } = await task([verb, "a", "b", "--timeout", "300ms"]);
      expect(code).toBe(8);
      expect(stderr).toContain("error: 1 of 2 still running, 1 not known: ");
    },
  );

  it("names the next step where one of several is not there", async () => {
    api.on("GET /tasks/b", api.ok({ id: "b", ...DONE })).on("GET /tasks/a", json(404, {}));
    const { code, stderr } = await task(["get", "a", "b"]);
    expect(code).toBe(9);
    expect(stderr).toMatch(/^error: 1 of 2 failed: a .*\nhint: belt task list /m);
  });

  it("shows what still runs when the time is over, and does not call it failed", async () => {
    runsOn("a");
    ends("b", DONE);
    const { code, stdout, stderr } = await task(["wait", "a", "b", "--timeout", "300ms"]);
    expect({ code, stdout }).toEqual({ code: 8, stdout: "b  completed\na  running\n" });
    expect(stderr).toContain("error: 1 of 2 still running: a");
    expect((await task(["wait", "b", "a", "--timeout", "300ms", "-q"])).stdout).toBe("b\na\n");
    ends("c", FAILED);
    const mixed = await task(["wait", "a", "b", "c", "--timeout", "900ms"]);
    expect(mixed.code).toBe(9);
    expect(mixed.stderr).toContain("error: 1 of 3 failed, 1 still running: ");
    expect(mixed.stderr).toContain(", c (failed: ");
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
    await until(() => api.count("GET /tasks/slow/stream") && waiting.stdoutSoFar() !== "");
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

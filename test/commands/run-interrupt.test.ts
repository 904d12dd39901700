import { beforeEach, describe, expect, it } from "vitest";
import { until } from "../support/belt.ts";
import { lastError } from "../support/scene.ts";
import { hangUp, json, ndjson, silence } from "../support/scripted-api.ts";
import { api, run, setStage, task } from "../support/stage.ts";

setStage({ words: true });

describe("interrupts", () => {
  beforeEach(async () => {
    api
      .offer("POST /run", api.ok(api.task("queued")))
      .offer("GET /tasks/task_1/stream", ndjson([api.task("running")], "open"))
      .offer("GET /tasks/task_1", api.ok(api.task("running")), api.ok(api.task("cancelled")))
      .offer("POST /tasks/task_1/cancel", api.ok({ id: "task_1", status: 12, cancelled: true }));
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
    expect(lastError(stderr)).toMatchObject({ code: "interrupted", task_id: "task_1" });
    expect(lastError(stderr).message).toContain("was cancelled");
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
    const found = await task(["get", "@last", "--json"]);
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
    expect(lastError(stderr).message).toContain("was cancelled");
  });

  it("claims nothing where neither the answer to the cancel nor the task tells", async () => {
    const running = run("--json");
    await until(() => running.stderrSoFar().includes('"status":"running"'));
    api.on("GET /tasks/task_1", json(200, {})).on("POST /tasks/task_1/cancel", json(200, {}));
    running.signal("SIGINT");
    const { code, stderr } = await running;
    expect(code).toBe(130);
    expect(lastError(stderr).message).toContain("could not be cancelled and may still be running");
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
    expect(lastError(stderr).message).toContain("may still be running");
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

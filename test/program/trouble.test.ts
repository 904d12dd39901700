import { describe, expect, it } from "vitest";
import { type Running, until } from "../support/belt.ts";
import { FAULT_NAMES, FAULTS, type Fault } from "../support/faults.ts";
import { lastError, type Scene, scene as sceneWith } from "../support/scene.ts";
import { ndjson, type ScriptedApi, type Step } from "../support/scripted-api.ts";

/** Long enough for one answer that hangs, and for a slow machine. */
const scene = (test: (scene: Scene) => Promise<void>) =>
  sceneWith(test, { policy: { giveUp: 2_500, finalRead: 2_000 } });

const DONE = { id: "task_1", status: "completed", output: { text: "whole" } };
const RUNNING = { id: "task_1", status: "running" };

/** Exit codes by where the fault is, and for how long; the columns are the faults. */
const EXITS: Record<string, Record<Fault, number>> = {
  submit: codes(11, 11, 5, 7, 11, 11, 11, 11, 11),
  poll: codes(8, 8, 8, 8, 8, 8, 8, 8, 8),
  "final read": codes(8, 8, 8, 8, 8, 8, 8, 8, 8),
  read: codes(6, 6, 5, 7, 6, 6, 1, 1, 1),
  cancel: codes(6, 6, 5, 7, 6, 6, 1, 1, 0),
  end: codes(6, 6, 5, 7, 6, 6, 1, 1, 0),
};

function codes(...exits: number[]): Record<Fault, number> {
  return Object.fromEntries(FAULT_NAMES.map((name, index) => [name, exits[index]!])) as Record<Fault, number>;
}

/** Requests of a submit that fails: only what certainly was not taken on is sent again. */
const SUBMITS = codes(1, 1, 1, 3, 1, 1, 1, 1, 1);

describe.concurrent.each([401, 403])("a server that refuses with %i", (status) => {
  it(
    "is not asked again for the final document",
    scene(async ({ api, belt }) => {
      endsOnItsStream(api).on("GET /tasks/task_1", api.error(status, "refused", "no"));
      await expectLost(api, belt("run", "a/b", "--json"), 8);
      expect(api.count("GET /tasks/task_1")).toBe(1);
    }),
  );
});

describe.concurrent.each(FAULT_NAMES)("a server that answers with %s", (name) => {
  const fault: Step = FAULTS[name];
  // So that what hangs does not keep the tests waiting; a slow machine must answer all the rest in time.
  const SHORT = ["--request-timeout", name === "hang" ? "600ms" : "10s"];

  it(
    "to the submit",
    scene(async ({ api, belt }) => {
      api.on("POST /run", fault).offer("POST /apps/list", api.ok({ items: [], has_next: false }));
      const { code, stdout, stderr } = await belt("run", "a/b", "--json", ...SHORT);
      expect({ code, stdout }).toEqual({ code: EXITS["submit"]![name], stdout: "" });
      expect(api.count("POST /run")).toBe(SUBMITS[name]);
      const error = lastError(stderr);
      expect(error.message.includes("may have started")).toBe(code === 11);
      expect(error.retryable).toBe(code === 7);
      expect(error.hint).toBeTruthy();
      expect(stderr).not.toContain("RAW");
    }),
  );

  it(
    "to every poll",
    scene(async ({ api, belt }) => {
      api
        .on("POST /run", api.ok({ id: "task_1", status: "queued" }))
        .on("GET /tasks/task_1/stream", api.error(405, "method_not_allowed", "no"))
        .on("GET /tasks/task_1", fault);
      await expectLost(api, belt("run", "a/b", "--json", ...SHORT), EXITS["poll"]![name]);
    }),
  );

  it(
    "to one poll, and the run goes on",
    scene(async ({ api, belt }) => {
      api
        .on("POST /run", api.ok({ id: "task_1", status: "queued" }))
        .on("GET /tasks/task_1/stream", api.error(405, "method_not_allowed", "no"))
        .on("GET /tasks/task_1", fault, api.ok(DONE));
      expect(await belt("run", "a/b", ...SHORT)).toMatchObject({ code: 0, stdout: "whole\n" });
    }),
  );

  it(
    "to every opening of the stream, and the run goes on",
    scene(async ({ api, belt }) => {
      api
        .on("POST /run", api.ok({ id: "task_1", status: "queued" }))
        .on("GET /tasks/task_1/stream", fault)
        .on("GET /tasks/task_1", api.ok(RUNNING), api.ok(RUNNING), api.ok(DONE));
      expect(await belt("run", "a/b", ...SHORT)).toMatchObject({ code: 0, stdout: "whole\n" });
    }),
  );

  it(
    "when asked for the final document, and none is told",
    scene(async ({ api, belt }) => {
      endsOnItsStream(api).on("GET /tasks/task_1", fault);
      await expectLost(api, belt("run", "a/b", "--json", ...SHORT), EXITS["final read"]![name]);
    }),
  );

  it(
    "once when asked for the final document",
    scene(async ({ api, belt }) => {
      endsOnItsStream(api).on("GET /tasks/task_1", fault, api.ok(RUNNING), api.ok(DONE));
      expect(await belt("run", "a/b", ...SHORT)).toMatchObject({ code: 0, stdout: "whole\n" });
    }),
  );

  it(
    "when a wait asks for the final document",
    scene(async ({ api, belt }) => {
      endsOnItsStream(api).on("GET /tasks/task_1", api.ok(RUNNING), fault);
      const { code, stderr } = await belt("task", "wait", "task_1", "--json", ...SHORT);
      expect(code).toBe(8);
      expect(lastError(stderr)).toMatchObject({ task_id: "task_1", hint: "belt task get task_1" });
    }),
  );

  it(
    "to a read",
    scene(async ({ api, belt }) => {
      api.on("GET /tasks/task_1", fault);
      const { code, stdout, stderr } = await belt("task", "get", "task_1", "--json", ...SHORT);
      expect({ code, stdout }).toEqual({ code: EXITS["read"]![name], stdout: "" });
      expect(lastError(stderr)).toMatchObject({ task_id: "task_1", hint: expect.stringMatching(/\w/) });
    }),
  );

  it(
    "when a task is looked at, and the cancel is sent all the same",
    scene(async ({ api, belt }) => {
      api
        .on("GET /tasks/task_1", fault)
        .on("POST /tasks/task_1/cancel", api.ok({ id: "task_1", cancelled: true }));
      const { code, stdout } = await belt("task", "cancel", "task_1", "--json", ...SHORT);
      expect({ code, document: JSON.parse(stdout) }).toMatchObject({
        code: 0,
        document: { cancelled: true },
      });
      expect(api.count("POST /tasks/task_1/cancel")).toBe(1);
    }),
  );

  it(
    "to the cancel",
    scene(async ({ api, belt }) => {
      api.on("GET /tasks/task_1", api.ok(RUNNING)).on("POST /tasks/task_1/cancel", fault);
      const { code, stderr } = await belt("task", "cancel", "task_1", "--json", ...SHORT);
      expect(code).toBe(EXITS["cancel"]![name]);
      expect(stderr).not.toContain("bug in belt");
    }),
  );

  it(
    "to the cancel of Ctrl-C",
    scene(async ({ api, belt }) => {
      runsOn(api).on("POST /tasks/task_1/cancel", fault);
      const running = belt("run", "a/b", "--json", ...SHORT);
      await until(() => api.count("GET /tasks/task_1/stream") === 1);
      running.signal("SIGINT");
      const { code, stderr } = await running;
      expect(code).toBe(130);
      expect(lastError(stderr)).toMatchObject({
        code: "interrupted",
        task_id: "task_1",
        hint: expect.stringContaining("task_1"),
      });
    }),
  );

  it(
    "when Ctrl-C looks at the task, and the cancel is sent all the same",
    scene(async ({ api, belt }) => {
      runsOn(api).on("GET /tasks/task_1", fault).on("POST /tasks/task_1/cancel", api.ok(null));
      const running = belt("run", "a/b", "--json", ...SHORT);
      await until(() => api.count("GET /tasks/task_1/stream") === 1);
      running.signal("SIGINT");
      expect((await running).code).toBe(130);
      expect(api.count("POST /tasks/task_1/cancel")).toBe(1);
    }),
  );

  it(
    "to the end of a session",
    scene(async ({ api, belt }) => {
      api.on("DELETE /sessions/sess_1", fault);
      const { code, stderr } = await belt("session", "end", "sess_1", "--json", ...SHORT);
      expect(code).toBe(EXITS["end"]![name]);
      expect(stderr).not.toContain("bug in belt");
    }),
  );

  it(
    "to the end of the session of a command",
    scene(async ({ api, belt }) => {
      api
        .on("POST /run", api.ok({ id: "task_1", status: "queued", session_id: "sess_1" }))
        .on("GET /tasks/task_1/stream", ndjson([DONE]))
        .on("GET /tasks/task_1", api.ok(DONE))
        .on("DELETE /sessions/sess_1", fault);
      const { code, stderr } = await belt("session", "exec", "a/b", ...SHORT, "--", "true");
      expect(code).toBe(name === "HTTP 404" ? 5 : 0);
      expect(stderr.includes("warning: session sess_1 could not be ended")).toBe(
        !["HTTP 404", "empty"].includes(name),
      );
    }),
  );
});

/** The shortest way a stream can say that a task has ended. */
function endsOnItsStream(api: ScriptedApi): ScriptedApi {
  const ending = { data: { status: 10, status_text: "completed" }, fields: ["status"] };
  return api
    .offer("POST /run", api.ok({ id: "task_1", status: "queued" }))
    .on(
      "GET /tasks/task_1/stream",
      ndjson([{ event: "delta", data: { delta: { text: "half" }, seq: 1 } }, ending]),
    );
}

function runsOn(api: ScriptedApi): ScriptedApi {
  return api
    .on("POST /run", api.ok({ id: "task_1", status: "queued" }))
    .on("GET /tasks/task_1/stream", ndjson([RUNNING], "open"))
    .offer("GET /tasks/task_1", api.ok(RUNNING));
}

/** The run was taken on: whatever happens, another one would be another task. */
async function expectLost(api: ScriptedApi, running: Running, exit: number | undefined): Promise<void> {
  const { code, stdout, stderr } = await running;
  expect({ code, stdout }).toEqual({ code: exit, stdout: "" });
  expect(lastError(stderr)).toMatchObject({
    task_id: "task_1",
    retryable: false,
    hint: "belt task get task_1",
  });
  expect(lastError(stderr).message).toContain("may still be running");
  expect(stderr).not.toContain("RAW");
  expect(api.count("POST /run")).toBe(1);
}

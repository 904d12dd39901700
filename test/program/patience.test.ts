import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lastError, scene } from "../support/scene.ts";
import { json, ndjson, type ScriptedApi, silence } from "../support/scripted-api.ts";

const QUEUED = { id: "task_1", status: "queued" };
const RUNNING = { id: "task_1", status: "running" };
const DONE = { id: "task_1", status: "completed", output: { text: "whole" } };

/** Waits out any Retry-After. */
const PATIENT = { policy: { longestRetryAfter: 60_000 } };

describe.concurrent("--timeout", () => {
  const within = async <T>(ms: number, work: Promise<T>): Promise<T> => {
    const start = Date.now();
    const outcome = await work;
    expect(Date.now() - start).toBeLessThan(ms);
    return outcome;
  };

  it(
    "running out before the submit is exit 6, with nothing started",
    scene(async ({ api, belt }) => {
      api.on("POST /run", json(429, { title: "slow" }, { "retry-after": "30" }));
      const { code, stderr } = await within(6_000, belt("run", "a/b", "--json", "--timeout", "1500ms"));
      expect(code).toBe(6);
      expect(lastError(stderr)).toMatchObject({ code: "out_of_time", retryable: true });
      expect(lastError(stderr).message).not.toContain("may have");
      expect(api.count("POST /run")).toBe(1);
    }, PATIENT),
  );

  it(
    "running out over a schema that does not come is exit 6, too",
    scene(async ({ api, belt }) => {
      api.on("GET /apps/a/b", silence);
      const { code } = await within(6_000, belt("run", "a/b", "--json", "--timeout", "1500ms"));
      expect({ code, submits: api.count("POST /run") }).toEqual({ code: 6, submits: 0 });
    }),
  );

  it(
    "running out while the submit is unanswered is exit 11",
    scene(async ({ api, belt }) => {
      api.on("POST /run", silence);
      const { code, stderr } = await within(6_000, belt("run", "a/b", "--json", "--timeout", "1500ms"));
      expect(code).toBe(11);
      expect(lastError(stderr)).toMatchObject({ code: "answer_lost", retryable: false });
      expect(lastError(stderr).message).toContain("the run may have started");
    }),
  );

  it(
    "running out while waiting is exit 8, never to be repeated",
    scene(async ({ api, belt }) => {
      api.on("POST /run", api.ok(QUEUED)).on("GET /tasks/task_1/stream", silence);
      const { code, stderr } = await within(6_000, belt("run", "a/b", "--json", "--timeout", "1500ms"));
      expect(code).toBe(8);
      expect(lastError(stderr)).toMatchObject({ retryable: false, task_id: "task_1" });
    }),
  );
});

describe.concurrent("waiting", () => {
  it(
    "obeys Retry-After between polls",
    scene(
      async ({ api, belt }) => {
        api
          .on("POST /run", api.ok(QUEUED))
          .on("GET /tasks/task_1/stream", api.error(405, "method_not_allowed", "no"))
          .on("GET /tasks/task_1", json(429, { title: "slow" }, { "retry-after": "1" }), api.ok(DONE));
        const start = Date.now();
        expect((await belt("run", "a/b")).code).toBe(0);
        expect(Date.now() - start).toBeGreaterThanOrEqual(1_000);
        expect(api.count("GET /tasks/task_1")).toBe(2);
      },
      { policy: { giveUp: 5_000 } },
    ),
  );

  it(
    "does not ask before Retry-After is over, even if that is never",
    scene(async ({ api, belt }) => {
      api
        .on("POST /run", api.ok(QUEUED))
        .on("GET /tasks/task_1/stream", json(429, { title: "slow" }, { "retry-after": "3600" }))
        .offer("GET /tasks/task_1", json(429, { title: "slow" }, { "retry-after": "3600" }));
      expect((await belt("run", "a/b")).code).toBe(8);
      expect(api.count("GET /tasks/task_1") + api.count("GET /tasks/task_1/stream")).toBe(1);
    }),
  );

  it(
    "asks for the task when a stream sends heartbeats alone",
    scene(async ({ api, belt }) => {
      let beat: NodeJS.Timeout | undefined;
      api
        .on("POST /run", api.ok(QUEUED))
        .on("GET /tasks/task_1/stream", (_request, response) => {
          response.writeHead(200, { "content-type": "application/x-ndjson" }).flushHeaders();
          beat = setInterval(() => response.write('{"type":"heartbeat"}\n'), 50);
          response.on("close", () => clearInterval(beat));
        })
        .on("GET /tasks/task_1", api.ok(DONE));
      expect((await belt("run", "a/b")).stdout).toBe("whole\n");
    }),
  );

  it(
    "is not held by a refusal of the stream that never ends",
    scene(async ({ api, belt }) => {
      api
        .on("POST /run", api.ok(QUEUED))
        .on("GET /tasks/task_1/stream", (_request, response) => {
          response.writeHead(500, { "content-type": "text/plain" });
          const more = setInterval(() => response.write("x".repeat(100)), 10);
          response.on("close", () => clearInterval(more));
        })
        .on("GET /tasks/task_1", api.ok(RUNNING), api.ok(DONE));
      expect((await belt("run", "a/b", "--request-timeout", "200ms")).stdout).toBe("whole\n");
    }),
  );

  it.each([401, 403])("ends at once with %i, and says that the task may still be running", (status) =>
    scene(async ({ api, belt }) => {
      api
        .on("POST /run", api.ok(QUEUED))
        .on("GET /tasks/task_1/stream", api.error(405, "method_not_allowed", "no"))
        .on("GET /tasks/task_1", api.error(status, "unauthorized", "key revoked"));
      const { code, stderr } = await belt("run", "a/b", "--json");
      expect(code).toBe(8);
      expect(lastError(stderr)).toMatchObject({ task_id: "task_1", retryable: false, http_status: status });
      expect(lastError(stderr).message).toContain("may still be running");
      expect(api.count("GET /tasks/task_1")).toBe(1);
    })(),
  );

  it(
    "knows from the journal that a task may be too new to be known",
    scene(
      async ({ api, home, belt }) => {
        const entry = {
          type: "task",
          id: "task_1",
          app: "a/b",
          api: api.url,
          time: new Date().toISOString(),
        };
        mkdirSync(join(home.dir, "state"));
        writeFileSync(join(home.dir, "state/journal.ndjson"), `${JSON.stringify(entry)}\n`);
        api.on("GET /tasks/task_1", api.error(404, "not_found", "no such task"), api.ok(DONE));
        expect((await belt("task", "wait", "task_1")).code).toBe(0);
        api.on("GET /tasks/task_2", api.error(404, "not_found", "no such task"));
        const { code, stderr } = await belt("task", "wait", "task_2");
        expect(code).toBe(5);
        expect(stderr).toContain("hint: belt task list");
        expect(api.count("GET /tasks/task_2")).toBe(1);
      },
      { policy: { newTask: 5_000 } },
    ),
  );

  it(
    "tells its first tries, too, once there is something to tell",
    scene(
      async ({ api, belt }) => {
        const busy = api.error(503, "internal_error", "busy");
        api.on("GET /tasks/task_1", busy, busy, busy, api.ok(DONE));
        const { code, stderr } = await belt("task", "get", "task_1");
        expect([code, stderr.match(/\(\d of \d\)/g)]).toEqual([0, ["(2 of 4)", "(3 of 4)", "(4 of 4)"]]);
      },
      { policy: { retries: [5, 5, 1_000] } },
    ),
  );

  it(
    "says after a second that it tries again",
    scene(async ({ api, belt }) => {
      api.on("GET /tasks/task_1", silence, api.ok(DONE));
      const { code, stderr } = await belt("task", "get", "task_1", "--request-timeout", "1s");
      expect(code).toBe(0);
      expect(stderr).toContain("no answer within 1s, trying again (2 of 3)");
    }),
  );
});

describe.concurrent("a run that was taken on", () => {
  const succeeds = (api: ScriptedApi, output: unknown) =>
    api
      .on("POST /run", api.ok(QUEUED))
      .on("GET /tasks/task_1/stream", ndjson([{ ...DONE, output }]))
      .on("GET /tasks/task_1", api.ok({ ...DONE, output }));

  it(
    "exits 9 when its files could not be saved, whatever --field finds",
    scene(async ({ api, belt }) => {
      succeeds(api, { image: { uri: `${api.url}/image.png` } }).on("GET /image.png", json(404, {}));
      const { code, stderr } = await belt("run", "a/b", "--save", "out", "--field", "output.nope", "--json");
      expect(code).toBe(9);
      expect(lastError(stderr)).toMatchObject({ code: "save_failed", task_id: "task_1", retryable: false });
    }),
  );

  it(
    "exits 3 when it failed, whatever --field finds",
    scene(async ({ api, belt }) => {
      const failed = { id: "task_1", status: "failed", error: "no luck" };
      api
        .on("POST /run", api.ok(QUEUED))
        .on("GET /tasks/task_1/stream", ndjson([failed]))
        .on("GET /tasks/task_1", api.ok(failed));
      expect((await belt("run", "a/b", "--field", "output.nope")).code).toBe(3);
    }),
  );
});

describe.concurrent("the session of a command", () => {
  const opens = (api: ScriptedApi) =>
    api
      .on("POST /run", api.ok({ ...QUEUED, session_id: "sess_1" }))
      .on("GET /tasks/task_1/stream", ndjson([DONE]))
      .on("GET /tasks/task_1", api.ok(DONE))
      .offer("DELETE /sessions/sess_1", json(204, null));

  it(
    "is kept alive by its own idle timeout",
    scene(async ({ api, belt }) => {
      opens(api).on("POST /sessions/sess_1/keepalive", api.ok({ id: "sess_1", idle_timeout: 1 }));
      expect((await belt("session", "exec", "a/b", "--", "sleep", "1.5")).code).toBe(0);
      expect(api.count("POST /sessions/sess_1/keepalive")).toBeGreaterThanOrEqual(3);
    }),
  );

  it(
    "that had expired when it was to be ended is told, and is exit 5",
    scene(async ({ api, belt }) => {
      opens(api).on("DELETE /sessions/sess_1", api.error(410, "SESSION_EXPIRED", "idle"));
      const { code, stderr } = await belt("session", "exec", "a/b", "--", "true");
      expect(code).toBe(5);
      expect(stderr).toContain("session sess_1 has expired");
      expect((await belt("session", "exec", "a/b", "--", "false")).code).toBe(1);
    }),
  );

  it(
    "that the command ended itself is not lost",
    scene(async ({ api, belt }) => {
      opens(api).on("DELETE /sessions/sess_1", api.error(410, "SESSION_ENDED", "ended"));
      expect((await belt("session", "exec", "a/b", "--", "true")).code).toBe(0);
    }),
  );
});

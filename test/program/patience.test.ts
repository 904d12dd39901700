import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { until } from "../support/belt.ts";
import { lastError, scene } from "../support/scene.ts";
import { hangUp, json, ndjson, type ScriptedApi, type Step, silence } from "../support/scripted-api.ts";

const QUEUED = { id: "task_1", status: "queued" };
const RUNNING = { id: "task_1", status: "running" };
const DONE = { id: "task_1", status: "completed", output: { text: "whole" } };

/** Answers after a while. */
function late(ms: number, step: Step): Step {
  return (request, response) => void setTimeout(() => step(request, response), ms);
}

describe.concurrent("what certainly did not arrive", () => {
  const notStarted = async (error: { message: string; retryable: boolean }) => {
    expect(error.message).not.toContain("may have started");
  };

  it(
    "is no doubt when nothing listens, and is tried again",
    scene(async ({ belt }) => {
      const { code, stderr } = await belt("run", "a/b", "--json", "--api-url", "http://127.0.0.1:9");
      expect(code).toBe(6);
      await notStarted(lastError(stderr));
      expect(lastError(stderr).retryable).toBe(true);
    }),
  );

  it(
    "is no doubt when the certificate is not trusted, and is not tried again",
    scene(async ({ belt }) => {
      const [cert, key] = ["cert", "key"].map((name) =>
        readFileSync(new URL(`../support/tls/${name}.pem`, import.meta.url)),
      );
      let requests = 0;
      let connections = 0;
      const server = createTlsServer({ cert, key }, () => requests++);
      server.on("connection", () => connections++);
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const { code, stderr } = await belt("run", "a/b", "--json", "--api-url", url);
      server.close();
      expect({ code, requests }).toEqual({ code: 6, requests: 0 });
      await notStarted(lastError(stderr));
      expect(lastError(stderr)).toMatchObject({
        retryable: false,
        hint: expect.stringContaining("NODE_EXTRA_CA_CERTS"),
      });
      // One to ask for the schema, one to submit.
      expect(connections).toBe(2);
    }),
  );

  it(
    "is no doubt when the other side speaks no TLS",
    scene(async ({ api, belt }) => {
      const { code, stderr } = await belt(
        "run",
        "a/b",
        "--json",
        "--api-url",
        api.url.replace("http", "https"),
      );
      expect(code).toBe(6);
      await notStarted(lastError(stderr));
    }),
  );

  it(
    "is no doubt when no connection can be made in time",
    scene(async ({ belt }) => {
      const silent = createTcpServer(() => {});
      await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
      const url = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
      const { code, stderr } = await belt(
        ...["run", "a/b", "--json", "--api-url", url, "--request-timeout", "300ms"],
      );
      silent.close();
      expect(code).toBe(6);
      await notStarted(lastError(stderr));
    }),
  );
});

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
      api
        .on("POST /run", api.ok(QUEUED))
        .on("GET /tasks/task_1/stream", silence)
        .on("GET /tasks/task_1", silence);
      const { code, stderr } = await within(6_000, belt("run", "a/b", "--json", "--timeout", "1500ms"));
      expect(code).toBe(8);
      expect(lastError(stderr)).toMatchObject({ retryable: false, task_id: "task_1" });
    }),
  );
});

describe.concurrent("Ctrl-C while the submit is unanswered", () => {
  it(
    "cancels what the answer names, also with --no-wait",
    scene(async ({ api, belt }) => {
      api
        .on("POST /run", late(200, api.ok(QUEUED)))
        .on("POST /tasks/task_1/cancel", api.ok({ id: "task_1", cancelled: true }))
        .on("GET /tasks/task_1", api.ok({ ...RUNNING, status: "cancelled" }));
      const running = belt("run", "a/b", "--no-wait", "-q");
      await until(() => api.count("POST /run") === 1);
      running.signal("SIGINT");
      expect((await running).code).toBe(130);
      expect(api.count("POST /tasks/task_1/cancel")).toBe(1);
    }),
  );

  it(
    "leaves it running with --on-interrupt detach, and says how to find it",
    scene(async ({ api, belt }) => {
      api.on("POST /run", late(200, api.ok(QUEUED)));
      const running = belt("run", "a/b", "--on-interrupt", "detach", "--no-wait");
      await until(() => api.count("POST /run") === 1);
      running.signal("SIGINT");
      const { code, stderr } = await running;
      expect(code).toBe(130);
      expect(stderr).toContain("hint: belt task watch task_1");
    }),
  );

  it.each([
    ["SIGINT", 130, hangUp],
    ["SIGTERM", 143, silence],
    ["SIGINT", 130, json(500, { title: "broken" })],
  ] as const)("%s exits %i without an answer, saying that the run may have started", (signal, exit, step) =>
    scene(async ({ api, belt }) => {
      api.on("POST /run", late(100, step));
      const running = belt("run", "a/b", "--json", "--request-timeout", "400ms");
      await until(() => api.count("POST /run") === 1);
      running.signal(signal);
      const { code, stderr } = await running;
      expect(code).toBe(exit);
      expect(lastError(stderr)).toMatchObject({ code: "interrupted", hint: "belt task list" });
      expect(lastError(stderr).message).toContain("the run may have started");
      expect(api.count("POST /run")).toBe(1);
    })(),
  );

  it(
    "says that nothing was started when the answer refuses",
    scene(async ({ api, belt }) => {
      api.on("POST /run", late(100, api.error(402, "payment_required", "no credit")));
      const running = belt("run", "a/b", "--json");
      await until(() => api.count("POST /run") === 1);
      running.signal("SIGINT");
      const { code, stderr } = await running;
      expect(code).toBe(130);
      expect(lastError(stderr).message).toContain("nothing was started: no credit");
    }),
  );

  it(
    "does not speak of waiting for an answer while a refusal is waited out, nor later",
    scene(async ({ api, belt }) => {
      api.on("POST /run", json(429, { title: "slow" }, { "retry-after": "1" }));
      const running = belt("run", "a/b");
      await until(() => api.count("POST /run") === 1);
      await new Promise((resolve) => setTimeout(resolve, 50));
      running.signal("SIGINT");
      const { code, stderr } = await running;
      expect(code).toBe(130);
      expect(stderr).not.toContain("waiting for the answer");
    }),
  );
});

describe.concurrent("a run that ends as the signal comes", () => {
  it.each([
    ["completed", 0],
    ["failed", 3],
  ])("and has %s has the last word: exit %i", (status, exit) =>
    scene(async ({ api, belt }) => {
      api
        .on("POST /run", api.ok(QUEUED))
        .on("GET /tasks/task_1/stream", ndjson([RUNNING], "open"))
        .on("POST /tasks/task_1/cancel", api.error(409, "conflict", "it has ended"))
        .on("GET /tasks/task_1", api.ok({ ...DONE, status, error: status === "failed" ? "no" : null }));
      const running = belt("run", "a/b", "--json");
      await until(() => api.count("GET /tasks/task_1/stream") === 1);
      running.signal("SIGTERM");
      const { code, stdout } = await running;
      expect(code).toBe(exit);
      expect(JSON.parse(stdout)).toMatchObject({ status, output: { text: "whole" } });
    })(),
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
        .on("GET /tasks/task_1", json(429, { title: "slow" }, { "retry-after": "3600" }));
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
      .on("DELETE /sessions/sess_1", json(204, null));

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

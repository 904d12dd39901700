import { readFileSync } from "node:fs";
import { createServer as createTlsServer } from "node:https";
import { createServer as createTcpServer } from "node:net";
import { describe, expect, it } from "vitest";
import { until } from "../support/belt.ts";
import { listening } from "../support/listening.ts";
import { lastError, scene } from "../support/scene.ts";
import { hangUp, json, ndjson, type Step, silence } from "../support/scripted-api.ts";

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
      const url = `https://${await listening(server)}`;
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
      let connections = 0;
      const silent = createTcpServer(() => void connections++);
      const url = `https://${await listening(silent)}`;
      const { code, stderr } = await belt(
        ...["run", "a/b", "--json", "--api-url", url, "--request-timeout", "300ms"],
      );
      silent.close();
      expect(connections).toBeGreaterThan(0);
      expect(code).toBe(6);
      await notStarted(lastError(stderr));
    }),
  );
});

/** Waits out any Retry-After. */
const _PATIENT = { policy: { longestRetryAfter: 60_000 } };

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

import { createServer as createTcpServer, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { until } from "../support/belt.ts";
import { listening } from "../support/listening.ts";
import { lastError, scene } from "../support/scene.ts";
import { json, ndjson, type ScriptedApi, silence } from "../support/scripted-api.ts";

const QUEUED = { id: "task_1", status: "queued" };
const RUNNING = { id: "task_1", status: "running" };
const DONE = { id: "task_1", status: "completed", output: { text: "whole" } };

/** A server that does to each connection what it is told, and counts them. */
async function tcp(onConnection: (socket: Socket) => void) {
  const told = { connections: 0, url: "", close: () => void server.close() };
  const server = createTcpServer((socket) => {
    told.connections++;
    onConnection(socket);
  });
  told.url = await listening(server);
  return told;
}

describe.concurrent("before there is a connection", () => {
  it("a proxy that closes every tunnel is told of, not asked for ever", async () => {
    const proxy = await tcp((socket) => socket.on("data", () => socket.destroy()));
    await scene(
      async ({ belt }) => {
        const { code } = await belt("task", "get", "t", "--api-url", "https://api.example");
        expect(code).toBe(6);
      },
      { env: { HTTPS_PROXY: `http://${proxy.url}` } },
    )();
    proxy.close();
    expect(proxy.connections).toBeGreaterThan(0);
    expect(proxy.connections).toBeLessThan(10);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("%s ends a submit whose connection is not made", async (signal) => {
    const mute = await tcp(() => {});
    await scene(async ({ belt }) => {
      const start = Date.now();
      const running = belt("run", "a/b", "--json", "--api-url", `https://${mute.url}`);
      await until(() => mute.connections > 0);
      running.signal(signal);
      const { code, stderr } = await running;
      expect(code).toBe(signal === "SIGINT" ? 130 : 143);
      expect(Date.now() - start).toBeLessThan(4_000);
      expect(stderr).not.toContain("may have started");
      expect(stderr).not.toContain("waiting for the answer");
    })();
    mute.close();
  });
});

describe.concurrent("an answer that is no task", () => {
  it.each([
    ["{}", {}],
    ["a word alone", { message: "maintenance" }],
    ["another task", { id: "task_2", status: "completed", output: { text: "SOMEONE ELSE" } }],
  ])("%s does not count as one", (_name, body) =>
    scene(async ({ api, belt }) => {
      api.on("GET /tasks/task_1", json(200, body));
      expect(await belt("task", "get", "task_1")).toMatchObject({ code: 1, stdout: "" });
      api
        .on("POST /run", api.ok(QUEUED))
        .on("GET /tasks/task_1/stream", json(405, {}))
        .on("GET /tasks/task_1", json(200, body), api.ok(DONE));
      expect(await belt("run", "a/b")).toMatchObject({ code: 0, stdout: "whole\n" });
    })(),
  );

  it.each([
    [{ error: { code: "not_found", message: "no" } }, 5],
    [{ type: "x/unauthorized", title: "no", status: 401 }, 4],
    [{ success: false, error: { code: "not_found", message: "no" } }, 5],
    [{ error: "maintenance" }, 1],
  ])("%j in a 200 counts as that error: exit %i", (body, exit) =>
    scene(async ({ api, belt }) => {
      api.on("GET /tasks/task_1", json(200, body));
      expect((await belt("task", "get", "task_1")).code).toBe(exit);
    })(),
  );

  it.each([
    ["session", "list", "GET /sessions"],
    ["task", "list", "POST /tasks/list"],
  ])("%s %s of what is no list is an error", (noun, verb, route) =>
    scene(async ({ api, belt }) => {
      api.on(route, json(200, { weather: "fine" }));
      expect(await belt(noun, verb)).toMatchObject({ code: 1, stdout: "" });
    })(),
  );
});

describe.concurrent("a wait", () => {
  it(
    "goes on when its first look brings nothing readable",
    scene(async ({ api, belt }) => {
      api.on("GET /tasks/task_1", json(200, null), json(503, {}), api.ok(DONE));
      expect((await belt("task", "wait", "task_1")).code).toBe(0);
    }),
  );

  it(
    "tells nothing as ended before its final document is there",
    scene(async ({ api, belt }) => {
      const ending = { data: { status: 10, status_text: "completed" }, fields: ["status"] };
      api
        .on("POST /run", api.ok(QUEUED))
        .on("GET /tasks/task_1/stream", ndjson([RUNNING, ending]))
        .on("GET /tasks/task_1", api.ok(RUNNING));
      const { code, stderr } = await belt("run", "a/b");
      expect(code).toBe(8);
      expect(stderr).not.toContain("task_1 completed");
    }),
  );

  it(
    "takes nothing from a line about another task",
    scene(async ({ api, belt }) => {
      api
        .on("POST /run", api.ok(QUEUED))
        .on("GET /tasks/task_1/stream", ndjson([{ id: "task_9", status: "failed", error: "not mine" }]))
        .on("GET /tasks/task_1", api.ok(RUNNING), api.ok(DONE));
      expect(await belt("run", "a/b")).toMatchObject({ code: 0, stdout: "whole\n" });
    }),
  );

  it(
    "with --any does not wait for a look that hangs, and judges the one that ended it with --fail-fast",
    scene(async ({ api, belt }) => {
      api
        .on("GET /tasks/a", api.ok({ id: "a", status: "failed", error: "no" }))
        .on("GET /tasks/b", silence)
        .on("GET /tasks/c", api.ok({ id: "c", status: "completed" }));
      const start = Date.now();
      expect((await belt("task", "wait", "c", "b", "--any", "--json")).code).toBe(0);
      expect((await belt("task", "wait", "a", "b", "--fail-fast", "--json")).code).toBe(3);
      expect(Date.now() - start).toBeLessThan(8_000);
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

  it.each([404, 410])("is ended, though a keepalive was answered by a plain %i", (status) =>
    scene(async ({ api, belt }) => {
      opens(api).on("POST /sessions/sess_1/keepalive", json(status, { title: "no route" }));
      const { code, stderr } = await belt("session", "exec", "a/b", "--", "sleep", "0.6");
      expect(code).toBe(0);
      expect(stderr).toContain("session sess_1 could not be kept alive");
      expect(api.count("DELETE /sessions/sess_1")).toBe(1);
    })(),
  );

  it(
    "is asked for in time whatever timeout it claims",
    scene(async ({ api, belt }) => {
      opens(api).on("POST /sessions/sess_1/keepalive", api.ok({ id: "sess_1", idle_timeout: 10_000_000 }));
      const { stderr } = await belt("session", "exec", "a/b", "--", "sleep", "0.6");
      expect(stderr).not.toMatch(/Overflow|no answer/);
      expect(api.count("POST /sessions/sess_1/keepalive")).toBe(1);
    }),
  );

  it(
    "is not said to stay open when it is gone",
    scene(async ({ api, belt }) => {
      opens(api).on("GET /sessions/sess_1", api.error(410, "SESSION_EXPIRED", "gone"));
      const { stderr } = await belt("run", "a/b", "--session", "new");
      expect(stderr).not.toContain("stays open");
    }),
  );
});

describe.concurrent("a cancel", () => {
  it(
    "that the API denies is no cancel",
    scene(async ({ api, belt }) => {
      api
        .on("GET /tasks/task_1", api.ok(RUNNING))
        .on("POST /tasks/task_1/cancel", json(200, { cancelled: false }));
      const { code, stderr } = await belt("task", "cancel", "task_1", "--json");
      expect(code).toBe(1);
      expect(lastError(stderr)).toMatchObject({ code: "not_cancelled", task_id: "task_1" });
    }),
  );

  it(
    "that is interrupted says that what came of it is not known",
    scene(async ({ api, belt }) => {
      api.on("GET /tasks/task_1", api.ok(RUNNING)).on("POST /tasks/task_1/cancel", silence);
      const running = belt("task", "cancel", "task_1", "--json");
      await until(() => api.count("POST /tasks/task_1/cancel") === 1);
      running.signal("SIGINT");
      const { code, stderr } = await running;
      expect(code).toBe(130);
      expect(lastError(stderr)).toMatchObject({ task_id: "task_1", hint: "belt task get task_1" });
    }),
  );

  it(
    "of a raw request says that it may have taken effect",
    scene(async ({ api, belt }) => {
      api.on("POST /run", silence);
      const running = belt("api", "POST", "/run", "--json");
      await until(() => api.count("POST /run") === 1);
      running.signal("SIGINT");
      const { code, stderr } = await running;
      expect(code).toBe(130);
      expect(lastError(stderr).message).toContain("may have taken effect");
    }),
  );
});

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { until } from "../support/belt.ts";
import { json, ndjson } from "../support/scripted-api.ts";
import { api, home, onStage, setStage, speaking } from "../support/stage.ts";

setStage({ words: true });

function run(...argv: string[]) {
  return onStage(argv);
}

const IN_A_MINUTE = () => new Date(Date.now() + 60_500).toISOString();

const SESSION_ERRORS = [
  ["SESSION_NOT_FOUND", 404, 5, "there is no session sess_1", "belt session list"],
  ["SESSION_EXPIRED", 410, 5, "session sess_1 has expired", "belt run infsh/flux --session new"],
  ["SESSION_ENDED", 410, 5, "session sess_1 was ended", "belt run infsh/flux --session new"],
  ["WORKER_LEASED", 409, 1, "session sess_1 cannot run", "belt session list"],
  [
    "APP_MISMATCH",
    400,
    1,
    "session sess_1 belongs to infsh/counter, not to infsh/flux",
    "belt run infsh/counter --session sess_1",
  ],
  [
    "VERSION_MISMATCH",
    400,
    1,
    "session sess_1 is bound to another version of infsh/flux",
    "belt run infsh/flux --session new",
  ],
  ["WORKER_LOST", 500, 5, "session sess_1 is lost", "belt run infsh/flux --session new"],
] as const;

describe.each(["v1", "v2", "current"] as const)("in the error format of %s", (dialect) => {
  beforeEach(async () => {
    await speaking({ dialect, words: true });
  });

  it.each(SESSION_ERRORS)(
    "%s (HTTP %i) is exit %i and names the session",
    async (code, status, exit, message, hint) => {
      api.on("POST /run", api.error(status, code, "refused"));
      if (code === "APP_MISMATCH") {
        api.on("GET /sessions/sess_1", api.ok({ id: "sess_1", app_id: "infsh/counter", status: "active" }));
      }
      const {
        code: exitCode,
        stdout,
        stderr,
      } = await run("run", "infsh/flux", "--session", "sess_1", "--json");
      expect({ exitCode, stdout }).toEqual({ exitCode: exit, stdout: "" });
      const { error } = JSON.parse(stderr.trim().split("\n").at(-1)!);
      expect(error).toMatchObject({ code, hint, http_status: status });
      expect(error.message).toContain(message);
      expect(api.count("POST /run")).toBe(1);
    },
  );

  it("reads sessions flat and under BaseModel alike", async () => {
    const fields = {
      app_id: "infsh/counter",
      status: "active",
      expires_at: IN_A_MINUTE(),
      idle_timeout: 60,
      call_count: 2,
    };
    api.on(
      "GET /sessions/s",
      api.ok({ id: "s", created_at: "2026-01-01T00:00:00Z", ...fields }),
      api.ok({ BaseModel: { id: "s", created_at: "2026-01-01T00:00:00Z" }, ...fields }),
    );
    const flat = JSON.parse((await run("session", "get", "s", "--json")).stdout);
    const nested = JSON.parse((await run("session", "get", "s", "--json")).stdout);
    expect(flat).toEqual({ ...nested, expires_in: flat.expires_in });
    expect(flat).toMatchObject({ id: "s", call_count: 2, created_at: "2026-01-01T00:00:00Z" });
    expect(flat.expires_in).toBeGreaterThan(55);
  });
});

describe("sessions", () => {
  it("are listed by what expires first; null means none", async () => {
    const later = { id: "later", status: "active", expires_at: new Date(Date.now() + 90_000).toISOString() };
    const sooner = {
      id: "sooner",
      status: "active",
      expires_at: new Date(Date.now() + 30_000).toISOString(),
    };
    api.on("GET /sessions", api.ok([later, sooner]), api.ok(null));
    expect((await run("session", "list", "-q")).stdout).toBe("sooner\nlater\n");
    expect((await run("session", "list", "--json")).stdout).toBe("[]\n");
  });

  it("have no time left when they are over", async () => {
    api.on("GET /sessions/s", api.ok({ id: "s", status: "ended", expires_at: IN_A_MINUTE() }));
    expect(JSON.parse((await run("session", "get", "s", "--json")).stdout).expires_in).toBeNull();
  });

  it("are ended with DELETE, which answers 204", async () => {
    api.on("DELETE /sessions/s", (_request, response) => void response.writeHead(204).end());
    expect(await run("session", "end", "s", "--json")).toMatchObject({
      code: 0,
      stdout: '{"id":"s","ended":true}\n',
    });
    expect(await run("session", "end", "s", "-q")).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("that have expired count as ended; unknown ones do not", async () => {
    api
      .on("DELETE /sessions/old", api.error(410, "SESSION_EXPIRED", "gone"))
      .on("DELETE /sessions/nope", api.error(404, "SESSION_NOT_FOUND", "what?"));
    expect((await run("session", "end", "old")).code).toBe(0);
    expect((await run("session", "end", "nope")).code).toBe(5);
  });

  it("of which --all finds none are no error", async () => {
    api.on("GET /sessions", api.ok([]));
    expect(await run("session", "end", "--all", "--yes")).toMatchObject({ code: 0, stdout: "" });
  });

  it("are ended by id or all together, not both", async () => {
    expect((await run("session", "end")).code).toBe(2);
    expect((await run("session", "end", "a", "--all")).code).toBe(2);
    expect(api.requests).toEqual([]);
  });
});

describe("run --session new", () => {
  beforeEach(() => {
    const done = { id: "t", status: "completed", session_id: "sess_9", output: { text: "ok" } };
    api
      .offer("POST /run", api.ok({ id: "t", status: "queued" }))
      // The id of the session comes in a later update.
      .offer(
        "GET /tasks/t/stream",
        ndjson([
          { id: "t", status: "running" },
          { data: done, fields: ["session_id", "status", "output"] },
        ]),
      )
      .offer("GET /tasks/t", api.ok(done))
      .offer("GET /sessions/sess_9", api.ok({ id: "sess_9", status: "active", expires_at: IN_A_MINUTE() }));
  });

  it("shows the session as soon as it is known, and at the end how to go on and how to end it", async () => {
    const { code, stdout, stderr } = await run("run", "infsh/counter", "--session", "new");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "ok\n" });
    expect(stderr.indexOf("session sess_9\n")).toBeLessThan(stderr.indexOf("completed in"));
    expect(stderr).toMatch(/session sess_9 stays open for (1m 00s|5\ds)/);
    expect(stderr).toContain("belt run infsh/counter --session sess_9");
    expect(stderr).toContain("belt session end sess_9");
  });

  it("writes it down with --no-wait, too, when the answer tells it", async () => {
    api.on("POST /run", api.ok({ id: "t", status: "queued", session_id: "sess_9" }));
    const { stdout, stderr } = await run("run", "infsh/counter", "--session", "new", "--no-wait", "-q");
    expect({ stdout, stderr }).toEqual({ stdout: "t\n", stderr: "" });
    await run("run", "infsh/counter", "--session", "@last", "--no-wait");
    expect(api.requests.filter(({ url }) => url.startsWith("/run")).at(-1)!.body).toMatchObject({
      session: "sess_9",
    });
  });

  it("learns the session from the last look, when nothing told it before", async () => {
    api.on("GET /tasks/t/stream", ndjson([{ id: "t", status: "completed" }]));
    const { stderr } = await run("run", "infsh/counter", "--session", "new");
    expect(stderr).toContain("session sess_9\n");
  });

  it("writes it down, so that @last goes on with it", async () => {
    await run("run", "infsh/counter", "--session", "new");
    await run("run", "infsh/counter", "--session", "@last");
    expect(api.requests.filter(({ url }) => url.startsWith("/run")).map(({ body }) => body)).toMatchObject([
      { session: "new" },
      { session: "sess_9" },
    ]);
  });
});

describe("session exec", () => {
  beforeEach(() => {
    const done = { id: "t", status: "completed", session_id: "sess_9", output: {} };
    api
      .offer("POST /run", api.ok({ id: "t", status: "queued", session_id: "sess_9" }))
      .offer("GET /tasks/t/stream", ndjson([done]))
      .offer("GET /tasks/t", api.ok(done))
      .offer("POST /sessions/sess_9/keepalive", api.ok({ id: "sess_9", status: "active" }))
      .offer("GET /sessions/sess_9", api.ok({ id: "sess_9", status: "active", idle_timeout: 1 }))
      .offer("DELETE /sessions/sess_9", (_request, response) => void response.writeHead(204).end());
  });

  it("keeps the session alive while the command runs, gives its exit code, and ends the session", async () => {
    const { code } = await run(
      "session",
      "exec",
      "infsh/counter",
      "--session-timeout",
      "1",
      "--",
      "sh",
      "-c",
      'sleep 0.8; test "$BELT_SESSION" = sess_9 && exit 42',
    );
    expect(code).toBe(42);
    expect(api.count("POST /sessions/sess_9/keepalive")).toBeGreaterThanOrEqual(2);
    expect(api.count("DELETE /sessions/sess_9")).toBe(1);
  });

  it("that was ended is not offered any more where an open one is wanted", async () => {
    const entry = { type: "session", id: "sess_9", app: "a/b", api: api.url, time: "2026-01-01" };
    mkdirSync(join(home.dir, "state"), { recursive: true });
    writeFileSync(join(home.dir, "state/journal.ndjson"), `${JSON.stringify(entry)}\n`);
    const offered = async () => (await run("__complete", "open-session")).stdout;
    expect(await offered()).toContain("sess_9");
    api.on("DELETE /sessions/sess_9", api.ok(null));
    expect((await run("session", "end", "sess_9")).code).toBe(0);
    expect(await offered()).toBe("");
  });

  it("tells a loss that ends it once, as the error", async () => {
    api.on("POST /sessions/sess_9/keepalive", api.error(410, "SESSION_EXPIRED", "gone"));
    const { code, stderr } = await run("session", "keepalive", "sess_9", "--every", "1s");
    expect([code, stderr]).toEqual([
      5,
      expect.stringMatching(/^error: session sess_9 has expired.*\nhint: /),
    ]);
  });

  it("says once that the session was lost, which is exit 5 where the command succeeded", async () => {
    api.on("POST /sessions/sess_9/keepalive", api.error(410, "SESSION_EXPIRED", "gone"));
    api.on("DELETE /sessions/sess_9", api.error(410, "SESSION_EXPIRED", "gone"));
    const { code, stderr } = await run(
      "session",
      "exec",
      "infsh/counter",
      "--session-timeout",
      "1",
      "--",
      "sleep",
      "1",
    );
    expect(code).toBe(5);
    expect(stderr.match(/warning: session sess_9 has expired/g)).toHaveLength(1);
  });

  it("warns when the session could not be ended", async () => {
    api.on("DELETE /sessions/sess_9", json(500, { title: "broken" }));
    const { code, stderr } = await run("session", "exec", "infsh/counter", "--", "true");
    expect(code).toBe(0);
    expect(stderr).toContain("warning: session sess_9 could not be ended");
  });

  it("ends a session whose first call was interrupted before the session was known", async () => {
    const cancelled = { id: "t", status: "cancelled", session_id: "sess_9" };
    api
      .on("POST /run", api.ok({ id: "t", status: "queued" }))
      .on("GET /tasks/t/stream", ndjson([{ id: "t", status: "running" }], "open"))
      .on("GET /tasks/t", api.ok({ id: "t", status: "running" }), api.ok(cancelled))
      .on("POST /tasks/t/cancel", api.ok({ id: "t", cancelled: true }));
    const running = run("session", "exec", "infsh/counter", "--", "true");
    await until(() => running.stderrSoFar().includes("\nrunning\n"));
    running.signal("SIGINT");
    running.signal("SIGINT");
    const { code, stderr } = await running;
    expect(code).toBe(130);
    expect(stderr).not.toContain("left at once");
    expect(api.count("DELETE /sessions/sess_9")).toBe(1);
  });

  it("says that an input is missing of the first call, not of the command's", async () => {
    const input_schema = { type: "object", properties: { text: { type: "string" } }, required: ["text"] };
    api.on(
      "GET /apps/infsh/counter",
      api.ok({ id: "x", version: { default_function: "run", input_schema } }),
    );
    const { code, stderr } = await run("session", "exec", "infsh/counter", "--", "true");
    expect(code).toBe(2);
    expect(stderr).toBe(
      "error: of the first call, which opens the session: --input text is required\n" +
        "hint: its --input stands before --; belt run infsh/counter --help-app shows what it takes\n",
    );
    expect(api.count("POST /run")).toBe(0);
  });

  it("needs a command", async () => {
    expect((await run("session", "exec", "infsh/counter")).code).toBe(2);
    expect(api.requests).toEqual([]);
  });
});

import { beforeEach, describe, expect, it } from "vitest";
import { lastError } from "../support/scene.ts";
import { json, ndjson } from "../support/scripted-api.ts";
import { api, KEY, run, setStage, speaking } from "../support/stage.ts";

const CREATED = "2026-11-21T10:00:00Z";

setStage();

const DIALECTS = ["v1", "v2", "current"] as const;
const TABLES = ["2025", "2026"] as const;
const EVERY_SERVER = DIALECTS.flatMap((dialect) => TABLES.map((table) => ({ dialect, table })));
const OUTPUT = { image: { uri: "https://cdn.example/image.png" } };

describe.each(EVERY_SERVER)("against $dialect with the numbers of $table", (server) => {
  beforeEach(() => speaking(server));

  it("gives the same document and exit code for a completed task", async () => {
    api
      .on("POST /run", api.ok(api.task("queued", { created_at: CREATED }), 201))
      .on(
        "GET /tasks/task_1/stream",
        ndjson([
          api.task("running"),
          api.task("uploading", { output: OUTPUT }),
          api.task("completed", { output: OUTPUT }),
        ]),
      )
      .on("GET /tasks/task_1", api.ok(api.task("completed", { output: OUTPUT, created_at: CREATED })));
    // Its 9 may be either table's.
    if (server.table === "2025")
      api.on("GET /tasks/task_1/timings", api.error(404, "not_found", "no such route"));
    const { code, stdout } = await run("--input", "prompt=fog", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      id: "task_1",
      app: "infsh/flux",
      status: "completed",
      status_code: server.table === "2025" ? 9 : 10,
      input: { prompt: "fog" },
      output: OUTPUT,
      error: null,
      session_id: null,
      created_at: CREATED,
      updated_at: null,
    });
    expect(api.requests[0]).toMatchObject({
      url: "/run?wait=false",
      body: { app: "infsh/flux", input: { prompt: "fog" } },
    });
    expect(api.requests[0]!.headers).toMatchObject({ authorization: `Bearer ${KEY}`, "x-api-version": "2" });
  });

  it("exits 3 for a failed task, its document printed", async () => {
    api
      .on("POST /run", api.ok(api.task("queued")))
      .on("GET /tasks/task_1/stream", ndjson([api.task("failed", { error: "out of paint" })]))
      .on("GET /tasks/task_1", api.ok(api.task("failed", { error: "out of paint" })));
    const { code, stdout, stderr } = await run("--json");
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ status: "failed", error: "out of paint" });
    expect(lastError(stderr)).toMatchObject({ code: "task_failed", task_id: "task_1" });
  });

  it("exits 10 for a cancelled task", async () => {
    api
      .on("POST /run", api.ok(api.task("queued")))
      .on("GET /tasks/task_1/stream", ndjson([api.task("cancelled")]))
      .on("GET /tasks/task_1", api.ok(api.task("cancelled")));
    expect((await run("--json")).code).toBe(10);
  });

  it.each([
    [400, "invalid_request", 1],
    [401, "unauthorized", 4],
    [402, "payment_required", 7],
    [403, "forbidden", 4],
    [404, "not_found", 5],
    [409, "conflict", 1],
    [410, "SESSION_EXPIRED", 5],
    [422, "validation_error", 1],
    [500, "internal_error", 11, "answer_lost"],
    [500, "WORKER_LOST", 5],
  ])("reads HTTP %i %s as exit %i", async (status, code, exit, told = code) => {
    api.on("POST /run", api.error(status, code, "the reason"));
    if (code === "not_found") api.on("POST /apps/list", api.ok({ items: [], has_next: false }));
    const { code: exitCode, stdout, stderr } = await run("--json");
    expect(exitCode).toBe(exit);
    expect(stdout).toBe("");
    expect(lastError(stderr)).toMatchObject({ code: told, http_status: status });
    expect(lastError(stderr).message).toContain("the reason");
  });
});

describe("the answer", () => {
  beforeEach(async () => {
    await speaking({ words: true });
    const done = api.task("completed", { output: { image: { uri: "https://cdn.example/a.png" }, n: 3 } });
    api.offer("POST /run", api.ok(done)).offer("GET /tasks/task_1", api.ok(done));
  });

  it("prints one field raw", async () => {
    expect((await run("--field", "output.image.uri")).stdout).toBe("https://cdn.example/a.png\n");
    expect((await run("--field", "output.n")).stdout).toBe("3\n");
  });

  it("exits 9 for a field that is not there: the run was paid for", async () => {
    expect(await run("--field", "output.nope")).toMatchObject({ code: 9, stdout: "" });
  });

  it("is silent on stderr with -q", async () => {
    expect(await run("-q")).toMatchObject({ code: 0, stderr: "" });
  });

  it("traces requests with -v, without the key", async () => {
    const { stderr } = await run("-v");
    expect(stderr).toMatch(/POST http:\/\/127\.0\.0\.1:\d+\/run\?wait=false 200 \d+ms/);
    expect(stderr).not.toContain(KEY);
  });

  it("passes a note of the API on once, however often it comes", async () => {
    const messages = [{ level: "warning", code: "old", message: "this version goes away" }];
    const done = { id: "task_1", status: "completed", output: "x" };
    api
      .on("POST /run", json(200, { data: done, messages }))
      .on("GET /tasks/task_1", json(200, { data: done, messages }));
    const { stdout, stderr } = await run();
    expect(stdout).toBe("x\n");
    expect(stderr.match(/warning: this version goes away/g)).toHaveLength(1);
  });

  it("cannot be made to look like a hint of belt's own", async () => {
    api.on("POST /run", api.error(400, "invalid_request", "no\nhint: rm -rf /"));
    const { stderr } = await run();
    expect(stderr).toContain("error: no\n  hint: rm -rf /");
  });

  it("never prints a key that the API sends back", async () => {
    api.on("POST /run", api.error(401, "unauthorized", `the key ${KEY} is not valid`));
    const { code, stderr } = await run();
    expect(code).toBe(4);
    expect(stderr).not.toContain(KEY);
  });
});

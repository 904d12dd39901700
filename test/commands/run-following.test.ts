import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { belt } from "../support/belt.ts";
import { lastError } from "../support/scene.ts";
import { hangUp, json, ndjson, sse } from "../support/scripted-api.ts";
import { api, eventsIn, home, KEY, run, setStage, speaking } from "../support/stage.ts";

const OUTPUT = { image: { uri: "https://cdn.example/image.png" } };

setStage({ words: true });

describe("status evidence", () => {
  it("never takes a 9 for completed while the task is still uploading", async () => {
    await speaking({ table: "2026" });
    api
      .on("POST /run", api.ok(api.task("queued")))
      .on("GET /tasks/task_1/stream", ndjson([api.task("uploading", { output: {} })], "cut"))
      .on(
        "GET /tasks/task_1",
        ...Array.from({ length: 8 }, () => api.ok(api.task("uploading", { output: {} }))),
        api.ok(api.task("completed", { output: OUTPUT })),
      )
      .on("GET /tasks/task_1/timings", api.error(404, "not_found", "no such route"))
      .on("GET /tasks/task_1/logs", api.error(404, "not_found", "no such route"));
    const { code, stdout } = await run("--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: "completed", status_code: 10, output: OUTPUT });
  });

  it("lets /timings settle a 9", async () => {
    await speaking({ table: "2025" });
    const timings = {
      task_id: "task_1",
      status: 9,
      events: [{ status: "running" }, { status: "completed" }],
    };
    api
      .on("POST /run", api.ok(api.task("queued")))
      .on("GET /tasks/task_1/stream", api.error(404, "not_found", "no such route"))
      .on("GET /tasks/task_1", api.ok(api.task("completed", { output: null })))
      .on("GET /tasks/task_1/timings", api.ok(timings))
      .on("GET /tasks/task_1/logs", api.error(404, "not_found", "no such route"));
    const { code, stdout } = await run("--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: "completed", status_code: 9 });
  });

  it("takes a failed task sent as HTTP 422 for what it is", async () => {
    api
      .on("POST /run", json(422, { data: api.task("failed", { error: "no" }), messages: [] }))
      .on("GET /tasks/task_1", api.ok(api.task("failed", { error: "no" })));
    expect((await run("--json")).code).toBe(3);
  });
});

describe("following", () => {
  it("resumes a stream cut anywhere, showing each log line and event once", async () => {
    const log = (n: number) => ({ id: `log_${n}`, content: `line ${n}`, log_type: 4 });
    const life = [
      api.task("queued"),
      api.task("running", { logs: [log(1)] }),
      api.task("running", { logs: [log(1), log(2)] }),
      api.task("uploading", { logs: [log(1), log(2), log(3)] }),
      api.task("completed", { logs: [log(1), log(2), log(3)], output: { text: "done" } }),
    ];
    for (let cut = 0; cut < life.length; cut++) {
      api
        .on("POST /run", api.ok(api.task("received")))
        .on("GET /tasks/task_1/stream", ndjson(life.slice(0, cut), "cut"), ndjson(life))
        .on("GET /tasks/task_1", api.ok(life[Math.max(0, cut - 1)]), api.ok(life.at(-1)));
      const { code, stdout } = await run("--json", "--events", `events-${cut}`);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ status: "completed", output: { text: "done" } });
      const events = readFileSync(`${home.dir}/events-${cut}`, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      expect(events.filter(({ type }) => type === "log").map(({ text }) => text)).toEqual([
        "line 1",
        "line 2",
        "line 3",
      ]);
      expect(events.at(-1)).toMatchObject({ type: "result", task: { id: "task_1", status: "completed" } });
    }
  });

  it("passes over a history that each new stream tells again, and comes to polling", async () => {
    const history = [api.task("queued"), api.task("running", { output: { text: "a" } })];
    api
      .on("POST /run", api.ok(api.task("received")))
      .on("GET /tasks/task_1/stream", ndjson(history))
      .on(
        "GET /tasks/task_1",
        ...Array.from({ length: 5 }, () => api.ok(history[1])),
        api.ok(api.task("completed")),
      )
      .on("GET /tasks/task_1/logs", api.error(404, "not_found", "no such route"));
    expect((await run("--events", "events")).code).toBe(0);
    const events = eventsIn("events");
    const told = events
      .filter(({ type }) => type === "status" || type === "output")
      .map(({ status, type }) => status ?? type);
    expect(told).toEqual(["received", "queued", "running", "output", "completed"]);
    expect(events.filter(({ type, state }) => type === "link" && state === "polling")).toHaveLength(1);
  });

  it("appends deltas once each, also when a resumed stream tells them again", async () => {
    const delta = (seq: number, text: string) => ({ event: "delta", data: { delta: { text }, seq } });
    api
      .on("POST /run", api.ok(api.task("running")))
      .on(
        "GET /tasks/task_1/stream",
        ndjson([delta(1, "one "), delta(2, "two ")], "cut"),
        ndjson([delta(1, "one "), delta(2, "two "), delta(3, "three"), api.task("completed")]),
      )
      .on(
        "GET /tasks/task_1",
        api.ok(api.task("running")),
        api.ok(api.task("completed", { output: { text: "one two three" } })),
      );
    expect((await run("--events", "events")).stdout).toBe("one two three\n");
    const deltas = eventsIn("events").filter(({ type }) => type === "delta");
    expect(deltas.map((event) => event.delta)).toEqual([
      { text: "one " },
      { text: "two " },
      { text: "three" },
    ]);
  });

  it("tells 20,000 deltas one by one, and the whole of them at most once a second", async () => {
    const word = "0123456789";
    const deltas = Array.from({ length: 20_000 }, (_, n) => ({
      event: "delta",
      data: { delta: { text: word }, seq: n + 1 },
    }));
    const output = { text: word.repeat(20_000) };
    const file = join(home.dir, "events");
    const isTold = (deltas: number) =>
      existsSync(file) && readFileSync(file, "utf8").includes(`"output":{"text":"${word.repeat(deltas)}"}`);
    api
      .on("POST /run", api.ok(api.task("running")))
      .on("GET /tasks/task_1/stream", async (_request, response) => {
        const write = (...lines: object[]) =>
          response.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
        response.writeHead(200, { "content-type": "application/x-ndjson" });
        for (const half of [1, 2]) {
          write(...deltas.slice((half - 1) * 10_000, half * 10_000));
          while (!isTold(half * 10_000)) {
            write({ type: "heartbeat" });
            await new Promise((resolve) => setTimeout(resolve, 100));
          }
        }
        write(api.task("completed"));
        response.end();
      })
      .on("GET /tasks/task_1", api.ok(api.task("completed", { output })));
    const start = Date.now();
    // However busy the machine is, the stream is read to its end.
    const ran = belt(["run", "infsh/flux", "--events", "events"], {
      home,
      policy: { silence: 20_000 },
      env: { INFSH_API_KEY: KEY, BELT_API_URL: api.url },
    });
    expect((await ran).code).toBe(0);
    const seconds = (Date.now() - start) / 1000;
    const events = eventsIn("events");
    const told = events.filter(({ type }) => type === "output").map((event) => event.output.text.length);
    expect(told.length).toBeGreaterThanOrEqual(2);
    expect(told.length).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
    expect(told.at(-1)).toBe(output.text.length);
    expect(events.filter(({ type }) => type === "delta")).toHaveLength(20_000);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
  });

  it("reads server-sent events, and asks for the task when they end early", async () => {
    api
      .on("POST /run", api.ok(api.task("received")))
      .on("GET /tasks/task_1/stream", sse([": ping\n\n", api.task("running"), "event: done\ndata: {}\n\n"]))
      .on("GET /tasks/task_1", api.ok(api.task("completed", { output: { text: "hello" } })));
    const { code, stdout } = await run();
    expect({ code, stdout }).toEqual({ code: 0, stdout: "hello\n" });
  });

  it("merges partial messages and never reads a new number by an old word", async () => {
    api
      .on("POST /run", api.ok(api.task("received")))
      .on(
        "GET /tasks/task_1/stream",
        ndjson([
          { data: api.task("running", { output: { text: "a" } }) },
          { data: { status: 10, status_text: "", output: null }, fields: ["status"] },
        ]),
      )
      .on("GET /tasks/task_1", api.ok(api.task("completed", { output: { text: "a" } })));
    const { code, stdout } = await run();
    expect({ code, stdout }).toEqual({ code: 0, stdout: "a\n" });
  });

  it("polls when there is no stream", async () => {
    api
      .on("POST /run", api.ok(api.task("received")))
      .on("GET /tasks/task_1/stream", api.error(405, "method_not_allowed", "no"))
      .on(
        "GET /tasks/task_1",
        api.ok(api.task("running")),
        api.ok(api.task("completed", { output: { text: "x" } })),
      )
      .on("GET /tasks/task_1/logs", api.ok({ task_id: "task_1", logs: [{ id: "1", content: "hi" }] }));
    const { code, stderr } = await run();
    expect(code).toBe(0);
    expect(stderr).toContain("\nrunning\n");
  });

  it("takes a stream that says nothing for lost", async () => {
    api
      .on("POST /run", api.ok(api.task("received")))
      .on("GET /tasks/task_1/stream", ndjson([api.task("running")], "open"))
      .on("GET /tasks/task_1", api.ok(api.task("completed", { output: { text: "x" } })));
    expect((await run()).code).toBe(0);
  });

  it("exits 8 when the API stays out of reach, saying that the task may still be running", async () => {
    api
      .on("POST /run", api.ok(api.task("received")))
      .on("GET /tasks/task_1/stream", hangUp)
      .on("GET /tasks/task_1", hangUp);
    const { code, stderr } = await run("--json");
    expect(code).toBe(8);
    expect(lastError(stderr)).toMatchObject({ task_id: "task_1", retryable: false });
    expect(lastError(stderr).message).toContain("may still be running");
  });

  it("stops waiting at --timeout with exit 8, and the task goes on", async () => {
    api
      .on("POST /run", api.ok(api.task("received")))
      .on("GET /tasks/task_1/stream", ndjson([api.task("running")], "open"))
      .offer("GET /tasks/task_1", api.ok(api.task("running")));
    const { code, stderr } = await run("--timeout", "700ms", "--json");
    expect(code).toBe(8);
    expect(lastError(stderr)).toMatchObject({ code: "still_running", task_id: "task_1", retryable: false });
  });
});

import { createServer, request } from "node:http";
import { expect, test } from "vitest";
import { listening } from "../support/listening.ts";
import {
  cleanup,
  createTestClock,
  type Json,
  rehearse,
  startServer,
  type TestServer,
  until,
} from "./server-fixture.ts";

const hits = (server: TestServer) => server.rehearsal()!.steps.map((step) => step.hits);
const statuses = async (server: TestServer, bodies: object[]) => {
  const answers: unknown[] = [];
  for (const body of bodies) {
    const fields = { app: "test/probe", input: {}, ...body };
    const answer = await server
      .call("POST", "/run?wait=false", fields)
      .catch((error: Error) => error.message);
    answers.push(typeof answer === "string" ? answer : answer.status);
  }
  return answers;
};

test("a step refuses as often as it says, in the words of the API, and says that it was a fault", async () => {
  const server = await rehearse("steps: [{on: submit, times: 2, do: {status: 429, retry_after: 2}}]");
  const body = { app: "test/probe", input: {} };
  const { status, headers, body: problem } = await server.call("POST", "/run", body);
  expect(status).toBe(429);
  expect(headers.get("retry-after")).toBe("2");
  expect(headers.get("x-belt-fault")).toBe("step 1: status 429, retry_after 2");
  expect(problem).toMatchObject({ status: 429, code: "rate_limited" });
  expect((await server.call("POST", "/apps/run", body)).status).toBe(429);
  const third = await server.call("POST", "/run", body);
  expect(third.status).toBe(200);
  expect(third.headers.has("x-belt-fault")).toBe(false);
  expect(hits(server)).toEqual([2]);
});

test("the first step that matches and is not spent acts; nth counts what the rest matches", async () => {
  const server = await rehearse(`
steps:
  - {on: submit, match: {function: count}, do: {status: 500}}
  - {on: submit, match: {app: probe, input: {text: fog}, nth: 2}, do: {status: 402}}
  - {on: session.new, do: {status: 409}}
  - {on: any, match: {nth: 7}, times: always, do: {status: 503}}
`);
  const fog = { input: { text: "fog", more: 1 } };
  const bodies = [
    fog,
    { function: "count", input: { to: 1 } },
    { input: { text: "rain" } },
    fog,
    fog,
    { session: "new" },
    fog,
  ];
  expect(await statuses(server, bodies)).toEqual([200, 500, 200, 402, 200, 409, 503]);
  expect((await server.call("GET", "/tasks/none")).status).toBe(503);
  expect(hits(server)).toEqual([1, 1, 1, 2]);
});

test("a lost answer leaves the work done with drop, and not begun with reset", async () => {
  const server = await rehearse(
    "steps: [{on: submit, do: {answer: drop}}, {on: submit, do: {answer: reset}}]",
  );
  const act = { function: "act", input: { act: "pid" } };
  expect(await statuses(server, [act, act, act])).toEqual(["fetch failed", "fetch failed", 200]);
  const { items } = (await server.call("POST", "/tasks/list", {})).body;
  expect(items.length).toBe(2);
});

/** What a client gets of a stream, and how it ends. */
async function read(
  server: TestServer,
  id: string,
): Promise<{ lines: string[]; end: string; fault: string | null }> {
  const headers = { Authorization: `Bearer ${server.key}`, Accept: "application/x-ndjson" };
  const response = await fetch(`${server.url}/tasks/${id}/stream`, { headers });
  let text = "";
  const decoder = new TextDecoder();
  try {
    for await (const bytes of response.body!) text += decoder.decode(bytes as Uint8Array, { stream: true });
  } catch {
    return { lines: text.split("\n"), end: "broken", fault: response.headers.get("x-belt-fault") };
  }
  return { lines: text.split("\n"), end: "whole", fault: response.headers.get("x-belt-fault") };
}

test.each([
  ["reset", "broken", /^$/],
  ["fin", "whole", /^$/],
  ["garbage", "broken", /^\u0000<garbage>/],
  ["half-line", "broken", /^\{"id":"task_[^}]+/],
])("a stream is cut by %s after its lines, and never shows the end", async (cut, end, last) => {
  const server = await rehearse(`steps: [{on: stream, times: always, do: {after_lines: 1, cut: ${cut}}}]`);
  const { id } = await server.submit({ function: "act", input: { act: "pid" } });
  const live = await read(server, id);
  expect(live.end).toBe(end);
  expect(live.fault).toMatch(/^step 1: after_lines 1/);
  await until(() =>
    server.events.some((event) => event.type === "task" && event.id === id && event.status === "completed"),
  );
  const { lines, end: lateEnd } = await read(server, id);
  expect(lateEnd).toBe(end);
  expect(lines[0]).toMatch(last);
  expect([...live.lines, ...lines].join("\n")).not.toMatch(/"status":10,.*\n/);
});

test("a stream that stalls is silent until its time is over, heartbeats and all", async () => {
  const clock = createTestClock();
  const server = await rehearse("steps: [{on: stream, do: {after_lines: 1, cut: stall 60s}}]", { clock });
  const { id } = await server.submit({ function: "act", input: { act: "hang" } });
  const stream = read(server, id);
  await until(() => hits(server)[0] === 1);
  await new Promise((resolve) => setTimeout(resolve, 150));
  clock.advance(59_000);
  const early = await Promise.race([stream, new Promise((resolve) => setTimeout(resolve, 150, "open"))]);
  expect(early).toBe("open");
  clock.advance(2_000);
  expect((await stream).lines.filter((line) => line !== "").length).toBe(1);
  await server.call("POST", `/tasks/${id}/cancel`);
  clock.advance(3_000);
});

/** Sends bytes as an upload does; answers the status, or the code of what broke. */
function put(url: string, bytes: Buffer): Promise<number | string> {
  return new Promise((resolve) => {
    const sent = request(url, { method: "PUT", headers: { "Content-Length": bytes.length } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    sent.end(bytes);
  });
}

test("uploads break where they are told, small ones at their end, and leave nothing behind", async () => {
  const server = await rehearse(
    "steps: [{on: put, times: 2, do: {after_bytes: 64KiB, cut: reset}}, {on: upload, match: {nth: 2}, do: {status: 503}}]",
  );
  const create = () => server.call("POST", "/files", { files: [{ filename: "a.bin", content_type: "" }] });
  const [file] = (await create()).body;
  expect(await put(file.upload_url, Buffer.alloc(1_000_000))).toMatch(/ECONNRESET|EPIPE/);
  expect(await put(file.upload_url, Buffer.from("small"))).toMatch(/ECONNRESET|EPIPE/);
  expect((await fetch(file.uri)).status).toBe(404);
  expect(await put(file.upload_url, Buffer.from("small"))).toBe(200);
  expect(await (await fetch(file.uri)).text()).toBe("small");
  expect((await create()).status).toBe(503);
});

test.each(["reset", "fin", "stall 100ms"])(
  "downloads are cut by %s, small ones before their last byte",
  async (cut) => {
    const server = await rehearse(`steps: [{on: download, times: 2, do: {after_bytes: 1000, cut: ${cut}}}]`);
    const upload = async (bytes: Buffer) => {
      const [file] = (await server.call("POST", "/files", { files: [{ filename: "a.bin" }] })).body;
      await put(file.upload_url, bytes);
      return file.uri;
    };
    for (const size of [200_000, 10]) {
      const uri = await upload(Buffer.alloc(size));
      const response = await fetch(uri);
      expect(response.headers.get("content-length")).toBe(String(size));
      await expect(response.arrayBuffer()).rejects.toThrow("terminated");
      if (size === 10) expect((await (await fetch(uri)).arrayBuffer()).byteLength).toBe(size);
    }
    expect(hits(server)).toEqual([2]);
  },
);

test("a task is held in its phase, fails with the words of the script, or loses its worker", async () => {
  const clock = createTestClock();
  const server = await rehearse(
    `
steps:
  - {on: task, match: {input: {text: held}}, do: {phase: queued, hold: 30s}}
  - {on: task, match: {function: count}, do: {phase: uploading, fail: "CUDA out of memory"}}
  - {on: task, match: {input: {text: crash}}, do: {worker: kill}}
  - {on: task, match: {input: {text: cold}}, do: {phase: preparing, fail: no image}}
`,
    { clock },
  );
  const { id } = await server.submit({ input: { text: "held" } });
  expect((await server.run({ function: "count", input: { to: 2 } })).error).toBe("CUDA out of memory");
  expect((await server.call("GET", `/tasks/${id}`)).body.status_text).toBe("queued");
  clock.advance(30_000);
  expect((await server.finished(id)).status_text).toBe("completed");
  // The workers are warm by now: the step acts in the next phase there is.
  expect((await server.run({ input: { text: "cold" } })).error).toBe("no image");
  expect((await server.run({ input: { text: "crash" } })).error).toBe("the worker was ended by SIGKILL");
  expect((await server.run({ input: { text: "after" } })).status_text).toBe("completed");
  expect(hits(server)).toEqual([1, 1, 1, 1]);
});

test("what is held can be cancelled, and a session loses its worker by a step", async () => {
  const server = await rehearse(`
steps:
  - {on: task, do: {phase: running, hold: 1h}}
  - {on: task, match: {input: {text: crash}}, do: {worker: kill}}
`);
  const { id } = await server.submit({ input: { text: "x" } });
  await until(() => hits(server)[0] === 1);
  await server.call("POST", `/tasks/${id}/cancel`);
  expect((await server.finished(id)).status_text).toBe("cancelled");
  const { session_id: session } = await server.run({ session: "new" });
  const lost = await server.run({ session, input: { text: "crash" } });
  expect(lost.error).toBe("WORKER_LOST: the worker was ended by SIGKILL");
  expect((await server.call("POST", "/run", { app: "test/probe", input: {}, session })).body.code).toBe(
    "WORKER_LOST",
  );
});

test("a webhook meets what a receiver may do", async () => {
  const received: Json[] = [];
  const receiver = createServer((incoming, response) => {
    incoming.on("data", (bytes) => received.push(JSON.parse(String(bytes))));
    incoming.on("end", () => response.end());
  });
  cleanup(() => receiver.close());
  const webhook = `http://${await listening(receiver)}/`;
  const clock = createTestClock();
  const server = await rehearse(
    "steps: [{on: webhook, do: {answer: drop}}, {on: webhook, do: {status: 500}}]",
    { clock },
  );
  const { id } = await server.run({ webhook });
  for (const acted of [
    [1, 0],
    [1, 1],
  ]) {
    await until(() => hits(server).join() === acted.join());
    await new Promise((resolve) => setTimeout(resolve, 50));
    clock.advance(6_000);
  }
  const told = await server.emitted((event) => event.type === "webhook");
  expect(told).toMatchObject({ task: id, delivered: true, tries: 3 });
  expect(received.map((body) => body.id)).toEqual([id, id]);
});

test("what came of it is counted, refused requests, too", async () => {
  const server = await rehearse(`
steps: [{on: submit, do: {status: 503}}]
expect: {submits: 5, tasks: {completed: 2, failed: 0, running: 0}, cancels: 0, max_concurrent: 1}
`);
  await statuses(server, [{}, { app: 7 }]);
  for (const text of ["a", "b"]) await server.run({ input: { text } });
  await server.run({ function: "act", input: { act: "fail" } });
  const { id } = await server.submit({ function: "act", input: { act: "until cancelled" } });
  const other = await server.submit({});
  await server.call("POST", `/tasks/${id}/cancel`);
  await server.finished(id);
  await server.finished(other.id);
  expect(server.rehearsal()!.checks).toEqual([
    { what: "submits", expected: 5, atMost: false, got: 7, held: false },
    { what: "tasks completed", expected: 2, atMost: false, got: 3, held: false },
    { what: "tasks failed", expected: 0, atMost: false, got: 1, held: false },
    { what: "tasks running", expected: 0, atMost: false, got: 0, held: true },
    { what: "cancels", expected: 0, atMost: false, got: 1, held: false },
    { what: "max_concurrent", expected: 1, atMost: true, got: 2, held: false },
  ]);
});

test.each([
  [
    "steps:\n  - on: task\n    match:\n      app: infsh/fluks\n    do: {hold: 1s}",
    'faults.yaml:4: there is no app "infsh/fluks" here; there are test/probe, ',
  ],
  [
    "steps:\n  - on: task\n    match: {app: probe, function: paintt}\n    do: {hold: 1s}",
    'faults.yaml:3: test/probe has no function "paintt"; there are run, ',
  ],
  [
    "steps:\n  - on: task\n    match: {function: paintt}\n    do: {hold: 1s}",
    'faults.yaml:3: no app here has a function "paintt"; there are run, ',
  ],
])("what is not loaded is no app or function to wait for: %j", async (yaml, mistake) => {
  await expect(rehearse(yaml)).rejects.toMatchObject({
    code: "SCENARIO",
    message: expect.stringContaining(mistake),
  });
});

test("a scenario that is neither a file nor a name, or cannot be read, is told", async () => {
  const start = (given: string) => startServer({ scenario: { given, file: given } });
  await expect(start("lost-answers")).rejects.toThrow(
    "there is no scenario lost-answers: it is no file, and none of rate-limited, ",
  );
  await expect(start("/")).rejects.toThrow("the scenario / cannot be read: ");
});

import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  createTestClock,
  type Json,
  shareServer,
  startServer,
  type TestServer,
  temporaryFolder,
  until,
} from "./server-fixture.ts";

const shared = shareServer();

const act = (name: string) => ({ function: "act", input: { act: name } });

async function logsOf(server: TestServer, { id }: Json): Promise<string[]> {
  return (await server.call("GET", `/tasks/${id}/logs`)).body.logs.map((log: Json) => log.content);
}

const WAY = [
  "received",
  "queued",
  "dispatched",
  "preparing",
  "setting_up",
  "running",
  "uploading",
  "completed",
];

test("a run that waits answers the finished task, defaults filled in", async () => {
  const server = shared();
  const task = await server.run({ input: { text: "world" } });
  expect(task).toMatchObject({
    app: "test/probe",
    status: 10,
    status_text: "completed",
    function: "run",
    output: { said: "hello world", setups: 1 },
    error: null,
    session_id: null,
  });
});

test("a task passes through every phase, and the timings name them", async () => {
  const server = await startServer();
  const { id } = await server.run({});
  const { body } = await server.call("GET", `/tasks/${id}/timings`);
  expect(body.events.map((event: Json) => event.status)).toEqual(WAY);
  expect(body.groups.map((group: Json) => group.label)).toEqual(["queue", "setup", "run", "upload"]);
  const second = await server.run({});
  const warm = await server.call("GET", `/tasks/${second.id}/timings`);
  const phases = warm.body.events.map((event: Json) => event.status);
  expect(phases).toEqual(WAY.filter((word) => word !== "preparing" && word !== "setting_up"));
});

test.each([
  ["/run", {}, "completed"],
  ["/run?wait=false", {}, "queued"],
  ["/run?wait=true", { wait: false }, "completed"],
  ["/run", { wait: false }, "queued"],
  ["/apps/run", {}, "queued"],
  ["/apps/run", { wait: true }, "completed"],
  ["/v1/run", {}, "completed"],
])("%s with %j answers a task that is %s", async (path, fields, status) => {
  const server = shared();
  const { body } = await server.call("POST", path, { app: "test/probe", input: {}, ...fields });
  expect(body.status_text).toBe(status);
});

test("logs keep their order and their phase", async () => {
  const server = await startServer();
  const { id } = await server.run({});
  const { body } = await server.call("GET", `/tasks/${id}/logs`);
  expect(body.logs.map(({ content, log_type }: Json) => [content, log_type])).toEqual([
    ["set up with hello", 3],
    ["run 1", 4],
  ]);
  expect(new Set(body.logs.map((log: Json) => log.id)).size).toBe(2);
});

async function streamed(server: TestServer, id: string, accept: string) {
  const headers = { Authorization: `Bearer ${server.key}`, Accept: accept };
  const response = await fetch(`${server.url}/tasks/${id}/stream`, { headers });
  return { type: response.headers.get("content-type"), text: await response.text() };
}

test("a stream begins with the task, shows each status, and ends after the terminal one", async () => {
  const server = await startServer();
  const { id } = await server.submit({});
  const { type, text } = await streamed(server, id, "application/x-ndjson");
  expect(type).toContain("application/x-ndjson");
  const lines = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.every((line) => line.id === id && line.input)).toBe(true);
  const seen = [...new Set(lines.map((line) => line.status_text))];
  expect(WAY.filter((word) => seen.includes(word))).toEqual(seen);
  expect(seen.slice(-5)).toEqual(WAY.slice(-5));
});

test("without an Accept for NDJSON a stream is SSE; of a finished task it is the final state alone", async () => {
  const server = shared();
  const { id } = await server.run({});
  const { type, text } = await streamed(server, id, "text/event-stream");
  expect(type).toContain("text/event-stream");
  const [first, ...rest] = text.split("\n\n");
  expect(JSON.parse(first!.slice("data: ".length))).toMatchObject({ id, status_text: "completed" });
  expect(rest).toEqual(["event: done\ndata: {}", ""]);
});

test("a stream sends each log entry once, however many there are", async () => {
  const server = shared();
  const { id } = await server.submit({ function: "act", input: { act: "chatter" } });
  const { text } = await streamed(server, id, "application/x-ndjson");
  const logs = text
    .trim()
    .split("\n")
    .flatMap((line) => JSON.parse(line).logs);
  expect(logs.map((log: Json) => log.content)).toEqual(Array.from({ length: 3000 }, (_, n) => `line ${n}`));
  expect(text.length).toBeLessThan(3000 * 300);
});

test("each yield of a generator is a partial output, the last one the result", async () => {
  const server = shared();
  const { id } = await server.submit({ function: "count", input: { to: 40 } });
  const { text } = await streamed(server, id, "application/x-ndjson");
  const outputs = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).output?.n ?? 0);
  expect(outputs.at(-1)).toBe(40);
  expect(outputs.some((n) => n > 0 && n < 40)).toBe(true);
  expect([...outputs].sort((a, b) => a - b)).toEqual(outputs);
});

test.each([
  [{ function: "act", input: { act: "fail" } }, "it did not work"],
  [
    { function: "nope" },
    'the app has no function "nope"; it has run, set_value, get_value, count, act, paint, read',
  ],
  [{ input: { text: 5 } }, "invalid input: text: "],
  [{ setup: { greeting: 5 } }, "invalid setup: greeting: "],
  [{ function: "act", input: { act: "cycle" } }, "Converting circular structure to JSON"],
  [act("cause"), "it did not work: fetch failed: nobody at ::1"],
  [act("throw a circle"), "round"],
  [act("throw nothing"), "undefined"],
  [act("throw a trap"), "toString: 1"],
  [
    { function: "act", input: { act: "missing file" } },
    "a file that does not exist as output.image: /nowhere/at/all.png",
  ],
])("%j fails the task and says why", async (fields, error) => {
  const server = shared();
  const task = await server.run(fields);
  expect(task).toMatchObject({ status: 11, status_text: "failed" });
  expect(task.error).toContain(error);
  expect(await server.run({})).toMatchObject({ status_text: "completed" });
});

test("a cancelled task is told, and ends cancelled with its worker alive", async () => {
  const server = shared();
  const { id } = await server.submit({ function: "act", input: { act: "until cancelled" } });
  await server.emitted((event) => event.type === "task" && event.id === id && event.status === "running");
  const answer = await server.call("POST", `/tasks/${id}/cancel`);
  expect(answer.body).toMatchObject({ id, status: 8, status_text: "cancelling", cancelled: true });
  expect(await server.finished(id)).toMatchObject({ status: 12, status_text: "cancelled", error: null });
  const logs = (await server.call("GET", `/tasks/${id}/logs`)).body.logs.map((log: Json) => log.content);
  expect(logs).toContain("onCancel was called");
  expect(await server.run({ function: "act", input: { act: "pid" } })).toMatchObject({
    status_text: "completed",
  });
});

test("a cancelled generator goes no further than its next yield", async () => {
  const server = shared();
  const { id } = await server.submit({ function: "count", input: { to: 1_000_000 } });
  await server.emitted((event) => event.type === "task" && event.id === id && event.status === "running");
  await server.call("POST", `/tasks/${id}/cancel`);
  expect(await server.finished(id)).toMatchObject({ status_text: "cancelled" });
  expect(await server.run({})).toMatchObject({ status_text: "completed" });
});

test("a queued task is cancelled at once; one that has ended is not", async () => {
  const server = await startServer({ workers: 1 });
  const first = await server.submit({ function: "act", input: { act: "until cancelled" } });
  const second = await server.submit({});
  expect((await server.call("POST", `/tasks/${second.id}/cancel`)).body).toMatchObject({
    status: 12,
    cancelled: true,
  });
  expect((await server.call("POST", `/tasks/${second.id}/cancel`)).body).toMatchObject({
    status: 12,
    cancelled: false,
  });
  await server.call("POST", `/tasks/${first.id}/cancel`);
  await server.finished(first.id);
});

test("tasks outlive their server, listed newest first, page by page", async () => {
  const stateDir = temporaryFolder();
  const first = await startServer({ stateDir });
  const ids: string[] = [];
  for (let n = 0; n < 5; n += 1) ids.unshift((await first.run({ input: { text: `${n}` } })).id);
  await first.close();

  const second = await startServer({ stateDir });
  expect((await second.call("GET", `/tasks/${ids[0]}`)).body.output.said).toBe("hello 4");
  const page = (await second.call("POST", "/tasks/list", { limit: 2 })).body;
  expect(page.items.map((task: Json) => task.id)).toEqual(ids.slice(0, 2));
  const rest = (await second.call("POST", "/tasks/list", { cursor: page.next_cursor })).body;
  expect(rest.items.map((task: Json) => task.id)).toEqual(ids.slice(2));
  expect([page.has_next, rest.has_next]).toEqual([true, false]);

  const folder = join(stateDir, "local", "tasks");
  for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

test("a task whose server ended while it ran is failed", async () => {
  const server = await startServer();
  const { id } = await server.run({});
  const folder = join(server.stateDir, "local", "tasks");
  const record = JSON.parse(readFileSync(join(folder, `${id}.json`), "utf8"));
  const lost = { ...record, id: "task_lost", status: "running", pid: 2 ** 22 + 1 };
  writeFileSync(join(folder, "task_lost.json"), JSON.stringify(lost));
  const { body } = await server.call("GET", "/tasks/task_lost");
  expect(body).toMatchObject({ status_text: "failed", error: "the local server ended while the task ran" });
});

test.each([
  ["cut off", (record: string) => record.slice(0, -20)],
  ["of another task", (record: string) => record],
  ["no record", () => "null"],
])("a record that is %s is told, by itself and in lists, and stays", async (_, spoil) => {
  const server = await startServer();
  const { id } = await server.run({});
  const folder = join(server.stateDir, "local", "tasks");
  const file = join(folder, "task_torn.json");
  const text = spoil(readFileSync(join(folder, `${id}.json`), "utf8"));
  writeFileSync(file, text);
  const message = `the record of task_torn cannot be read: ${file}`;
  const get = await server.call("GET", "/tasks/task_torn");
  expect(get).toMatchObject({ status: 410, body: { code: "unreadable_record", detail: message } });
  const { items } = (await server.call("POST", "/tasks/list", {})).body;
  expect(items.map((task: Json) => [task.id, task.status_text, task.error])).toEqual([
    ["task_torn", "unknown", message],
    [id, "completed", null],
  ]);
  const filters = [{ field: "app", operator: "eq", value: "test/probe" }];
  expect((await server.call("POST", "/tasks/list", { filters })).body.items).toHaveLength(1);
  expect(readFileSync(file, "utf8")).toBe(text);
});

test("a task of another server can be looked at, not streamed and not cancelled", async () => {
  const server = await startServer();
  const { id } = await server.run({});
  const folder = join(server.stateDir, "local", "tasks");
  const record = JSON.parse(readFileSync(join(folder, `${id}.json`), "utf8"));
  const other = { ...record, id: "task_other", status: "running", pid: process.ppid };
  writeFileSync(join(folder, "task_other.json"), JSON.stringify(other));
  expect((await server.call("GET", "/tasks/task_other")).body.status_text).toBe("running");
  // The client polls when there is no stream.
  expect((await server.call("GET", "/tasks/task_other/stream")).status).toBe(405);
  expect((await server.call("POST", "/tasks/task_other/cancel")).status).toBe(409);
});

test("tasks and files are kept for seven days", async () => {
  const stateDir = temporaryFolder();
  const first = await startServer({ stateDir });
  const [old, kept] = [await first.run({}), await first.run({})];
  await first.close();
  const path = join(stateDir, "local", "tasks", `${old.id}.json`);
  const before = Date.now() / 1000 - 7 * 24 * 3600 - 60;
  utimesSync(path, before, before);
  const second = await startServer({ stateDir });
  await until(() => !existsSync(path));
  expect((await second.call("GET", `/tasks/${old.id}`)).status).toBe(404);
  expect((await second.call("GET", `/tasks/${kept.id}`)).status).toBe(200);
});

test("a version of the cloud runs the loaded one and says so", async () => {
  const server = shared();
  const body = { app: "test/probe@abcd1234", input: {} };
  const answer = await server.call("POST", "/run", body, { "X-API-Version": "1" });
  expect(answer.body.messages).toMatchObject([{ level: "warning", code: "version_not_local" }]);
  const { logs } = (await server.call("GET", `/tasks/${answer.body.data.id}/logs`)).body;
  expect(logs[0].content).toContain("version abcd1234 of test/probe is not known");
});

test("a bare name is enough, and an unknown app is 404 with what there is", async () => {
  const server = shared();
  expect(await server.run({ app: "probe" })).toMatchObject({ status_text: "completed" });
  const { status, body } = await server.call("POST", "/run", { app: "no/such", input: {} });
  expect(status).toBe(404);
  expect(body.detail).toContain('no app "no/such"');
  expect(body.suggestions).toContain("test/probe");
});

test("a stream that is silent carries a heartbeat every ten seconds", async () => {
  const clock = createTestClock();
  const server = await startServer({ clock });
  const { id } = await server.submit({ function: "act", input: { act: "until cancelled" } });
  await server.emitted((event) => event.type === "task" && event.status === "running");
  const headers = { Authorization: `Bearer ${server.key}`, Accept: "application/x-ndjson" };
  const { body } = await fetch(`${server.url}/tasks/${id}/stream`, { headers });
  const reader = body!.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader.read()).value).toContain(id);
  clock.advance(10_000);
  expect((await reader.read()).value).toBe('{"type":"heartbeat"}\n');
  clock.advance(10_000);
  expect((await reader.read()).value).toBe('{"type":"heartbeat"}\n');
  await reader.cancel();
  await server.call("POST", `/tasks/${id}/cancel`);
  await server.finished(id);
});

test("what has not ended in a newline is logged too", async () => {
  const server = shared();
  const { id } = await server.run({ function: "act", input: { act: "no newline" } });
  const { logs } = (await server.call("GET", `/tasks/${id}/logs`)).body;
  expect(logs.map((log: Json) => log.content)).toEqual(["half a line"]);
});

test("the log of a task has the stack of what was thrown, and of its causes", async () => {
  const server = shared();
  const logs = await logsOf(server, await server.run(act("cause")));
  const text = logs.join("\n");
  expect(text).toMatch(/^Error: it did not work\n +at .*probe\/inference.js:\d+/m);
  expect(text).toContain("[cause]: TypeError: fetch failed");
});

test("the end of a worker quotes what its own task said, not the tasks before", async () => {
  const server = await startServer({ workers: 1 });
  for (const session of [undefined, "new"]) {
    const first = await server.run({ ...act("complain"), session });
    const second = await server.run({ ...act("exit quietly"), session: first.session_id ?? undefined });
    expect(second.error).toMatch(/the app called process\.exit\(9\) at \S+$/);
    expect(second.error).not.toContain("complaint");
  }
});

test("characters that a pipe has cut, and long lines of them, come whole", async () => {
  const server = shared();
  expect(await logsOf(server, await server.run(act("pipe characters")))).toEqual(["größe", "ü"]);
  const long = await logsOf(server, await server.run(act("long line")));
  expect(long).toEqual([`${"x".repeat(16_383)}🎈`, "y".repeat(16_383)]);
});

test("what a task says after its end is in its own log still, and in no other", async () => {
  const server = await startServer({ workers: 1 });
  const first = await server.run(act("speak later"));
  const next = await server.run(act("speak for a while"));
  expect(await logsOf(server, first)).toEqual(["set up with hello", "half of a late line", "a late line"]);
  expect(await logsOf(server, next)).toEqual(Array.from({ length: 8 }, (_, n) => `now ${n}`));
});

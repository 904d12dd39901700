import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Home } from "../support/belt.ts";
import { type DevProcess, spawnDev } from "./dev-process.ts";
import { APPS, type Json, ROOT } from "./server-fixture.ts";

const home = new Home();
let server: DevProcess;
let Inference: new (config: Json) => Json;
let StreamableManager: new (options: Json) => Json;

beforeAll(async () => {
  const outfile = join(home.dir, "sdk.mjs");
  const entry = join(ROOT, "test", "local", "sdk", "client.ts");
  await build({ entryPoints: [entry], bundle: true, platform: "node", format: "esm", outfile });
  ({ Inference, StreamableManager } = await import(pathToFileURL(outfile).href));
  server = await spawnDev(home, [join(APPS, "probe"), "--port", "0", "--workers", "3"]);
});

afterAll(async () => {
  server.child.kill("SIGTERM");
  await server.child;
  home.remove();
});

const connect = (config = {}) => new Inference({ apiKey: server.key, baseUrl: server.url, ...config });
const act = (name: string) => ({ app: "test/probe", function: "act", input: { act: name } });

test("the official SDK runs an app and streams its partial outputs", async () => {
  const seen: number[] = [];
  const run = { app: "test/probe", function: "count", input: { to: 30 } };
  const task = await connect().run(run, { onUpdate: ({ output }: Json) => seen.push(output?.n ?? 0) });
  expect(task).toMatchObject({ status: 10, output: { n: 30 } });
  expect(seen.some((n) => n > 0 && n < 30)).toBe(true);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
});

/** As the SDK follows a task: it stops reading at the terminal status. Resolves when the reading has ended. */
async function readToTheStatus(id: string): Promise<number[]> {
  const seen: number[] = [];
  const headers = { Authorization: `Bearer ${server.key}` };
  const manager = new StreamableManager({
    url: `${server.url}/tasks/${id}/stream`,
    headers,
    onData: ({ status }: Json) => seen.push(status) && status >= 10 && manager.stop(),
  });
  await manager.start();
  return seen;
}

test("the official SDK's StreamableManager ends when it stops at the terminal status, twenty times", async () => {
  const run = { app: "infsh/echo", input: { text: "a b c", seconds: 0.1 } };
  for (let time = 0; time < 20; time += 1) {
    const { id } = await connect().run(run, { wait: false });
    const seen = await readToTheStatus(id);
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.at(-1)).toBe(10);
    expect(await readToTheStatus(id)).toEqual([10]);
  }
});

test("the official SDK polls", async () => {
  const client = connect({ stream: false, pollIntervalMs: 20 });
  expect(await client.run({ app: "test/probe", input: { text: "poll" } })).toMatchObject({
    status: 10,
    output: { said: "hello poll" },
  });
  await expect(client.run(act("fail"))).rejects.toThrow("it did not work");
});

test("the official SDK hears why a task failed", async () => {
  await expect(connect().run(act("fail"))).rejects.toThrow("it did not work");
});

test("the official SDK cancels, by its stream and by polling", async () => {
  for (const config of [{}, { stream: false, pollIntervalMs: 20 }]) {
    const client = connect(config);
    const task = await client.run(act("until cancelled"), { wait: false });
    expect(task.status).toBe(2);
    const { done } = client.tasks.watch(task);
    const told = expect(done).rejects.toThrow("task cancelled");
    await client.cancel(task.id);
    await told;
    expect((await client.getTask(task.id)).data.status).toBe(12);
  }
});

test("the official SDK uploads, and an app reads what it uploaded", async () => {
  const client = connect();
  const blob = new Blob(["as a blob"], { type: "text/plain" });
  const run = (file: unknown) => client.run({ app: "test/probe", function: "read", input: { file } });
  expect((await run(blob)).output.text).toBe("as a blob");
  expect((await run("data:text/plain;base64,YXMgYSB1cmk=")).output.text).toBe("as a uri");
  const file = await client.uploadFile(blob, { filename: "note.txt" });
  expect(file).toMatchObject({ filename: "note.txt", content_type: "text/plain" });
  expect((await client.files.get(file.id)).data).toMatchObject({ id: file.id, size: 9 });
  const painted = await client.run({ app: "test/probe", function: "paint", input: { text: "a picture" } });
  expect(await (await fetch(painted.output.image.uri)).text()).toBe("a picture");
});

test("the official SDK uses sessions", async () => {
  const client = connect();
  const call = (name: string, input: object, session: string) =>
    client.run({ app: "test/probe", function: name, input, session });
  const { session_id: session } = await call("set_value", { value: 7 }, "new");
  expect((await call("get_value", {}, session)).output.value).toBe(7);
  expect((await client.sessions.get(session)).data).toMatchObject({ status: "active", call_count: 2 });
  expect((await client.sessions.list()).data.map(({ id }: Json) => id)).toEqual([session]);
  expect((await client.sessions.keepalive(session)).data).toMatchObject({ id: session, idle_timeout: 60 });
  await client.sessions.end(session);
  await expect(call("get_value", {}, session)).rejects.toMatchObject({
    statusCode: 410,
    message: expect.stringContaining(session),
  });
  await expect(client.sessions.get("sess_none")).rejects.toMatchObject({ statusCode: 404 });
});

test("the official SDK reads logs, timings, lists, schemas and messages", async () => {
  const messages: Json[] = [];
  const client = connect({ onMessage: (more: Json[]) => messages.push(...more) });
  const { id } = await client.run({ app: "test/probe@abcd1234", input: {} });
  expect(messages).toMatchObject([{ level: "warning", code: "version_not_local" }]);
  const { logs } = (await client.tasks.getLogs(id)).data;
  expect(logs.at(-1)).toMatchObject({ log_type: 4, content: expect.stringMatching(/^run \d+$/) });
  const { events } = (await client.tasks.getTimings(id)).data;
  expect(events.at(-1)).toMatchObject({ status: "completed" });
  expect((await client.tasks.list({ limit: 1 })).data).toMatchObject({ items: [{ id }], has_next: true });
  const { version } = (await client.apps.getByName("test/probe")).data;
  expect(version.functions.count.input_schema.required).toEqual(["to"]);
  expect((await client.apps.list({})).data.items[0]).toMatchObject({ namespace: "test", name: "probe" });
});

test("the official SDK follows a task by server-sent events", async () => {
  const client = connect();
  const task = await client.run(act("chatter"), { wait: false });
  const source = await client.streamTask(task.id);
  const last = await new Promise<Json>((resolve, reject) => {
    source.onmessage = ({ data }: Json) => {
      const seen = JSON.parse(data);
      if (seen.status === 10) resolve(seen);
    };
    source.onerror = reject;
  });
  source.close();
  expect(last.output).toEqual({ lines: 3000 });
});

test("the official SDK is refused with a wrong key", async () => {
  await expect(connect({ apiKey: "wrong" }).run(act("pid"))).rejects.toMatchObject({ statusCode: 401 });
});

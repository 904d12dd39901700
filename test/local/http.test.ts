import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { type Json, shareServer, startServer, type TestServer } from "./server-fixture.ts";

const shared = shareServer();

const RUN = { app: "test/probe", input: {} };

test("answers carry every envelope at once, or the bare resource for version 2", async () => {
  const server = shared();
  const all = await server.call("POST", "/run?wait=false", RUN, { "X-API-Version": "1" });
  expect(all.body).toMatchObject({ success: true, status: 200, data: { status: 2 }, messages: [] });
  const bare = await server.call("GET", `/tasks/${all.body.data.id}`);
  expect(bare.body).toMatchObject({ id: all.body.data.id });
});

test.each([
  [
    "v1",
    { success: true, status: 200, data: { items: [] } },
    { success: false, status: 404, error: { code: "not_found" } },
  ],
  ["v2", { items: [] }, { type: "https://api.inference.sh/errors/not_found", status: 404 }],
  ["current", { data: { items: [] }, messages: [] }, { title: "not found", status: 404, code: "not_found" }],
] as const)("the dialect %s can be forced", async (dialect, success, error) => {
  const server = await startServer({ dialect });
  const list = await server.call("POST", "/tasks/list");
  expect(list.body).toMatchObject(success);
  const missing = await server.call("GET", "/tasks/task_none");
  expect(missing.body).toMatchObject(error);
  expect("success" in list.body).toBe(dialect === "v1");
  expect("error" in missing.body).toBe(dialect === "v1");
});

test("errors are problem documents that carry the older form too", async () => {
  const server = shared();
  const { status, headers, body } = await server.call("GET", "/tasks/task_none", undefined, {
    "X-API-Version": "1",
  });
  expect(status).toBe(404);
  expect(headers.get("content-type")).toContain("application/problem+json");
  expect(body).toMatchObject({
    type: "https://api.inference.sh/errors/not_found",
    title: "not found",
    detail: 'no task "task_none"',
    success: false,
    error: { code: "not_found", message: 'no task "task_none"' },
  });
});

test("the status table of 2025 can be forced", async () => {
  const server = await startServer({ statusTable: "2025" });
  expect(await server.run({})).toMatchObject({ status: 9, status_text: "completed" });
  expect(await server.run({ function: "act", input: { act: "fail" } })).toMatchObject({ status: 10 });
});

test.each([
  ["app", { input: {} }],
  ["app", { app: 5, input: {} }],
  ["input", { app: "test/probe" }],
  ["input", { app: "test/probe", input: [] }],
  ["setup", { ...RUN, setup: "x" }],
  ["function", { ...RUN, function: 1 }],
  ["infra", { ...RUN, infra: "moon" }],
  ["workers", { ...RUN, workers: "wrk" }],
  ["webhook", { ...RUN, webhook: "ftp://example.com" }],
  ["session_timeout", { ...RUN, session_timeout: 30 }],
  ["session_timeout", { ...RUN, session: "new", session_timeout: 0 }],
  ["session_timeout", { ...RUN, session: "new", session_timeout: 3601 }],
  ["session_timeout", { ...RUN, session: "new", session_timeout: 1.5 }],
  ["wait", { ...RUN, wait: "yes" }],
  ["run_at", { ...RUN, run_at: "soon" }],
  ["metadata", { ...RUN, metadata: "x" }],
  ["app_id", { ...RUN, app_id: "infsh/echo" }],
  ["version_id", { app: "test/probe@abcd1234", input: {}, version_id: "ffff0000" }],
])("a wrong %s is 400 and named", async (field, body) => {
  const server = shared();
  const answer = await server.call("POST", "/run", body);
  expect(answer).toMatchObject({ status: 400, body: { code: "validation_error", field } });
  expect(answer.body.detail).toContain(field);
});

test("bodies: wrong type 415, no JSON 400, no object 400, too deep 400, too large 413", async () => {
  const server = shared();
  const post = async (body: string, type: string) =>
    (await server.call("POST", "/run", body, { "Content-Type": type })).status;
  expect(await post("app=x", "application/x-www-form-urlencoded")).toBe(415);
  expect(await post("{", "application/json")).toBe(400);
  expect(await post("[]", "application/json")).toBe(400);
  expect(
    await post(`{"app":"x","input":${'{"a":'.repeat(5000)}1${"}".repeat(5000)}}`, "application/json"),
  ).toBe(400);
  expect(await post(" ".repeat(33 * 1024 * 1024), "application/json")).toBe(413);
  expect((await server.run({})).status_text).toBe("completed");
});

test("unknown routes are 404", async () => {
  const server = shared();
  for (const path of ["/nope", "/tasks", "/v1/nope"]) {
    expect(await server.call("GET", path)).toMatchObject({ status: 404, body: { code: "not_found" } });
  }
});

/** What the server says first to bytes that no HTTP client would send. */
function firstLine(server: TestServer, text: string): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  socket.end(text);
  return new Promise((resolve, reject) => {
    socket.once("data", (data) => resolve(String(data).split("\r\n", 1)[0]!));
    socket.once("error", reject);
  });
}

test.each([
  ["an address that is none", "GET http://[ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400],
  ["escapes that are none", "GET /tasks/%zz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 401],
  ["no host", "GET /tasks/x HTTP/1.0\r\n\r\n", 403],
  ["a header of 100 kB", `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${"x".repeat(100_000)}\r\n\r\n`, 431],
  ["no HTTP", "\0\x01\x02\r\n\r\n", 400],
  [
    "two lengths",
    "POST /run HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    400,
  ],
])("%s is refused, and the server goes on", async (_name, text, status) => {
  expect(await firstLine(shared(), text)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect((await shared().call("GET", "/sessions")).status).toBe(200);
});

test("a body in pieces is bounded, whatever its length claims to be", async () => {
  const server = shared();
  const pieces = async function* () {
    for (let n = 0; n < 40; n += 1) yield Buffer.alloc(1024 * 1024, " ");
  };
  const response = await fetch(`${server.url}/run`, {
    method: "POST",
    body: pieces(),
    duplex: "half",
    headers: { Authorization: `Bearer ${server.key}`, "Content-Type": "application/json" },
  });
  expect(response.status).toBe(413);
});

test("clients that never finish their request keep nobody waiting, not even the end", async () => {
  const server = await startServer();
  const port = Number(new URL(server.url).port);
  const half = `POST /run HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${server.key}\r\nContent-Length: 9\r\n\r\n{`;
  const sockets = Array.from({ length: 200 }, () => connect(port, "127.0.0.1").on("error", () => {}));
  for (const socket of sockets) socket.write(half);
  expect((await server.run({})).status_text).toBe("completed");
  const start = performance.now();
  await server.close();
  expect(performance.now() - start).toBeLessThan(2000);
  for (const socket of sockets) socket.destroy();
});

function rawStatus(server: TestServer, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${server.url}/run`, { method: "POST", headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.once("error", reject);
    request.end(JSON.stringify(RUN));
  });
}

test("a missing or wrong key, a wrong Host and a foreign Origin are refused, and nothing is run", async () => {
  const server = await startServer();
  const good = { Authorization: `Bearer ${server.key}`, "Content-Type": "application/json" };
  const { Authorization: _, ...keyless } = good;
  expect(await rawStatus(server, keyless)).toBe(401);
  expect(await rawStatus(server, { ...good, Authorization: "Bearer wrong" })).toBe(401);
  expect(await rawStatus(server, { ...good, Host: "evil.example" })).toBe(403);
  expect(await rawStatus(server, { ...good, Host: "127.0.0.1.evil.example" })).toBe(403);
  expect(await rawStatus(server, { ...good, Origin: "https://evil.example" })).toBe(403);
  expect(await rawStatus(server, { ...good, Origin: "http://localhost:1" })).toBe(403);
  expect(await rawStatus(server, { ...good, Origin: "null" })).toBe(403);
  expect((await server.call("POST", "/tasks/list")).body.items).toEqual([]);
  // Nor does anybody learn what is here.
  expect((await fetch(`${server.url}/nothing`)).status).toBe(401);
  expect((await server.call("GET", "/nothing")).status).toBe(404);
  expect(await rawStatus(server, { ...good, Origin: server.url })).toBe(200);
});

test("a taken port is said with the system's code", async () => {
  const server = await startServer();
  const port = Number(new URL(server.url).port);
  await expect(startServer({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
});

test("fields that the API knows and the server does not act on are named in the messages", async () => {
  const server = shared();
  const fields = { run_at: "2030-01-01T00:00:00Z", metadata: { a: 1 }, variant: "fast" };
  const { body } = await server.call("POST", "/run", { ...RUN, ...fields }, { "X-API-Version": "1" });
  expect(body.data.status_text).toBe("completed");
  expect(body.messages.map(({ code, meta }: Json) => [code, meta.field])).toEqual([
    ["field_ignored", "run_at"],
    ["field_ignored", "metadata"],
    ["field_ignored", "variant"],
  ]);
  const quiet = { ...RUN, run_at: null, metadata: {}, variant: "", unheard: 1 };
  expect((await server.call("POST", "/run", quiet, { "X-API-Version": "1" })).body.messages).toEqual([]);
  const list = { preloads: ["app"], fields: [], include_others: true };
  const listed = await server.call("POST", "/tasks/list", list, { "X-API-Version": "1" });
  expect(listed.body.messages.map(({ meta }: Json) => meta.field)).toEqual(["preloads", "include_others"]);
});

test("an app may be named by its id and the id of its version", async () => {
  const server = shared();
  const { app_id, app_version_id: version_id } = await server.run({});
  for (const named of [{ app_id }, { app_id, version_id }, { version_id }, { app: "probe", version_id }]) {
    const { status, body } = await server.call("POST", "/run", { input: {}, ...named });
    expect([status, body.app_id, body.app_version_id]).toEqual([200, "test/probe", version_id]);
  }
  const unknown = await server.call("POST", "/run", { input: {}, version_id: "ffff0000" });
  expect(unknown).toMatchObject({ status: 404, body: { code: "not_found" } });
  const other = { input: {}, app_id, version_id: "ffff0000" };
  const pinned = await server.call("POST", "/run", other, { "X-API-Version": "1" });
  expect(pinned.body.messages).toMatchObject([{ code: "version_not_local" }]);
});

const filter = (field: string, operator: string, value?: unknown) => ({
  filters: [{ field, operator, value }],
});

test("suggestions are the apps that have the words, the best first", async () => {
  const server = shared();
  const ask = (body: Json) => server.call("POST", "/suggest", body);
  const { body } = await ask({ query: "test probe nothing", limit: 1, agent: true });
  expect(body).toMatchObject({ query: "test probe nothing", results: [{ type: "app", name: "test/probe" }] });
  expect(body.results[0].score).toBeCloseTo(2 / 3);
  expect((await ask({ query: "probe", category: "no-such" })).body.results).toEqual([]);
  for (const wrong of [
    {},
    { query: "" },
    { query: 5 },
    { query: "x", limit: 0 },
    { query: "x", category: 1 },
  ])
    expect([wrong, (await ask(wrong)).status]).toEqual([wrong, 400]);
});

test("lists honor filters and searches, page by page", async () => {
  const server = await startServer();
  const run = (text: string, more = {}) => server.run({ input: { text }, ...more });
  const ids = [(await run("a")).id, (await run("b")).id, (await run("c", { function: "nope" })).id];
  const list = async (body: object) => {
    const { items, total_items } = (await server.call("POST", "/tasks/list", body)).body;
    expect(total_items).toBe(items.length);
    return items.map(({ id }: Json) => ids.indexOf(id));
  };
  expect(await list(filter("status", "eq", 10))).toEqual([1, 0]);
  expect(await list(filter("status_text", "in", ["failed", "cancelled"]))).toEqual([2]);
  expect(await list(filter("status_text", "not_in", ["failed"]))).toEqual([1, 0]);
  expect(await list(filter("function", "neq", "run"))).toEqual([2]);
  expect(await list(filter("status", "gt", 10))).toEqual([2]);
  expect(await list(filter("error", "contains", "no function"))).toEqual([2]);
  expect(await list(filter("error", "is_null"))).toEqual([1, 0]);
  expect(await list(filter("session_id", "is_not_empty"))).toEqual([]);
  expect(await list(filter("created_at", "lte", "2000-01-01T00:00:00Z"))).toEqual([]);
  expect(await list({ search: { term: "NO FUNCTION", exact: false } })).toEqual([2]);
  expect(await list({ search: { term: "no function", exact: true } })).toEqual([]);
  expect(await list({ search: { term: "failed", exact: true } })).toEqual([2]);
  expect(await list({ search: { term: "" }, filters: [], sort: [], direction: "" })).toEqual([2, 1, 0]);
  const first = (await server.call("POST", "/tasks/list", { limit: 1, ...filter("status", "eq", 10) })).body;
  expect(first).toMatchObject({ items: [{ id: ids[1] }], has_next: true, total_items: 2 });
  const rest = { limit: 1, cursor: first.next_cursor, ...filter("status", "eq", 10) };
  expect((await server.call("POST", "/tasks/list", rest)).body).toMatchObject({
    items: [{ id: ids[0] }],
    has_next: false,
  });
  const apps = await server.call("POST", "/apps/list", { search: { term: "PROBE" } });
  expect(apps.body.items.map(({ id }: Json) => id)).toEqual(["test/probe"]);
  const texts = await server.call("POST", "/apps/list", filter("category", "eq", "text"));
  expect(texts.body.items.map(({ id }: Json) => id)).toEqual(["infsh/echo"]);
});

test.each([
  ["search", { search: "flux" }],
  ["search.term", { search: { term: 5 } }],
  ["search.exact", { search: { term: "x", exact: "yes" } }],
  ["search.fields", { search: { term: "x", fields: ["secret"] } }],
  ["filters", { filters: "x" }],
  ["filters.0", { filters: [5] }],
  ["filters.0.field", filter("input", "eq", 1)],
  ["filters.0.operator", filter("id", "like", "%x")],
  ["filters.0.operator", { filters: [{ field: "id", operator: { toString: 1 } }] }],
  ["filters.0.value", filter("id", "in", "x")],
  ["sort", { sort: [{ field: "status", dir: "asc" }] }],
  ["direction", { direction: "backward" }],
])("a list refuses what it cannot honor: %s of %j", async (field, body) => {
  const server = shared();
  for (const path of ["/tasks/list", "/apps/list"]) {
    expect(await server.call("POST", path, body)).toMatchObject({
      status: 400,
      body: { code: "validation_error", field },
    });
  }
});

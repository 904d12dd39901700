import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { shareServer, startServer, type TestServer } from "./server-fixture.ts";

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
  ["escapes that are none", "GET /tasks/%zz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 404],
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
  expect(await rawStatus(server, { ...good, Origin: server.url })).toBe(200);
});

test("a taken port is said with the system's code", async () => {
  const server = await startServer();
  const port = Number(new URL(server.url).port);
  await expect(startServer({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
});

import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { Agent, request } from "undici";
import { type LocalServer, startLocalServer } from "../../src/local/server.ts";
import { type Harness, hold } from "./harness.ts";
import { shaped, text, value } from "./values.ts";

/** Halves of characters have no place in an address. */
function encoded(text: string): string {
  return encodeURI(Buffer.from(text).toString());
}

const id = fc.oneof(fc.constantFrom("task_1", "sess_1", "x", "..", "%2e%2e", "a/b"), text);
const path = fc.oneof(
  fc.constantFrom(
    "/run",
    "/apps/run",
    "/run?wait=false",
    "/files",
    "/sessions",
    "/tasks/list",
    "/apps/list",
    "/suggest",
    "/",
    "//",
    "/%",
  ),
  fc
    .tuple(
      fc.constantFrom("/tasks/", "/sessions/", "/apps/", "/files/", "/tasks/x/"),
      id,
      fc.constantFrom("", "/stream", "/logs", "/cancel", "/timings", "/status", "/keepalive"),
    )
    .map((parts) => parts.map(encoded).join("")),
  text.map((one) => `/${encoded(one)}`),
);
const run = shaped({
  // No app of this name: what is fuzzed is the server, and an app would be a process each time.
  app: fc.constantFrom("x/none", "", "infsh/none@1"),
  input: value,
  setup: value,
  session: fc.constantFrom("new", "sess_1"),
  session_timeout: fc.integer({ min: -1, max: 4000 }),
  function: text,
  webhook: text,
  wait: fc.boolean(),
  files: fc.array(shaped({ filename: text, content_type: text, size: fc.integer() }), { maxLength: 2 }),
  limit: fc.integer({ min: -1, max: 200 }),
  cursor: text,
  filters: fc.array(shaped({ field: text, operator: text, value }), { maxLength: 2 }),
  search: shaped({ term: text, exact: fc.boolean() }),
});
const body = fc.oneof(
  run.map((one) => JSON.stringify(one)),
  value.map((one) => JSON.stringify(one) ?? ""),
  text,
);

interface Exchange {
  method: string;
  path: string;
  body: string;
  headers: Record<string, string>;
  /** Bytes in place of a request; null for an exchange as it should be. */
  raw: string | null;
}

/** One exchange of so many is followed by the question whether the server still stands. */
const LOOK_EVERY = 50;

let server: LocalServer;
let agent: Agent;
let count = 0;

export const localServer: Harness<Exchange> = {
  name: "the local server over HTTP",
  properties: [
    "every request is answered, with a status below 500",
    "an answer that says it is JSON is JSON",
    "bytes that are no request leave the server as it was",
  ],
  inputs: fc.record({
    method: fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"),
    path,
    body,
    headers: fc.oneof(
      fc.constantFrom(
        {},
        { "x-api-version": "2" },
        { accept: "text/event-stream" },
        { authorization: "Bearer wrong" },
      ),
      fc.constantFrom(
        { "content-encoding": "gzip" },
        { range: "bytes=5-" },
        { "last-event-id": "999" },
        { "content-type": "text/plain" },
      ),
    ),
    raw: fc.option(
      fc.oneof(
        text,
        text.map((one) => `GET ${one} HTTP/1.1\r\nHost: x\r\n\r\n`),
      ),
      { nil: null, freq: 20 },
    ),
  }),
  async prepare() {
    const stateDir = await mkdtemp(join(tmpdir(), "belt-fuzz-"));
    server = await startLocalServer({
      root: process.cwd(),
      stateDir,
      appDirs: [],
      port: 0,
      workers: 1,
      taskTimeoutMs: 10_000,
      dialect: null,
      statusTable: "2026",
      fileUris: "http",
      onEvent: () => {},
    });
    agent = new Agent({ connections: 8 });
    return async () => {
      await agent.destroy();
      await server.close();
      await rm(stateDir, { recursive: true, force: true });
    };
  },
  async check({ raw, ...exchange }) {
    if (raw === null) await answered(exchange);
    else await sent(raw);
    if (count++ % LOOK_EVERY === 0)
      await answered({ method: "GET", path: "/sessions", body: "", headers: {} });
  },
};

async function answered({ method, path, body, headers }: Omit<Exchange, "raw">): Promise<void> {
  const bodiless = method === "GET" || method === "HEAD" || body === "";
  const answer = await request(server.url + path, {
    dispatcher: agent,
    method: method as "GET",
    headers: { authorization: `Bearer ${server.key}`, "content-type": "application/json", ...headers },
    body: bodiless ? null : body,
    headersTimeout: 10_000,
    bodyTimeout: 10_000,
  });
  const text = await answer.body.text();
  hold(answer.statusCode < 500, `${method} ${path} is answered ${answer.statusCode}: ${text.slice(0, 200)}`);
  const type = String(answer.headers["content-type"] ?? "");
  if (/\bjson$/.test(type.split(";")[0]!) && method !== "HEAD" && text !== "") JSON.parse(text);
}

/** What is no HTTP, on a connection of its own. */
async function sent(bytes: string): Promise<void> {
  const { hostname, port } = new URL(server.url);
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.end(bytes));
    socket
      .on("error", () => {})
      .on("close", () => resolve())
      .resume();
    socket.setTimeout(1_000, () => socket.destroy());
  });
}

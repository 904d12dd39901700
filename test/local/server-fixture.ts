import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll } from "vitest";
import type { Clock } from "../../src/local/clock.ts";
import {
  type LocalServer,
  type LocalServerOptions,
  type ServerEvent,
  startLocalServer,
} from "../../src/local/server.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into field by field
export type Json = any;

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const APPS = join(ROOT, "test", "local", "apps");

export interface TestServer extends LocalServer {
  stateDir: string;
  events: ServerEvent[];
  /** One exchange with the key, as `X-API-Version: 2`; answers the status and the parsed body. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Runs and waits; answers the finished task. */
  run(fields: Record<string, unknown>): Promise<Json>;
  /** Submits without waiting; answers the task as it was taken. */
  submit(fields: Record<string, unknown>): Promise<Json>;
  /** Follows a task to its end. */
  finished(id: string): Promise<Json>;
  /** Resolves when the server tells an event that fits, past or to come. */
  emitted(fits: (event: ServerEvent) => boolean): Promise<ServerEvent>;
}

interface Answer {
  status: number;
  headers: Headers;
  body: Json;
}

const cleanups: (() => unknown)[] = [];

/** Runs after the test, last one first. */
export function cleanup(action: () => unknown): void {
  cleanups.push(action);
}

afterEach(async () => {
  for (let action = cleanups.pop(); action; action = cleanups.pop()) await action();
});

export function temporaryFolder(): string {
  const folder = makeFolder();
  cleanup(() => removeFolder(folder));
  return folder;
}

/** A directory of its own: it can be edited, and its processes can be told from all others. */
export function copyOfProbe(): string {
  const dir = join(temporaryFolder(), "probe");
  cpSync(join(APPS, "probe"), dir, { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
  return dir;
}

function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), "belt-local-test-"));
}

function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** One server, with warm workers, for the tests of a file that leave nothing behind in it. */
export function shareServer(options: Partial<LocalServerOptions> = {}): () => TestServer {
  let server: TestServer;
  beforeAll(async () => {
    server = await open({ stateDir: makeFolder(), ...options });
  });
  afterAll(async () => {
    await server.close();
    removeFolder(server.stateDir);
  });
  return () => server;
}

/** A server for one test. */
export async function startServer(options: Partial<LocalServerOptions> = {}): Promise<TestServer> {
  const server = await open({ stateDir: options.stateDir ?? temporaryFolder(), ...options });
  cleanup(() => server.close());
  return server;
}

/** A server with these faults; that one of them was never met fails the test. */
export async function rehearse(yaml: string, options: Partial<LocalServerOptions> = {}): Promise<TestServer> {
  const file = join(temporaryFolder(), "faults.yaml");
  writeFileSync(file, yaml);
  const server = await startServer({ scenario: { given: "faults.yaml", file }, ...options });
  cleanup(() => {
    const never = server.rehearsal()!.steps.filter(({ hits }) => hits === 0);
    if (never.length > 0) throw new Error(`never met: ${JSON.stringify(never)}`);
  });
  return server;
}

async function open(options: Partial<LocalServerOptions> & { stateDir: string }): Promise<TestServer> {
  const events: ServerEvent[] = [];
  const listeners = new Set<(event: ServerEvent) => void>();
  const server = await startLocalServer({
    root: ROOT,
    appDirs: [join(APPS, "probe")],
    port: 0,
    workers: 2,
    taskTimeoutMs: 60_000,
    dialect: null,
    statusTable: "2026",
    fileUris: "http",
    onEvent(event) {
      events.push(event);
      for (const listener of listeners) listener(event);
    },
    ...options,
  });

  const call: TestServer["call"] = async (method, path, body, headers = {}) => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${server.key}`,
        "X-API-Version": "2",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined };
  };
  const task = async (path: string, fields: Record<string, unknown>) =>
    (await call("POST", path, { app: "test/probe", input: {}, ...fields })).body;
  return {
    ...server,
    stateDir: options.stateDir,
    events,
    call,
    run: (fields) => task("/run", fields),
    submit: (fields) => task("/run?wait=false", fields),
    async finished(id) {
      const response = await fetch(`${server.url}/tasks/${id}/stream`, {
        headers: { Authorization: `Bearer ${server.key}`, Accept: "application/x-ndjson" },
      });
      await response.text();
      return (await call("GET", `/tasks/${id}`)).body;
    },
    emitted(fits) {
      const past = events.find(fits);
      if (past) return Promise.resolve(past);
      return new Promise((resolve) => {
        const listener = (event: ServerEvent) => {
          if (!fits(event)) return;
          listeners.delete(listener);
          resolve(event);
        };
        listeners.add(listener);
      });
    },
  };
}

/** Time that passes when told to. */
export function createTestClock(): Clock & { advance(ms: number): void } {
  let now = Date.parse("2026-01-01T00:00:00Z");
  const timers = new Set<{ at: number; action: () => void }>();
  return {
    now: () => now,
    after(ms, action) {
      const timer = { at: now + ms, action };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const next = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        timers.delete(next);
        now = next.at;
        next.action();
      }
      now = end;
    },
  };
}

/** Resolves when the condition holds; the test's own timeout is the bound. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

import { readFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { Connection } from "../../src/api/http/connection.ts";
import { RETRY_POLICY } from "../../src/api/http/retry-policy.ts";
import { Agent, request } from "../../src/api/http/undici.ts";
import { ROOT } from "../support/belt.ts";
import { listening } from "../support/listening.ts";
import { ForwardProxy } from "../support/proxy.ts";

const { version } = JSON.parse(readFileSync(join(ROOT, "node_modules/undici/package.json"), "utf8"));

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A server that keeps what it is sent, and never answers unless told to. */
async function startServer(onData: (socket: Socket) => void = () => {}) {
  const server = { url: "", received: "", open: 0 };
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    server.open++;
    socket.on("close", () => server.open--);
    socket.on("error", () => {});
    socket.on("data", (data) => {
      server.received += data;
      onData(socket);
    });
  });
  server.url = await listening(listener);
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    listener.close();
  });
  return server;
}

/** One POST that fails, and whether its writing had begun by then. */
async function begunBy(url: string, { proxy = null as string | null, patience = 5000 } = {}) {
  const connection = new Connection({
    baseUrl: url,
    key: null,
    version: "0",
    userAgent: "belt/0",
    requestTimeout: 5000,
    policy: RETRY_POLICY,
    signal: new AbortController().signal,
    sleep: async () => {},
    now: Date.now,
    proxy: () => proxy,
    trace() {},
    onMessage() {},
    onRetry() {},
    onWait: () => () => {},
  });
  cleanups.push(() => connection.close());
  const delivery = { begun: false };
  const leaving = new AbortController();
  setTimeout(() => leaving.abort(new Error("enough")), patience).unref();
  const sent = connection.send(
    new URL(url),
    { method: "POST", body: "run", signal: leaving.signal, headers: {} },
    delivery,
  );
  await expect(sent).rejects.toThrow();
  return delivery.begun;
}

describe(`what undici ${version} tells of a request, by which belt knows whether it may have arrived`, () => {
  it("calls onConnect of the handler that request makes, before a byte is written", async () => {
    const server = await startServer();
    const agent = new Agent();
    cleanups.push(() => agent.destroy());
    let connected = false;
    const failed = await new Promise<unknown>((resolve) => {
      const options = { origin: `http://${server.url}`, path: "/", method: "POST", body: "run" } as const;
      const from = Object.assign(Object.create(agent), {
        dispatch(...[options, handler]: Parameters<typeof agent.dispatch>) {
          expect(handler.onConnect, "onConnect is how undici told of a connection").toBeTypeOf("function");
          const onConnect = (abort: () => void) => {
            connected = true;
            abort();
          };
          return agent.dispatch(
            options,
            Object.assign(Object.create(handler), { onConnect, onError: resolve }),
          );
        },
      });
      request.call(from, options).catch(resolve);
    });
    expect(connected).toBe(true);
    expect(failed).toBeInstanceOf(Error);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(server.received).toBe("");
  });

  it("does not call it while there is no connection: refused, or a handshake that never ends", async () => {
    const gone = await startServer();
    for (const cleanup of cleanups.splice(0)) cleanup();
    expect(await begunBy(`http://${gone.url}`)).toBe(false);
    const mute = await startServer();
    expect(await begunBy(`https://${mute.url}`, { patience: 300 })).toBe(false);
    expect(mute.received).not.toBe("");
  });

  it("has called it when the request was written and the answer is lost", async () => {
    const server = await startServer((socket) => socket.destroy());
    expect(await begunBy(`http://${server.url}`)).toBe(true);
    expect(server.received).toMatch(/^POST \/ HTTP/);
  });

  it("does the same through a proxy: not before the tunnel stands", async () => {
    const server = await startServer((socket) => socket.destroy());
    const [refusing, open] = [await new ForwardProxy(403).listen(), await new ForwardProxy().listen()];
    cleanups.push(
      () => refusing.close(),
      () => open.close(),
    );
    expect(await begunBy(`http://${server.url}`, { proxy: refusing.url })).toBe(false);
    expect(refusing.tunnels).toEqual([server.url]);
    expect(server.received).toBe("");
    expect(await begunBy(`http://${server.url}`, { proxy: open.url })).toBe(true);
    expect(server.received).toMatch(/^POST \/ HTTP/);
  });

  it("hears no signal while it connects, so Connection does, and its end is that of the attempt", async () => {
    const mute = await startServer();
    const start = Date.now();
    expect(await begunBy(`https://${mute.url}`, { patience: 300 })).toBe(false);
    for (const cleanup of cleanups.splice(1)) await cleanup();
    while (mute.open > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(Date.now() - start).toBeLessThan(2500);
  });
});

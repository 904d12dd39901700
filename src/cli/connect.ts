import { setTimeout as wait } from "node:timers/promises";
import { Api, type ApiOptions } from "../api/client.ts";
import { TASK_TIMEOUT } from "../commands/dev.ts";
import { BeltError } from "../errors.ts";
import type { LocalServer } from "../local/server.ts";
import { readAddress, removeAddress, writeAddress } from "../store/address.ts";
import type { Paths } from "../store/paths.ts";
import type { Output } from "../terminal/output.ts";
import type { Host } from "./host.ts";
import type { Settings } from "./settings.ts";
import { beltVersion } from "./version.ts";

export interface Connection {
  api: Api;
  /** Lets other belts on this machine find the API with --local, until the returned function is called. */
  publish(): Promise<() => Promise<void>>;
}

interface Connecting {
  host: Host;
  settings: Settings;
  paths: Paths;
  out: Output;
  signal: AbortSignal;
}

/** The client for the API that the settings name; for --local, of a server that is found or started. */
export async function connectApi(connecting: Connecting): Promise<Connection> {
  const { host, settings, out } = connecting;
  await host.prepareForHttp();
  if (settings.local) return await connectLocal(connecting);
  if (settings.key === null) throw noKey();
  if (!/^[\x21-\x7e]+$/.test(settings.key)) throw badKey();
  out.hide(settings.key);
  const api = new Api({
    ...(await commonOptions(connecting)),
    name: settings.baseUrl!,
    baseUrl: settings.baseUrl!,
    key: settings.key,
    outlivesCommand: true,
  });
  return { api, publish: reachable };
}

/** What others can reach as it is. */
const reachable: Connection["publish"] = async () => async () => {};

/** A running `belt dev`, else a server inside this process that ends with the command. */
async function connectLocal(connecting: Connecting): Promise<Connection> {
  const { host, paths, out } = connecting;
  const options = { ...(await commonOptions(connecting)), name: "local" };
  const running = await readAddress(paths.state);
  if (running && host.isAlive(running.pid) && (await answers(running.url))) {
    out.hide(running.key);
    const { url, key } = running;
    return { api: new Api({ ...options, baseUrl: url, key, outlivesCommand: true }), publish: reachable };
  }
  const server = await startServer(connecting);
  out.hide(server.key);
  const { url, key } = server;
  return {
    api: new Api({ ...options, baseUrl: url, key, outlivesCommand: false, onClose: () => server.close() }),
    publish: async () => {
      await writeAddress(paths.state, { url, key, pid: host.pid });
      return () => removeAddress(paths.state, host.pid);
    },
  };
}

/** True when something listens there: a process may have taken over the id of a server that was killed. */
async function answers(url: string): Promise<boolean> {
  const { connect } = await import("node:net");
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), timeout: 1_000 });
  return await new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("timeout", () => resolve(false));
  }).finally(() => socket.destroy());
}

async function startServer({ host, paths }: Connecting): Promise<LocalServer> {
  const { startLocalServer } = await import("../local/server.ts");
  return await startLocalServer({
    root: host.root,
    stateDir: paths.state,
    appDirs: [],
    port: 0,
    workers: 1,
    taskTimeoutMs: TASK_TIMEOUT,
    dialect: null,
    statusTable: "2026",
    fileUris: "file",
  });
}

async function commonOptions({ host, settings, out, signal }: Connecting) {
  const version = beltVersion(host.root);
  return {
    version,
    userAgent: `belt/${version} node/${host.nodeVersion} ${host.platform}`,
    requestTimeout: settings.requestTimeout,
    pace: host.pace,
    signal,
    now: host.now,
    sleep: async (ms: number, until: AbortSignal) => {
      await wait(ms, undefined, { signal: until }).catch(() => until.throwIfAborted());
    },
    trace: (line: string) => out.trace(line),
    onMessage: ({ level, message }) => (level === "warning" ? out.warn(message) : out.note(message)),
  } satisfies Partial<ApiOptions>;
}

function badKey(): BeltError {
  return new BeltError({
    code: "bad_key",
    message: "the API key holds characters that no key has, such as a space or a line break",
    hint: "copy the key again, without anything around it",
    exit: "auth",
  });
}

function noKey(): BeltError {
  return new BeltError({
    code: "no_key",
    message: "there is no API key",
    hint: "set INFSH_API_KEY, or add --local to try belt without an account",
    exit: "auth",
  });
}

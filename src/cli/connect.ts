import { setTimeout as wait } from "node:timers/promises";
import { type Account, describeKeySource } from "../account/account.ts";
import { readProxies } from "../account/proxy.ts";
import { Api, type ApiOptions } from "../api/client.ts";
import { cannotServe, TASK_TIMEOUT } from "../commands/dev.ts";
import type { Endpoint } from "../commands/shared/context.ts";
import { BeltError } from "../errors.ts";
import { belt } from "../hint.ts";
import type { LocalServer } from "../local/server.ts";
import { makeFolder } from "../store/folder.ts";
import type { Paths } from "../store/paths.ts";
import { devAddress, ownAddress, readAddress, removeAddress, writeAddress } from "../store/server-address.ts";
import type { Output } from "../terminal/output.ts";
import type { Host } from "./host.ts";
import { beltVersion } from "./version.ts";

export interface Connection {
  api: Api;
  exposeServer: Endpoint["expose"];
}

interface Connecting {
  host: Host;
  account: Account;
  /** Milliseconds. */
  requestTimeout: number;
  paths: Paths;
  out: Output;
  signal: AbortSignal;
}

/** The client for the API of an account; for --local, of a server that is found or started. */
export async function connectApi(connecting: Connecting): Promise<Connection> {
  const { host, account, out } = connecting;
  if (account.local) return await connectLocal(connecting);
  const { baseUrl, key, keyFrom, overridden } = account;
  if (baseUrl === null || key === null) throw noKey(account);
  if (overridden !== null) {
    out.warn(
      `${describeKeySource(keyFrom)} is set, and takes the place of the current profile, ${overridden}`,
    );
  }
  out.addSecret(key);
  const proxyOf = readProxies(host.env);
  const api = new Api({
    ...(await commonOptions(connecting)),
    name: baseUrl,
    baseUrl,
    key,
    proxy: (url) => proxyOf(url)?.url.href ?? null,
    outlivesCommand: true,
  });
  return { api, exposeServer: reachable };
}

/** What others can reach as it is. */
const reachable: Connection["exposeServer"] = async () => ({ env: {}, release: async () => {} });

/** Names to the commands of `session exec` the file that says where the server of their belt answers. */
const ADDRESS_FILE = "BELT_LOCAL_ADDRESS";

/** A running `belt dev`, else a server inside this process that ends with the command. */
async function connectLocal(connecting: Connecting): Promise<Connection> {
  const { host, paths, out } = connecting;
  const options = { ...(await commonOptions(connecting)), name: "local", proxy: () => null };
  const warn = (text: string) => out.warn(text);
  const running = await readAddress(host.env[ADDRESS_FILE] || devAddress(paths.state), warn);
  if (running && host.isAlive(running.pid) && (await answers(running.url))) {
    out.addSecret(running.key);
    const { url, key } = running;
    return {
      api: new Api({ ...options, baseUrl: url, key, outlivesCommand: true }),
      exposeServer: reachable,
    };
  }
  const server = await startServer(connecting);
  out.addSecret(server.key);
  const { url, key } = server;
  return {
    api: new Api({ ...options, baseUrl: url, key, outlivesCommand: false, onClose: () => server.close() }),
    exposeServer: async () => {
      const file = ownAddress(paths.state, host.pid);
      await writeAddress(file, { url, key, pid: host.pid }, { owner: host, warn });
      return { env: { [ADDRESS_FILE]: file }, release: () => removeAddress(file, host.pid) };
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
  const starting = makeFolder(paths.state).then(() =>
    startLocalServer({
      root: host.root,
      stateDir: paths.state,
      appDirs: [],
      port: 0,
      workers: 1,
      taskTimeoutMs: TASK_TIMEOUT,
      dialect: null,
      statusTable: "2026",
      fileUris: "file",
    }),
  );
  return await starting.catch((thrown) => {
    throw cannotServe(thrown, 0);
  });
}

async function commonOptions({ host, account, requestTimeout, out, signal }: Connecting) {
  const version = beltVersion(host.root);
  return {
    version,
    userAgent: `belt/${version} node/${host.nodeVersion} ${host.platform}`,
    requestTimeout,
    statusTable: account.statusTable,
    policy: host.policy,
    signal,
    now: host.now,
    sleep: async (ms: number, until: AbortSignal) => {
      // A signal of its own: hundreds may sleep until one and the same.
      await wait(ms, undefined, { signal: AbortSignal.any([until]) }).catch(() => until.throwIfAborted());
    },
    trace: (line: string) => out.trace(line),
    onRetry: (text: string) => out.retry(text),
    onMessage: ({ level, message }) => (level === "warning" ? out.warn(message) : out.note(message)),
  } satisfies Partial<ApiOptions>;
}

function noKey({ profile, profileFrom, choices }: Account): BeltError {
  // A profile that is merely the current one is not where login stores a key unless it is told to.
  const login = profileFrom === "current" ? belt("login", "--profile", profile ?? "") : belt("login");
  const one = choices.length === 1 ? choices[0]! : "<name>";
  const first =
    choices.length === 0
      ? [login, " stores one"]
      : [belt("profile use", one), " chooses a profile that has one"];
  return new BeltError({
    code: "no_key",
    message: "there is no API key",
    hint: [...first, ", or set INFSH_API_KEY, or add --local to try belt without an account"],
    exit: "auth",
  });
}

import { setTimeout as wait } from "node:timers/promises";
import { type Account, describeKeySource } from "../account/account.ts";
import { readProxies, withoutProxy } from "../account/proxy.ts";
import { Api, type ApiOptions } from "../api/client.ts";
import { cannotServe, scenarioOf, TASK_TIMEOUT } from "../commands/dev/server.ts";
import type { Endpoint } from "../commands/shared/context.ts";
import { BeltError } from "../errors.ts";
import { belt } from "../hint.ts";
import type { LocalServer } from "../local/server.ts";
import { makeFolder } from "../store/folder.ts";
import type { Paths } from "../store/paths.ts";
import {
  ADDRESS_VARIABLE,
  devAddress,
  ownAddress,
  readAddress,
  removeAddress,
  type ServerAddress,
  writeAddress,
} from "../store/server-address.ts";
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
  /** Faults of a local server, which is then one of this command's own. */
  scenario?: string | undefined;
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

/** A running `belt dev`, else a server inside this process that ends with the command. */
async function connectLocal(connecting: Connecting): Promise<Connection> {
  const { host, paths, out, scenario } = connecting;
  const options = { ...(await commonOptions(connecting)), name: "local", proxy: () => null };
  const warn = (text: string) => out.warn(text);
  const running = scenario === undefined ? await runningServer(connecting, host.env[ADDRESS_VARIABLE]) : null;
  if (running) {
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
    api: new Api({
      ...options,
      baseUrl: url,
      key,
      outlivesCommand: false,
      onClose: () => endServer(server, out),
    }),
    exposeServer: async () => {
      const file = ownAddress(paths.state, host.pid);
      await writeAddress(file, { url, key, pid: host.pid }, { owner: host, warn });
      return { env: { [ADDRESS_VARIABLE]: file }, release: () => removeAddress(file, host.pid) };
    },
  };
}

/** The `belt dev` of this state folder, or the server behind another address file, if it is there. */
export async function runningServer(
  { host, paths, out }: Pick<Connecting, "host" | "paths" | "out">,
  file?: string,
): Promise<ServerAddress | null> {
  const address = await readAddress(file || devAddress(paths.state), (text) => out.warn(text));
  const isThere = address && host.isAlive(address.pid) && (await answers(address.url));
  return isThere ? address : null;
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

/** Says first what of a scenario was rehearsed. */
async function endServer(server: LocalServer, out: Output): Promise<void> {
  const rehearsal = server.rehearsal();
  if (rehearsal) {
    const { rehearsalText } = await import("../views/rehearsal-view.ts");
    out.note(rehearsalText(rehearsal));
  }
  await server.close();
}

async function startServer({ host, paths, scenario, signal }: Connecting): Promise<LocalServer> {
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
      workerEnvironment: withoutProxy(host.env),
      scenario: scenarioOf(scenario, host.cwd),
      signal,
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
    onWait: () => out.progress.waiting(`waiting for ${account.local ? "the local server" : hostOf(account)}`),
    onMessage: ({ level, message }) => (level === "warning" ? out.warn(message) : out.note(message)),
  } satisfies Partial<ApiOptions>;
}

function hostOf({ baseUrl }: Account): string {
  return new URL(baseUrl!).host;
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

import { setMaxListeners } from "node:events";
import type { buildConnector, Dispatcher } from "undici";
import { reusingConnector } from "./read-buffers.ts";
import { Agent, proxyParts } from "./undici.ts";

/** Requests under way at once; further ones wait for their turn. More than the streams kept open, so that polls get through. */
const CONNECTIONS = 64;

/** The longest wait for a connection, in milliseconds. */
const CONNECT_TIMEOUT = 10_000;

interface DispatchersOptions {
  /** Milliseconds. */
  requestTimeout: number;
  /** The proxy to go through to this address, or null. */
  proxy(url: URL): string | null;
}

/** Connections, straight or through a proxy; undici's proxy agent is loaded only where one is in the way. */
export class Dispatchers {
  readonly #options: DispatchersOptions;
  readonly #straight: Agent;
  /** Straight as well, for files. */
  readonly #files: Agent;
  readonly #proxied = new Map<string, Promise<Dispatcher>>();
  /** A connection that is still being made is no client's yet, so that destroying those would leave it. */
  readonly #closing = new AbortController();

  constructor(options: DispatchersOptions) {
    this.#options = options;
    setMaxListeners(0, this.#closing.signal);
    this.#straight = new Agent({ connections: CONNECTIONS, connect: this.#connect });
    this.#files = new Agent({ connections: CONNECTIONS, connect: reusingConnector(this.#connect) });
  }

  async for(url: URL, isFile: boolean): Promise<Dispatcher> {
    const proxy = this.#options.proxy(url);
    if (proxy === null) return isFile ? this.#files : this.#straight;
    const known = this.#proxied.get(proxy);
    if (known) return await known;
    const made = this.#through(proxy);
    this.#proxied.set(proxy, made);
    return await made;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const proxied = await Promise.all(this.#proxied.values());
    await Promise.all([this.#straight, this.#files, ...proxied].map((dispatcher) => dispatcher.destroy()));
  }

  async #through(proxy: string): Promise<Dispatcher> {
    const { ProxyAgent, Pool, connect } = await proxyParts();
    return new ProxyAgent({
      uri: proxy,
      connections: CONNECTIONS,
      proxyTls: this.#connect,
      requestTls: this.#connect,
      factory: (origin, options) => new Pool(origin, { ...options, connect: onceOnly(options) }),
      // A tunnel is opened with `connect`, which undici's index, not loaded here, would have given every client.
      clientFactory: (origin, options) => Object.assign(new Pool(origin, options), { connect }),
    });
  }

  get #connect() {
    const timeout = Math.min(this.#options.requestTimeout, CONNECT_TIMEOUT);
    return { timeout, signal: this.#closing.signal };
  }
}

/** undici opens a tunnel whose connection was closed again without end; the request is told of it instead. */
function onceOnly({ connect }: { connect?: unknown }): buildConnector.connector {
  return (options, done) =>
    (connect as buildConnector.connector)(options, (...[error, socket]) =>
      error ? done(new Error(error.message, { cause: error }), null) : done(null, socket),
    );
}

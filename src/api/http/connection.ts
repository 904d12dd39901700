import type { Dispatcher } from "undici";
import { BeltError } from "../../errors.ts";
import { Dispatchers } from "./dispatchers.ts";
import { networkError } from "./network-errors.ts";
import type { HttpOptions } from "./request.ts";
import type { ApiResponse } from "./response.ts";
import { ServerClock } from "./server-clock.ts";
import { request } from "./undici.ts";

/** Whether a request has begun to be written to a connection, so that it may have arrived. */
export interface Delivery {
  begun: boolean;
  onBegin?(): void;
}

/** `isFile`: its answer may be large. */
type SendOptions = Omit<Dispatcher.RequestOptions, "origin" | "path"> & { isFile?: boolean };

/** Single requests to any address, traced and never repeated; the key goes to the base URL's origin only. */
export class Connection {
  readonly #options: HttpOptions;
  readonly #dispatchers: Dispatchers;
  readonly #base: URL;
  readonly clock = new ServerClock();

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#dispatchers = new Dispatchers(options);
    this.#base = new URL(options.baseUrl);
  }

  url(path: string): URL {
    return new URL(this.#options.baseUrl.replace(/\/+$/, "") + path);
  }

  headers(url: URL): Record<string, string> {
    const { key, version, userAgent } = this.#options;
    const headers: Record<string, string> = {
      accept: "application/json",
      "user-agent": userAgent,
      "x-client-source": `belt/${version}`,
      "x-api-version": "2",
    };
    if (key !== null && url.origin === this.#base.origin) headers["authorization"] = `Bearer ${key}`;
    return headers;
  }

  async send(
    url: URL,
    { isFile = false, ...options }: SendOptions,
    delivery: Delivery = { begun: false },
  ): Promise<Dispatcher.ResponseData> {
    const dispatcher = await this.#dispatchers.for(url, isFile);
    const { now, trace } = this.#options;
    const start = now();
    const line = (outcome: string) =>
      `${options.method} ${url.origin}${url.pathname}${url.search} ${outcome} ${now() - start}ms`;
    try {
      const target = { origin: url.origin, path: url.pathname + url.search };
      const asked = request.call(watched(dispatcher, delivery), { ...target, ...options });
      const answer = await orLeft(asked, options.signal, delivery);
      const { date, requestId } = responseHead(answer);
      if (url.origin === this.#base.origin) this.clock.note(date, now());
      trace([line(String(answer.statusCode)), requestId].filter(Boolean).join(" "));
      return answer;
    } catch (thrown) {
      trace(line(thrown instanceof Error ? thrown.message || thrown.name : "failed"));
      throw thrown;
    }
  }

  /** What a connection met, in words; a proxy in between is the likelier culprit. */
  explain(thrown: unknown, url = this.url("")): BeltError {
    if (thrown instanceof BeltError) return thrown;
    return networkError(thrown, url.origin, this.#options.proxy(url));
  }

  async close(): Promise<void> {
    await this.#dispatchers.close();
  }
}

/**
 * The same dispatcher, noting when a request has a connection to be written to. Until then it
 * certainly did not arrive, whatever the error is called: no route, no descriptor, no trust.
 */
function watched(dispatcher: Dispatcher, delivery: Delivery): Dispatcher {
  return Object.assign(Object.create(dispatcher) as Dispatcher, {
    dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler) {
      const begin = handler.onConnect?.bind(handler);
      handler.onConnect = (abort) => {
        delivery.begun = true;
        delivery.onBegin?.();
        begin?.(abort);
      };
      return dispatcher.dispatch(options, handler);
    },
  });
}

/** undici hears a signal only once there is a connection, and to make one may take long. */
function orLeft<T>(asked: Promise<T>, signal: unknown, delivery: Delivery): Promise<T> {
  if (!(signal instanceof AbortSignal)) return asked;
  return new Promise((resolve, reject) => {
    const leave = () => {
      if (!delivery.begun) reject(signal.reason);
    };
    signal.addEventListener("abort", leave, { once: true });
    void asked.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}

/** `date` as sent. */
export type ResponseHead = Omit<ApiResponse, "text" | "body"> & { date: string | undefined };

export function responseHead(answer: Dispatcher.ResponseData): ResponseHead {
  const header = (name: string) => {
    const value = answer.headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  return {
    status: answer.statusCode,
    contentType: header("content-type") ?? "",
    requestId: header("x-request-id") ?? header("request-id"),
    retryAfter: header("retry-after"),
    date: header("date"),
  };
}

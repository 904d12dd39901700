import type { Dispatcher } from "undici";
import { BeltError } from "../errors.ts";
import { stringifyJson } from "../wire/json.ts";
import { Dispatchers } from "./dispatchers.ts";
import type { Exchange, HttpOptions, OpenStream, Transfer } from "./exchange.ts";
import { isAbort, lostAnswer, networkError, timedOut } from "./failure.ts";
import { type Probe, readProbe } from "./probe.ts";
import { delayBeforeRepeat, isInDoubt } from "./repeat.ts";
import { type Message, type Reply, readReply } from "./reply.ts";
import { request } from "./transport.ts";

const MAX_REDIRECTS = 5;

const NEVER = new AbortController().signal;

/** One API server over HTTP: exchanges with bounded retries, and streams. */
export class Http {
  readonly #options: HttpOptions;
  readonly #dispatchers: Dispatchers;
  readonly #passed = new Set<string>();

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#dispatchers = new Dispatchers(options);
  }

  /**
   * One request and its answer, read from any format. Throws a BeltError: the API's own
   * refusal, or exit 6 when there was no answer; a `repeat: "unsent"` request whose answer
   * was lost says that it may have taken effect.
   */
  async exchange(what: Exchange): Promise<unknown> {
    const { pace, sleep } = this.#options;
    const leaving = what.signal ?? this.#options.signal;
    for (let attempt = 0; ; attempt++) {
      leaving.throwIfAborted();
      try {
        const { value, messages } = readReply(await this.#send(what, what.finishOnceSent ? NEVER : leaving));
        this.#pass(messages);
        return value;
      } catch (thrown) {
        if (!what.finishOnceSent) leaving.throwIfAborted();
        const delay = delayBeforeRepeat(what, thrown, pace, attempt);
        if (delay === null) throw this.#explain(what, thrown);
        await sleep(delay, leaving);
      }
    }
  }

  /** Notes beside answers are passed on once, however often the API repeats them. */
  #pass(messages: Message[]): void {
    for (const message of messages) {
      if (!this.#passed.has(message.message)) this.#options.onMessage(message);
      this.#passed.add(message.message);
    }
  }

  /** Opens a task's stream; the body then ends with an error after `pace.silence` without a byte. */
  async stream(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<OpenStream> {
    const { requestTimeout, pace } = this.#options;
    const url = this.#url(path);
    const dispatcher = await this.#dispatchers.for(url);
    const answer = await this.#traced("GET", url, () =>
      request.call(dispatcher, {
        ...target(url),
        method: "GET",
        headers: { ...this.#headers(url), ...headers },
        headersTimeout: requestTimeout,
        bodyTimeout: pace.silence,
        // A signal of its own: many streams share the one that is given, and each adds its listeners.
        signal: AbortSignal.any([signal]),
      }),
    ).catch((thrown) => {
      throw signal.aborted ? signal.reason : networkError(thrown, this.#place(url));
    });
    if (answer.statusCode !== 200) {
      const text = await answer.body.text();
      readReply({ ...replyHead(answer), text });
      throw new BeltError({
        code: "unexpected_reply",
        message: `the stream answered with HTTP ${answer.statusCode}`,
        exit: "unavailable",
        httpStatus: answer.statusCode,
        retryable: true,
      });
    }
    return { contentType: replyHead(answer).contentType, chunks: answer.body };
  }

  /** One GET, not repeated, for what its answer shows of the server. */
  async probe(path: string): Promise<Probe> {
    const { now, signal } = this.#options;
    const what = { method: "GET", path, repeat: "always" } as const;
    const sent = now();
    try {
      return readProbe(await this.#send(what, signal), sent, now());
    } catch (thrown) {
      throw this.#explain(what, thrown);
    }
  }

  /** One try, never with the key; it lasts as long as bytes keep moving. */
  async transfer({ method, url, headers, body }: Transfer): Promise<Dispatcher.ResponseData> {
    const { requestTimeout, pace, signal, userAgent } = this.#options;
    const patience = Math.max(requestTimeout, pace.silence);
    const dispatcher = await this.#dispatchers.for(url);
    return await this.#traced(method, new URL(url.origin + url.pathname), () =>
      request.call(dispatcher, {
        ...target(url),
        method,
        headers: { "user-agent": userAgent, ...headers },
        body,
        headersTimeout: patience,
        bodyTimeout: pace.silence,
        highWaterMark: 2 ** 20,
        signal,
      }),
    );
  }

  async close(): Promise<void> {
    await this.#dispatchers.close();
  }

  async #send(what: Exchange, leaving: AbortSignal): Promise<DatedReply> {
    const { requestTimeout } = this.#options;
    const tooLong = AbortSignal.timeout(requestTimeout);
    const signal = AbortSignal.any([leaving, tooLong]);
    try {
      return await this.#follow(what, this.#url(what.path), signal, 0);
    } catch (thrown) {
      if (leaving.aborted) throw isAbort(leaving.reason) ? timedOut(requestTimeout) : leaving.reason;
      throw tooLong.aborted && isAbort(thrown) ? timedOut(requestTimeout) : thrown;
    }
  }

  /** A redirected GET is followed, without the key once it leaves the API's origin. */
  async #follow(what: Exchange, url: URL, signal: AbortSignal, hops: number): Promise<DatedReply> {
    const body = what.body === undefined ? null : stringifyJson(what.body)!;
    const dispatcher = await this.#dispatchers.for(url);
    const answer = await this.#traced(what.method, url, () =>
      request.call(dispatcher, {
        ...target(url),
        method: what.method,
        headers: { ...this.#headers(url), ...(body !== null && { "content-type": "application/json" }) },
        body,
        headersTimeout: 0,
        bodyTimeout: 0,
        signal,
      }),
    );
    const text = await answer.body.text();
    const location = answer.headers["location"];
    if (answer.statusCode >= 300 && answer.statusCode < 400 && typeof location === "string") {
      const followed = what.method === "GET" && hops < MAX_REDIRECTS && URL.canParse(location, url.href);
      if (!followed) throw redirected(url, location);
      const next = new URL(location, url);
      return await this.#follow(what, next, signal, hops + 1).catch((thrown) => {
        // The address that was asked did answer; it is the next that does not.
        throw thrown instanceof BeltError || isAbort(thrown)
          ? thrown
          : networkError(thrown, this.#place(next));
      });
    }
    return { ...replyHead(answer), text };
  }

  async #traced(
    method: string,
    url: URL,
    send: () => Promise<Dispatcher.ResponseData>,
  ): Promise<Dispatcher.ResponseData> {
    const { now, trace } = this.#options;
    const start = now();
    const line = (outcome: string) =>
      `${method} ${url.origin}${url.pathname}${url.search} ${outcome} ${now() - start}ms`;
    try {
      const answer = await send();
      trace([line(String(answer.statusCode)), replyHead(answer).requestId].filter(Boolean).join(" "));
      return answer;
    } catch (thrown) {
      trace(line(thrown instanceof Error ? thrown.message || thrown.name : "failed"));
      throw thrown;
    }
  }

  #url(path: string): URL {
    return new URL(this.#options.baseUrl.replace(/\/+$/, "") + path);
  }

  /** Where a request goes, for an error; a proxy in between is the likelier culprit. */
  #place(url: URL): string {
    const proxy = this.#options.proxy(url);
    return proxy === null ? url.origin : `${url.origin} through the proxy ${new URL(proxy).origin}`;
  }

  #headers(url: URL): Record<string, string> {
    const { baseUrl, key, version, userAgent } = this.#options;
    const headers: Record<string, string> = {
      accept: "application/json",
      "user-agent": userAgent,
      "x-client-source": `belt/${version}`,
      "x-api-version": "2",
    };
    if (key !== null && url.origin === new URL(baseUrl).origin) headers["authorization"] = `Bearer ${key}`;
    return headers;
  }

  /** The failure in words; a submit whose answer is missing, or not readable, is left in doubt. */
  #explain(what: Exchange, thrown: unknown): BeltError {
    const error = thrown instanceof BeltError ? thrown : networkError(thrown, this.#place(this.#url("")));
    return isInDoubt(what, error, thrown) ? lostAnswer(error, what.inDoubt) : error;
  }
}

function target(url: URL): { origin: string; path: string } {
  return { origin: url.origin, path: url.pathname + url.search };
}

/** `date` as sent. */
type DatedReply = Reply & { date: string | undefined };

function replyHead(answer: Dispatcher.ResponseData): Omit<DatedReply, "text"> {
  const header = (name: string) => [answer.headers[name]].flat()[0];
  return {
    status: answer.statusCode,
    contentType: header("content-type") ?? "",
    requestId: header("x-request-id") ?? header("request-id"),
    retryAfter: header("retry-after"),
    date: header("date"),
  };
}

function redirected(url: URL, location: string): BeltError {
  return new BeltError({
    code: "redirected",
    message: `${url.origin} redirects to ${location}, which belt does not follow`,
    hint: "set the base URL to where the API really is: --api-url <url>, or BELT_API_URL",
    exit: "failure",
  });
}

import { setMaxListeners } from "node:events";
import type { Dispatcher } from "undici";
import { BeltError } from "../../errors.ts";
import { stringifyJson } from "../../wire/json.ts";
import { letRestGoBy, readReason, readWhole } from "./body.ts";
import { Connection, type Delivery, type ResponseHead, responseHead } from "./connection.ts";
import { decoded } from "./content-encoding.ts";
import { ambiguous, deadline, type Limit, timeLimit } from "./network-errors.ts";
import { type Probe, readProbe } from "./probe.ts";
import { readJson } from "./read-json.ts";
import { followRedirects } from "./redirects.ts";
import type { ApiRequest, HttpOptions, OpenStream, Transfer } from "./request.ts";
import { type ApiResponse, type Message, readResponse } from "./response.ts";
import { type FailedTry, isInDoubt, retryDelay, withRetries } from "./retry.ts";

/** One API server over HTTP: requests with bounded retries, streams, and transfers of files. */
export class Http {
  readonly #options: HttpOptions;
  readonly #connection: Connection;
  readonly #passed = new Set<string>();

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#connection = new Connection(options);
  }

  url(path: string): URL {
    return this.#connection.url(path);
  }

  /**
   * One request and its answer, read from any format. Throws a BeltError: the API's own refusal,
   * exit 6 when there was no answer, and exit 11 when an "if-unsent" request may have taken effect.
   * When the user leaves, it throws the reason of that signal.
   */
  async request(what: ApiRequest): Promise<unknown> {
    const over = this.#options.onWait();
    return await this.#tries(what).finally(over);
  }

  async #tries(what: ApiRequest): Promise<unknown> {
    const leaving = what.signal ?? this.#options.signal;
    return await withRetries(this.#options, {
      attempt: () => this.#try(what, leaving),
      next: (failed, tries) => {
        const delay = what.once ? null : retryDelay(what.retry, failed, this.#options.policy, tries);
        const isOver = what.deadline?.aborted || (what.uninterruptible && failed.sent && leaving.aborted);
        return delay === null || isOver ? meaning(what, failed) : delay;
      },
      signals: [leaving, what.deadline],
      // Out of patience between two tries: what the last one met says more.
      interrupted: ({ error }, reason) => (isTimeout(leaving.reason) ? error : reason),
    });
  }

  async #try(what: ApiRequest, leaving: AbortSignal): Promise<{ value: unknown } | FailedTry> {
    let over: (() => void) | undefined;
    const delivery: Delivery = { begun: false, onBegin: () => (over = what.uninterruptible?.()) };
    const left = new AbortController();
    const leave = () => {
      if (!what.uninterruptible || !delivery.begun) left.abort(leaving.reason);
    };
    // As many listen to it as there are requests under way.
    setMaxListeners(0, leaving);
    leaving.addEventListener("abort", leave, { once: true });
    try {
      const answered = await this.#roundTrip(what, [left.signal, what.deadline], delivery);
      if ("begun" in answered) return { value: answered.begun };
      const { value, messages } = readResponse(answered);
      this.#pass(messages);
      return { value };
    } catch (thrown) {
      if (left.signal.aborted) throw meaningOfLeaving(what, leaving.reason, delivery.begun);
      return { error: this.#connection.explain(thrown), sent: delivery.begun };
    } finally {
      leaving.removeEventListener("abort", leave);
      over?.();
    }
  }

  /** Notes beside answers are passed on once, however often the API repeats them. */
  #pass(messages: Message[]): void {
    for (const message of messages) {
      if (!this.#passed.has(message.message)) this.#options.onMessage(message);
      this.#passed.add(message.message);
    }
  }

  /** When it is on the server's clock, at the earliest, in milliseconds since 1970; null as long as no answer has told. */
  serverTime(time: number): number | null {
    return this.#connection.clock.earliest(time);
  }

  /** Opens a task's stream; the body then ends with an error after `policy.silence` without a byte. */
  async stream(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<OpenStream> {
    const { requestTimeout, policy } = this.#options;
    // Only the opening is bounded: a deadline would end the stream, too.
    const opening = timeLimit(requestTimeout, [signal]);
    const answer = await followRedirects(this.#connection.url(path), {
      follow: true,
      send: (url) => {
        const all = { ...this.#connection.headers(url), ...headers };
        const options = { headersTimeout: 0, bodyTimeout: policy.silence, signal: opening.signal };
        return this.#connection.send(url, { method: "GET", headers: all, ...options });
      },
    }).catch((thrown) => {
      opening.lift();
      throw signal.aborted ? signal.reason : this.#connection.explain(thrown);
    });
    opening.untimed();
    answer.body.once("close", opening.lift);
    const head = responseHead(answer);
    const body = await decoded(answer);
    if (head.status === 200) return { contentType: head.contentType, chunks: letRestGoBy(body) };
    const text = await readReason(body, anyOf(signal, deadline(requestTimeout)));
    signal.throwIfAborted();
    readResponse(await whole(head, text));
    throw noStream(head.status);
  }

  /** One GET, not repeated, for what its answer shows of the server. */
  async probe(path: string, check: (answer: unknown) => void): Promise<Probe> {
    const { now, signal, onWait } = this.#options;
    const over = onWait();
    const sent = now();
    try {
      const what = { method: "GET", path, retry: "never" } as const;
      const answered = await this.#roundTrip(what, [signal], { begun: false });
      return readProbe(answered as WholeResponse, { sent, received: now(), check });
    } catch (thrown) {
      signal.throwIfAborted();
      throw this.#connection.explain(thrown);
    } finally {
      over();
    }
  }

  /** One try, never with the key; it lasts as long as bytes keep moving. */
  async transfer({ method, url, headers, body }: Transfer): Promise<Dispatcher.ResponseData> {
    const { requestTimeout, policy, signal, userAgent } = this.#options;
    return await this.#connection.send(url, {
      method,
      headers: { "user-agent": userAgent, ...headers },
      body,
      headersTimeout: Math.max(requestTimeout, policy.silence),
      bodyTimeout: policy.silence,
      highWaterMark: 2 ** 20,
      signal: anyOf(signal),
      isFile: true,
    });
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  /** One try, answer read to its end; throws the reason of a signal, a timeout, or what the connection met. */
  async #roundTrip(
    what: ApiRequest,
    signals: (AbortSignal | undefined)[],
    delivery: Delivery,
  ): Promise<WholeResponse | Begun> {
    // A stream that answers outlives what bounds its beginning.
    const limit = timeLimit(this.#options.requestTimeout, signals);
    try {
      return await this.#send(what, limit, delivery);
    } catch (thrown) {
      const { aborted, reason } = limit.signal;
      limit.end(thrown);
      throw aborted ? reason : thrown;
    } finally {
      limit.lift();
    }
  }

  /** A redirected GET is followed, without the key once it leaves the API's origin. */
  async #send(what: ApiRequest, limit: Limit, delivery: Delivery): Promise<WholeResponse | Begun> {
    const { method, begin } = what;
    const { signal } = limit;
    const body = what.body === undefined ? null : stringifyJson(what.body)!;
    const content = {
      ...(body !== null && { "content-type": "application/json" }),
      ...(begin && { accept: "application/x-ndjson, application/json;q=0.9" }),
    };
    const bodyTimeout = begin ? this.#options.policy.silence : 0;
    const answer = await followRedirects(this.#connection.url(what.path), {
      follow: method === "GET",
      hint: "set the base URL to where the API really is: --api-url <url>, or BELT_API_URL",
      send: async (url) => {
        const headers = { ...this.#connection.headers(url), ...content };
        const options = { method, headers, body, headersTimeout: 0, bodyTimeout, signal };
        return await this.#connection.send(url, options, delivery).catch((thrown) => {
          throw signal.aborted ? thrown : this.#connection.explain(thrown, url);
        });
      },
    });
    const head = responseHead(answer);
    const chunks = await decoded(answer);
    if (begin && head.status === 200 && isStream(head.contentType)) {
      return { begun: await begin({ contentType: head.contentType, chunks }, limit.end) };
    }
    return await whole(head, await readWhole(chunks));
  }
}

/** What the beginning of a stream was read as. */
interface Begun {
  begun: unknown;
}

function isStream(contentType: string): boolean {
  return /ndjson|event-stream/i.test(contentType);
}

type WholeResponse = ApiResponse & ResponseHead;

async function whole(head: ResponseHead, text: string): Promise<WholeResponse> {
  return { ...head, text, body: await readJson(text) };
}

/** A new signal for each use: what listens to it goes with it. */
function anyOf(...signals: (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter((signal) => signal !== undefined));
}

/** What the last try of a request comes to. */
function meaning(what: ApiRequest, failed: FailedTry): BeltError {
  return isInDoubt(what.retry, failed) ? ambiguous(failed.error, what.ambiguousMessage) : failed.error;
}

/** Why the user left; a request that must not be done twice may have been done all the same. */
function meaningOfLeaving({ retry, ambiguousMessage }: ApiRequest, reason: unknown, sent: boolean): unknown {
  if (!(reason instanceof BeltError) || !sent || retry !== "if-unsent") return reason;
  const { message, hint } = ambiguous(reason, ambiguousMessage).facts;
  return reason.with({ message, hint });
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof BeltError && reason.facts.code === "timeout";
}

function noStream(httpStatus: number): BeltError {
  return new BeltError({
    code: "unexpected_reply",
    message: `the stream answered with HTTP ${httpStatus}`,
    exit: "unavailable",
    httpStatus,
    retryable: true,
  });
}

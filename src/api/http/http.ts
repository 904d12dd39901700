import type { Dispatcher } from "undici";
import { BeltError } from "../../errors.ts";
import { stringifyJson } from "../../wire/json.ts";
import { letRestGoBy, readReason, readWhole } from "./body.ts";
import { Connection, type Delivery, type ResponseHead, responseHead } from "./connection.ts";
import { ambiguous, deadline, timeLimit } from "./network-errors.ts";
import { type Probe, readProbe } from "./probe.ts";
import type { ApiRequest, HttpOptions, OpenStream, Transfer } from "./request.ts";
import { type Message, readResponse } from "./response.ts";
import { type FailedTry, isInDoubt, retryDelay } from "./retry.ts";

const MAX_REDIRECTS = 5;

/** A request that takes longer than this, in milliseconds, says that it is tried again. */
const WORTH_SAYING = 1_000;

/** One API server over HTTP: requests with bounded retries, streams, and transfers of files. */
export class Http {
  readonly #options: HttpOptions;
  readonly #connection: Connection;
  readonly #passed = new Set<string>();

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#connection = new Connection(options);
  }

  /**
   * One request and its answer, read from any format. Throws a BeltError: the API's own refusal,
   * exit 6 when there was no answer, and exit 11 when an "if-unsent" request may have taken effect.
   * When the user leaves, it throws the reason of that signal.
   */
  async request(what: ApiRequest): Promise<unknown> {
    const { policy, sleep, now } = this.#options;
    const leaving = what.signal ?? this.#options.signal;
    const began = now();
    for (let attempt = 0; ; attempt++) {
      leaving.throwIfAborted();
      what.deadline?.throwIfAborted();
      const outcome = await this.#try(what, leaving);
      if ("value" in outcome) return outcome.value;
      const delay = what.once ? null : retryDelay(what.retry, outcome, policy, attempt);
      const isOver = what.deadline?.aborted || (what.uninterruptible && outcome.sent && leaving.aborted);
      if (delay === null || isOver) throw meaning(what, outcome);
      leaving.throwIfAborted();
      if (now() - began + delay >= WORTH_SAYING) this.#sayRetry(outcome.error, delay, attempt);
      await sleep(delay, anyOf(leaving, what.deadline)).catch((reason) => {
        // Out of patience between two tries: what the last one met says more.
        throw isTimeout(leaving.reason) ? outcome.error : reason;
      });
    }
  }

  async #try(what: ApiRequest, leaving: AbortSignal): Promise<{ value: unknown } | FailedTry> {
    let over: (() => void) | undefined;
    const delivery: Delivery = { begun: false, onBegin: () => (over = what.uninterruptible?.()) };
    const left = new AbortController();
    const leave = () => {
      if (!what.uninterruptible || !delivery.begun) left.abort(leaving.reason);
    };
    leaving.addEventListener("abort", leave, { once: true });
    try {
      const { value, messages } = readResponse(
        await this.#roundTrip(what, [left.signal, what.deadline], delivery),
      );
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

  #sayRetry({ message }: BeltError, delay: number, attempt: number): void {
    const { policy, onRetry } = this.#options;
    const pause = delay > WORTH_SAYING ? ` in ${Math.ceil(delay / 1000)}s` : "";
    onRetry(`${message}, trying again${pause} (${attempt + 2} of ${policy.retries.length + 1})`);
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
    const url = this.#connection.url(path);
    // Only the opening is bounded: a deadline would end the stream, too.
    const limit = timeLimit(requestTimeout, [signal]);
    const options = {
      method: "GET",
      headers: { ...this.#connection.headers(url), ...headers },
      headersTimeout: 0,
      bodyTimeout: policy.silence,
      signal: limit.signal,
    } as const;
    const answer = await this.#connection.send(url, options).catch((thrown) => {
      limit.lift();
      throw signal.aborted ? signal.reason : this.#connection.explain(thrown);
    });
    answer.body.once("close", limit.lift);
    const head = responseHead(answer);
    limit.untimed();
    if (head.status === 200) return { contentType: head.contentType, chunks: letRestGoBy(answer.body) };
    const text = await readReason(answer.body, anyOf(signal, deadline(requestTimeout)));
    signal.throwIfAborted();
    readResponse({ ...head, text });
    throw noStream(head.status);
  }

  /** One GET, not repeated, for what its answer shows of the server. */
  async probe(path: string): Promise<Probe> {
    const { now, signal } = this.#options;
    const sent = now();
    try {
      const what = { method: "GET", path, retry: "never" } as const;
      return readProbe(await this.#roundTrip(what, [signal], { begun: false }), sent, now());
    } catch (thrown) {
      signal.throwIfAborted();
      throw this.#connection.explain(thrown);
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
  ): Promise<WholeResponse> {
    const limit = timeLimit(this.#options.requestTimeout, signals);
    const ending = limit.signal;
    try {
      return await this.#follow(what, this.#connection.url(what.path), ending, delivery, 0);
    } catch (thrown) {
      throw ending.aborted ? ending.reason : thrown;
    } finally {
      limit.lift();
    }
  }

  /** A redirected GET is followed, without the key once it leaves the API's origin. */
  async #follow(
    what: ApiRequest,
    url: URL,
    signal: AbortSignal,
    delivery: Delivery,
    hops: number,
  ): Promise<WholeResponse> {
    const body = what.body === undefined ? null : stringifyJson(what.body)!;
    const headers = {
      ...this.#connection.headers(url),
      ...(body !== null && { "content-type": "application/json" }),
    };
    const options = { method: what.method, headers, body, headersTimeout: 0, bodyTimeout: 0, signal };
    const answer = await this.#connection.send(url, options, delivery);
    const reply = { ...responseHead(answer), text: await readWhole(answer.body) };
    const location = answer.headers["location"];
    if (reply.status < 300 || reply.status >= 400 || typeof location !== "string") return reply;
    const followed = what.method === "GET" && hops < MAX_REDIRECTS && URL.canParse(location, url.href);
    if (!followed) throw redirected(url, location, reply.status);
    const next = new URL(location, url);
    return await this.#follow(what, next, signal, delivery, hops + 1).catch((thrown) => {
      // The address that was asked did answer; it is the next that does not.
      throw signal.aborted ? thrown : this.#connection.explain(thrown, next);
    });
  }
}

type WholeResponse = ResponseHead & { text: string };

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

function redirected(url: URL, location: string, httpStatus: number): BeltError {
  return new BeltError({
    code: "redirected",
    message: `${url.origin} redirects to ${location}, which belt does not follow`,
    hint: "set the base URL to where the API really is: --api-url <url>, or BELT_API_URL",
    exit: "failure",
    httpStatus,
  });
}

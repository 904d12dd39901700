import { setMaxListeners } from "node:events";
import { BeltError } from "../../errors.ts";
import { belt } from "../../hint.ts";

export function timedOut(ms: number): BeltError {
  return new BeltError({
    code: "timeout",
    message: `no answer within ${ms / 1000}s`,
    hint: "try again, or allow more time with --request-timeout",
    exit: "unavailable",
    retryable: true,
  });
}

/**
 * A signal that aborts after `ms` milliseconds, with a BeltError as its reason: that of
 * `AbortSignal.timeout` would reach the user as a bug. It keeps no process alive.
 */
export function deadline(ms: number, reason?: BeltError): AbortSignal {
  return timeLimit(ms, [], reason && (() => reason)).signal;
}

/** A bound on one of thousands of exchanges. */
export interface Limit {
  signal: AbortSignal;
  /** Ends it now. */
  end(reason: unknown): void;
  /** From now on time does not end it, only the signals it was made of. */
  untimed(): void;
  /** Takes it away; without that it would be kept until its time is over. */
  lift(): void;
}

/**
 * The same for what is done thousands of times, ended by these signals, too. `AbortSignal.any` would
 * do, but what it makes outlives its use until all of memory is gone through.
 */
export function timeLimit(
  ms: number,
  signals: readonly (AbortSignal | undefined)[] = [],
  reason = () => timedOut(ms),
): Limit {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(reason()), ms).unref();
  const sources = signals.filter((signal) => signal !== undefined);
  const end = (reason: unknown) => controller.abort(reason);
  const onAbort = (event: Event) => end((event.target as AbortSignal).reason);
  for (const source of sources) {
    // As many listen to it as there are exchanges under way.
    setMaxListeners(0, source);
    if (source.aborted) end(source.reason);
    else source.addEventListener("abort", onAbort, { once: true });
  }
  const untimed = () => clearTimeout(timer);
  const lift = () => {
    untimed();
    for (const source of sources) source.removeEventListener("abort", onAbort);
  };
  return { signal: controller.signal, end, untimed, lift };
}

/** A request whose answer never came: it may have taken effect or not, and belt says so rather than guess. */
export function ambiguous(error: BeltError, message = "the request may have taken effect"): BeltError {
  const lost = error.facts.httpStatus === undefined ? "the answer was lost, so " : "";
  return error.with({
    code: "answer_lost",
    message: `${error.message}; ${lost}${message}`,
    hint: [
      "look at what is there before trying again (",
      belt("task list"),
      "); belt does not repeat this by itself",
    ],
    exit: "inDoubt",
    retryable: false,
  });
}

const UNREACHABLE: Record<string, string> = {
  ECONNREFUSED: "nothing answers there (connection refused)",
  ENOTFOUND: "the host name is not known (DNS)",
  EAI_AGAIN: "the host name could not be looked up (DNS)",
  UND_ERR_CONNECT_TIMEOUT: "no connection could be made in time",
  ETIMEDOUT: "no connection could be made in time",
  ENETUNREACH: "there is no route to that network",
  EHOSTUNREACH: "there is no route to that host",
  EMFILE: "this process may open no more files or connections",
  ENFILE: "this machine may open no more files or connections",
};

const BROKEN: Record<string, string> = {
  ECONNRESET: "was closed before the answer came",
  EPIPE: "was closed before the answer came",
  UND_ERR_SOCKET: "was closed before the answer came",
  UND_ERR_BODY_TIMEOUT: "went silent",
  UND_ERR_HEADERS_TIMEOUT: "brought no answer in time",
};

/** zlib's codes of what is damaged, or is not compressed at all: "Z_DATA_ERROR", "ERR__ERROR_FORMAT_PADDING_1". */
const UNPACKING = /^(Z_|ERR__ERROR_|ERR_BROTLI_)/;

/** What went wrong on the way to a place, such as an origin, in words; `proxy` is the one that is in the way. */
export function networkError(thrown: unknown, origin: string, proxy: string | null = null): BeltError {
  const place = proxy === null ? origin : `${origin} through the proxy ${new URL(proxy).origin}`;
  const codes = failureCodes(thrown);
  if (codes.some((code) => UNPACKING.test(code))) return notUnpacked(thrown, place);
  const certificate = codes.some(isCertificate);
  const code = codes.find((one) => (certificate ? isCertificate(one) : one in UNREACHABLE)) ?? codes[0] ?? "";
  const detail = (messageOf(thrown) || code || "the connection failed").split("\n")[0]!;
  return new BeltError({
    code: "network",
    message: BROKEN[code]
      ? `the connection to ${place} ${BROKEN[code]}`
      : `cannot reach ${place}: ${UNREACHABLE[code] ?? detail}`,
    hint: certificate
      ? "the server's certificate is not trusted here; add its authority with NODE_EXTRA_CA_CERTS"
      : proxy === null
        ? "check the network and the base URL (--api-url, BELT_API_URL), then try again"
        : "check the proxy (HTTPS_PROXY, HTTP_PROXY) and the network, then try again",
    exit: "unavailable",
    retryable: !certificate,
    cause: thrown,
  });
}

function notUnpacked(thrown: unknown, place: string): BeltError {
  return new BeltError({
    code: "unreadable_reply",
    message: `the answer of ${place} is compressed and cannot be unpacked: ${messageOf(thrown)}`,
    hint: "check whether a proxy stands in between; run again with -v to see the requests",
    exit: "failure",
    retryable: true,
    cause: thrown,
  });
}

function isCertificate(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|HOSTNAME_MISMATCH|ERR_TLS/.test(code);
}

/** An AggregateError has no words of its own; those of its first error stand for all. */
function messageOf(thrown: unknown): string {
  if (thrown instanceof AggregateError) return thrown.errors.map(messageOf).find(Boolean) ?? "";
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The system's error codes; connecting to a name with several addresses fails with one for each. */
function failureCodes(thrown: unknown): string[] {
  if (thrown instanceof AggregateError) return thrown.errors.flatMap(failureCodes);
  const { code, cause } = (thrown ?? {}) as { code?: unknown; cause?: unknown };
  if (typeof code === "string") return [code];
  return cause === undefined ? [] : failureCodes(cause);
}

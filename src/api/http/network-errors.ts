import { BeltError } from "../../errors.ts";

/** True when the request certainly never reached the API, so that sending it again cannot do it twice. */
export function wasNeverSent(thrown: unknown): boolean {
  if (thrown instanceof Error && TUNNEL_REFUSED.test(thrown.message)) return true;
  const codes = failureCodes(thrown);
  const never = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_INVALID_ARG"]);
  return codes.length > 0 && codes.every((code) => never.has(code));
}

/** undici's words for a proxy that does not let a request through; they have no code of their own. */
const TUNNEL_REFUSED = /^Proxy response \(\d+\)/;

export function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && (thrown.name === "AbortError" || thrown.name === "TimeoutError");
}

export function timedOut(ms: number): BeltError {
  return new BeltError({
    code: "timeout",
    message: `the API did not answer within ${ms / 1000}s`,
    hint: "try again, or allow more time with --request-timeout",
    exit: "unavailable",
    retryable: true,
  });
}

/** A request whose answer never came: it may have taken effect or not, and belt says so rather than guess. */
export function lostAnswer(error: BeltError, doubt = "the request may have taken effect"): BeltError {
  const lost = error.facts.httpStatus === undefined ? "the answer was lost, so " : "";
  return error.with({
    code: "answer_lost",
    message: `${error.message}; ${lost}${doubt}`,
    hint: "look at what is there before trying again (belt task list); belt does not repeat this by itself",
    exit: "unavailable",
    retryable: false,
  });
}

/** What went wrong on the way to a place, such as an origin, in words. */
export function networkError(thrown: unknown, place: string): BeltError {
  const code = failureCodes(thrown)[0] ?? "";
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  const reasons: Record<string, string> = {
    ECONNREFUSED: "nothing answers there (connection refused)",
    ENOTFOUND: "the host name is not known (DNS)",
    EAI_AGAIN: "the host name could not be looked up (DNS)",
    UND_ERR_CONNECT_TIMEOUT: "no connection could be made in time",
  };
  const reached: Record<string, string> = {
    ECONNRESET: "was closed before the answer came",
    EPIPE: "was closed before the answer came",
    UND_ERR_SOCKET: "was closed before the answer came",
    UND_ERR_BODY_TIMEOUT: "went silent",
    UND_ERR_HEADERS_TIMEOUT: "brought no answer in time",
  };
  const what = reached[code];
  const certificate = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/.test(code);
  return new BeltError({
    code: "network",
    message: what
      ? `the connection to ${place} ${what}`
      : `cannot reach ${place}: ${reasons[code] ?? detail}`,
    hint: certificate
      ? "the server's certificate is not trusted here; add its authority with NODE_EXTRA_CA_CERTS"
      : "check the network and the base URL (--api-url, BELT_API_URL), then try again",
    exit: "unavailable",
    retryable: !certificate,
    cause: thrown,
  });
}

/** The system's error codes; connecting to a name with several addresses fails with one for each. */
function failureCodes(thrown: unknown): string[] {
  if (thrown instanceof AggregateError) return thrown.errors.flatMap(failureCodes);
  const code = (thrown as { code?: unknown } | null)?.code;
  return typeof code === "string" ? [code] : [];
}

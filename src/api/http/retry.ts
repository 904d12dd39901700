import type { BeltError } from "../../errors.ts";
import type { RetryPolicy } from "./retry-policy.ts";

/** "idempotent": doing it twice is doing it once. "if-unsent": only if it certainly did not arrive. "never": not even then. */
export type RetryMode = "idempotent" | "if-unsent" | "never";

/** One try of a request that brought no success. */
export interface FailedTry {
  error: BeltError;
  /** False when not a byte of the request can have reached the API. */
  sent: boolean;
}

/**
 * Milliseconds to wait before the same request is sent again; null when it is not
 * (src/cli/README.md, "Retries and doubt").
 */
export function retryDelay(
  mode: RetryMode,
  { error, sent }: FailedTry,
  { retries, longestRetryAfter }: RetryPolicy,
  attempt: number,
): number | null {
  const next = retries[attempt];
  const { retryable, retryAfter = 0 } = error.facts;
  if (next === undefined || !retryable || retryAfter > longestRetryAfter) return null;
  const safe = mode === "idempotent" || (mode === "if-unsent" && (!sent || wasTurnedAway(error)));
  return safe ? Math.max(next, retryAfter) : null;
}

/** True when a request that must not be done twice may have been done, and no readable answer says so. */
export function isInDoubt(mode: RetryMode, { error, sent }: FailedTry): boolean {
  if (mode !== "if-unsent" || !sent || wasTurnedAway(error)) return false;
  const { code, httpStatus, exit } = error.facts;
  if (httpStatus === undefined) return true;
  // A server's trouble may have come after the work had begun; a session's error is an answer.
  if (httpStatus >= 500) return exit === "unavailable";
  return httpStatus === 303 || (httpStatus < 300 && NOT_READABLE.has(code));
}

/** Codes of a success that says nothing: half an answer, or a page in place of one. */
const NOT_READABLE = new Set(["unreadable_reply", "unexpected_reply", "answer_too_large"]);

/** The API's own word that it did not take the request on. */
function wasTurnedAway({ facts: { httpStatus, retryAfter } }: BeltError): boolean {
  return httpStatus === 429 || (httpStatus === 503 && retryAfter !== undefined);
}

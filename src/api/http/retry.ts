import type { BeltError } from "../../errors.ts";
import type { RetryPolicy } from "./retry-policy.ts";

/** "idempotent": doing it twice is doing it once. "if-unsent": only if it certainly did not arrive. "never": not even then. */
export type RetryMode = "idempotent" | "if-unsent" | "never";

/** One try of a request that brought no success. */
export interface FailedTry {
  error: BeltError;
  /** False when not a byte of the request can have reached the API. */
  sent: boolean;
  /** True when the next try goes on where this one ended, so that it is a first try again. */
  advanced?: boolean;
}

/** A request that takes longer than this, in milliseconds, says that it is tried again. */
const WORTH_SAYING = 1_000;

export interface Pacing {
  policy: RetryPolicy;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  now(): number;
  /** "no answer within 30s, trying again (2 of 4)" */
  onRetry(text: string): void;
}

export interface Tries<T> {
  attempt(): Promise<{ value: T } | FailedTry>;
  /** Milliseconds before the next try, or what to throw in place of it. */
  next(failed: FailedTry, tries: number): number | BeltError;
  /** End the tries and the pauses between them with their reasons. */
  signals: readonly (AbortSignal | undefined)[];
  /** What to throw in place of that reason when it ends a pause. */
  interrupted?(failed: FailedTry, reason: unknown): unknown;
}

/** Tries until it succeeds or there is no next try; says so once people wonder what takes so long. */
export async function withRetries<T>(
  pacing: Pacing,
  { attempt, next, signals, interrupted }: Tries<T>,
): Promise<T> {
  const { policy, sleep, now, onRetry } = pacing;
  const began = now();
  const unsaid: string[] = [];
  for (let tries = 0; ; tries++) {
    for (const signal of signals) signal?.throwIfAborted();
    const outcome = await attempt();
    if ("value" in outcome) return outcome.value;
    if (outcome.advanced) tries = 0;
    const delay = next(outcome, tries);
    if (typeof delay !== "number") throw delay;
    for (const signal of signals) signal?.throwIfAborted();
    unsaid.push(notice(outcome.error, delay, tries, policy));
    // What was quick is told with the first that is not, so that the count begins at its beginning.
    if (now() - began + delay >= WORTH_SAYING) for (const text of unsaid.splice(0)) onRetry(text);
    const leaving = AbortSignal.any(signals.filter((signal) => signal !== undefined));
    await sleep(delay, leaving).catch((reason) => {
      throw interrupted ? interrupted(outcome, reason) : reason;
    });
  }
}

function notice({ message }: BeltError, delay: number, tries: number, { retries }: RetryPolicy): string {
  const pause = delay > WORTH_SAYING ? ` in ${Math.ceil(delay / 1000)}s` : "";
  return `${message}, trying again${pause} (${tries + 2} of ${retries.length + 1})`;
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

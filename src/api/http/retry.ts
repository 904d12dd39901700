import { BeltError } from "../../errors.ts";
import { wasNeverSent } from "./network-errors.ts";
import type { Exchange } from "./request.ts";
import type { Pace } from "./timings.ts";

/** Milliseconds to wait after a failed try before the same request may be sent again; null when it may not (cli.md section 3). */
export function delayBeforeRepeat(
  { repeat }: Exchange,
  thrown: unknown,
  { retries, longestRetryAfter }: Pace,
  attempt: number,
): number | null {
  const next = retries[attempt];
  if (next === undefined || repeat === "never") return null;
  if (!(thrown instanceof BeltError)) return repeat === "always" || wasNeverSent(thrown) ? next : null;
  const { httpStatus: status, code, retryAfter } = thrown.facts;
  if (retryAfter !== undefined && retryAfter > longestRetryAfter) return null;
  if (status === 429) return Math.max(next, retryAfter ?? 0);
  if (status === 503 && retryAfter !== undefined) return Math.max(next, retryAfter);
  const passing = code === "timeout" || status === 502 || status === 503 || status === 504;
  return repeat === "always" && passing ? next : null;
}

/** True when a request that must not be done twice may have been done, and nobody said so. */
export function isInDoubt({ repeat }: Exchange, error: BeltError, thrown: unknown): boolean {
  return repeat === "unsent" && provesNothing(error) && !wasNeverSent(thrown);
}

/** True without an answer, with half of one, or with a server's trouble that may have come after the work had begun. */
function provesNothing({ facts: { code, httpStatus = 0, retryAfter, exit } }: BeltError): boolean {
  if (code === "network" || code === "timeout" || code === "unreadable_reply") return true;
  const turnedAway = httpStatus === 503 && retryAfter !== undefined;
  return httpStatus >= 500 && exit === "unavailable" && !turnedAway;
}

import { BeltError } from "../../errors.ts";
import type { Api } from "../client.ts";
import { timedOut, timeLimit } from "../http/network-errors.ts";
import { isRefusal } from "./contact.ts";

interface Asking<Whole> {
  /** One request, not repeated. */
  ask(signal: AbortSignal): Promise<Whole>;
  isEnd(answer: Whole): boolean;
  /** What the API still says when it is not: "shows it as running". */
  stale: string;
  /** What it means that none was had. */
  missing(error: BeltError): BeltError;
  signal: AbortSignal;
}

/** The whole document of what is said to have ended: asks until the answer says so, too, for a bounded time. */
export async function askForEnd<Whole>(
  { policy, now, sleep }: Pick<Api, "policy" | "now" | "sleep">,
  { ask, isEnd, stale, missing, signal }: Asking<Whole>,
): Promise<Whole> {
  const { finalRead, reconnects } = policy;
  const until = now() + finalRead;
  let error: BeltError | undefined;
  for (let tries = 0; ; tries++) {
    const limit = timeLimit(until - now(), [signal], () => error ?? timedOut(finalRead));
    const answer = await ask(limit.signal)
      .catch((thrown) => {
        signal.throwIfAborted();
        if (thrown instanceof BeltError) return thrown;
        throw thrown;
      })
      .finally(limit.lift);
    if (!(answer instanceof BeltError) && isEnd(answer)) return answer;
    error = answer instanceof BeltError ? answer : staleAnswer(stale);
    const next = reconnects[Math.min(tries, reconnects.length - 1)] ?? 0;
    const delay = Math.max(next, error.facts.retryAfter ?? 0);
    if (isRefusal(error) || now() + delay >= until) throw missing(error);
    await sleep(delay, signal);
  }
}

function staleAnswer(stale: string): BeltError {
  return new BeltError({
    code: "stale_answer",
    message: `asked for it, the API still ${stale}`,
    exit: "unavailable",
    retryable: true,
  });
}

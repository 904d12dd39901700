import { BeltError } from "../../errors.ts";
import { formatDuration } from "../../terminal/text.ts";

/** A bound on a whole run (`--timeout`): on what comes before the submit, the submit, and waiting. */
export interface Clock {
  /** Milliseconds; Infinity without a bound. */
  timeout: number;
  /** Aborts when it has run out, with exit 6: nothing was started yet, as far as it knows. */
  signal: AbortSignal;
  /** Lets it run; until then nothing is bounded. What a person is asked takes as long as it takes. */
  start(): void;
  /** The work's outcome, or that of running out of time before it; the work itself goes on unheeded. */
  bound<T>(work: Promise<T>): Promise<T>;
  stop(): void;
}

export function createClock(timeout = Number.POSITIVE_INFINITY): Clock {
  const controller = new AbortController();
  const { signal } = controller;
  const ring = () => controller.abort(outOfTime(timeout));
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  over.catch(() => {});
  return {
    timeout,
    signal,
    start() {
      if (Number.isFinite(timeout)) timer ??= setTimeout(ring, timeout);
    },
    bound: (work) => Promise.race([work, over]),
    stop: () => clearTimeout(timer),
  };
}

function outOfTime(timeout: number): BeltError {
  return new BeltError({
    code: "out_of_time",
    message: `out of time after ${formatDuration(timeout)}`,
    hint: "nothing was started; allow more time with --timeout",
    exit: "unavailable",
    retryable: true,
  });
}

import { type Context, createContext, runInContext } from "node:vm";

/** Milliseconds that a check is worth; a schema from outside may ask for endless work. */
const PATIENCE = 500;

/** Runs work that may not come to an end, also a regular expression; gives null when it is stopped. */
export type Watchdog = <T>(work: () => T) => T | null;

export const watchdog: Watchdog = (work) => {
  box.work = work;
  try {
    context ??= createContext(box);
    return runInContext("work()", context, { timeout: PATIENCE });
  } catch (thrown) {
    if (isTimeout(thrown) || thrown instanceof RangeError) return null;
    throw thrown;
  }
};

const box = { work: (): unknown => null };

/** One for all: to make it takes longer than most checks. */
let context: Context | null = null;

function isTimeout(thrown: unknown): boolean {
  return (thrown as { code?: unknown } | null)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}

import { createContext, runInContext } from "node:vm";

/** Milliseconds that a check is worth; a schema from outside may ask for endless work. */
const PATIENCE = 500;

/** Runs work that may not come to an end, also a regular expression; gives null when it is stopped. */
export type Watchdog = <T>(work: () => T) => T | null;

export function createWatchdog(): Watchdog {
  const box = { work: (): unknown => null };
  const context = createContext(box);
  return <T>(work: () => T) => {
    box.work = work;
    try {
      return runInContext("work()", context, { timeout: PATIENCE }) as T;
    } catch (thrown) {
      if (isTimeout(thrown) || thrown instanceof RangeError) return null;
      throw thrown;
    }
  };
}

function isTimeout(thrown: unknown): boolean {
  return (thrown as { code?: unknown } | null)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}

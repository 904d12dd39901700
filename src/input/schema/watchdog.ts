import { createContext, runInContext } from "node:vm";

/** Milliseconds that a check is worth; a schema from outside may ask for endless work. */
const PATIENCE = 500;

/** What the work gives, or null when it does not come to an end; also a regular expression is stopped. */
export function withinTime<T>(work: () => T): T | null {
  try {
    return runInContext("work()", createContext({ work }), { timeout: PATIENCE }) as T;
  } catch (thrown) {
    if (isTimeout(thrown) || thrown instanceof RangeError) return null;
    throw thrown;
  }
}

function isTimeout(thrown: unknown): boolean {
  return (thrown as { code?: unknown } | null)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}

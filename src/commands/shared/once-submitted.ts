import { asBeltError } from "../../errors.ts";

/**
 * What went wrong once a run was taken on: whatever it is, another run would be another task
 * (src/cli/README.md, "Lost connections"), so it is partly done, unless the task itself or a signal
 * has said more.
 */
export function onceSubmitted(thrown: unknown, taskId?: string): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const error = asBeltError(thrown);
  const exit = ONCE_SUBMITTED.has(error.exitCode) ? error.facts.exit : "partial";
  return error.with({ exit, retryable: false, ...(taskId !== undefined && { taskId }) });
}

const ONCE_SUBMITTED = new Set([3, 5, 8, 9, 10, 11, 129, 130, 143]);

import { BeltError } from "../../errors.ts";
import { adoptLost } from "./adopt.ts";
import type { BatchRun, Job } from "./batch-run.ts";
import { readPlanned } from "./plan.ts";
import { runJobs } from "./schedule.ts";

/**
 * Runs and follows rows until there is nothing left to do: what a pass finds out, such as the task of
 * a submit that got no answer, or one that was cancelled as the user left, is for the next.
 */
export async function runRows(run: BatchRun): Promise<void> {
  while (!run.stop.reason) {
    await adoptLost(run);
    const earlier = run.rows.filter((row) => run.wanted.follows(row)).map((planned) => jobOf(planned, null));
    if (earlier.length === 0 && !run.rows.some((row) => run.wanted.submits(row))) return;
    await runJobs(run, earlier, nextRow(run));
  }
}

/** The rows to submit in order, each read again when its turn comes. */
function nextRow(run: BatchRun): () => Promise<Job | null> {
  const rows = readPlanned(run.planning, run.rows, (row) => run.wanted.submits(row));
  return async () => {
    const { value } = await rows.next();
    if (value) return jobOf(value.planned, value.prepared);
    if (value === null) run.stop.request(rowsChanged());
    return null;
  };
}

function jobOf(planned: Job["planned"], prepared: Job["prepared"]): Job {
  return { planned, prepared, tries: 0, release() {} };
}

function rowsChanged(): BeltError {
  return new BeltError({
    code: "rows_changed",
    message: "the rows were changed while the batch ran",
    exit: "failure",
  });
}

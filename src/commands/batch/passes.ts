import { asBeltError, BeltError } from "../../errors.ts";
import { adoptLost } from "./adopt.ts";
import type { BatchRun } from "./batch-run.ts";
import { type PlannedRow, readPlanned } from "./plan.ts";
import { type NextRow, runJobs } from "./schedule.ts";

/**
 * Runs and follows rows until there is nothing left to do: what a pass finds out, such as the task of
 * a submit that got no answer, or one that was cancelled as the user left, is for the next.
 */
export async function runRows(run: BatchRun): Promise<void> {
  while (!run.stop.reason) {
    await adoptLost(run);
    const follows = (row: PlannedRow) => run.wanted.follows(row);
    const submits = (row: PlannedRow) => run.wanted.submits(row);
    const hasEarlier = run.rows.some(follows);
    if (!hasEarlier && !run.rows.some(submits)) return;
    const earlier = hasEarlier ? rowsInTurn(run, follows, true) : async () => null;
    await runJobs(run, earlier, rowsInTurn(run, submits, false));
  }
}

/** The rows that are wanted, in order, each read again when its turn comes. */
function rowsInTurn(run: BatchRun, isWanted: (row: PlannedRow) => boolean, follows: boolean): NextRow {
  const rows = readPlanned(run.planning, run.rows, isWanted);
  return async () => {
    try {
      const { value } = await rows.next();
      if (value) return { ...value, follows, tries: 0, release() {} };
      if (value === null) run.stop.request(rowsChanged());
    } catch (thrown) {
      // What is under way is followed all the same.
      run.stop.request(asBeltError(thrown));
    }
    return null;
  };
}

function rowsChanged(): BeltError {
  return new BeltError({
    code: "rows_changed",
    message: "the rows were changed while the batch ran",
    exit: "failure",
  });
}

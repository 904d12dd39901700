import type { BeltError } from "../../errors.ts";
import { formatDuration } from "../../terminal/text.ts";
import { type BatchRun, type Job, writeResult } from "./batch-run.ts";
import type { PlannedRow } from "./plan.ts";

/** What is to be done about a job: nothing more, or the same once more. */
export type Outcome = "over" | "again";

/** The API's own word that there is no room for now. */
export function isThrottled({ facts: { httpStatus, retryAfter } }: BeltError): boolean {
  return httpStatus === 429 || (httpStatus === 503 && retryAfter !== undefined);
}

/** There was no room: fewer at a time from now on, and this one once more. */
export async function throttled(run: BatchRun, job: Job, round: number, error: BeltError): Promise<Outcome> {
  const { retryAfter } = error.facts;
  slowDown(run, round, error.message, retryAfter);
  return await tryAgain(run, job, error.message, null);
}

/** Halves the pace and says why; once for all that was begun at the same pace. */
export function slowDown(run: BatchRun, round: number, reason: string, retryAfter?: number): void {
  const before = run.pace.limit;
  if (!run.pace.throttled(round, retryAfter)) return;
  const { limit } = run.pace;
  // Some of it may have passed since it was asked for.
  const pauseLeft = Math.ceil(run.pace.pauseLeft / 100) * 100;
  if (limit === before && pauseLeft < 1_000) return;
  const pause = pauseLeft >= 1_000 ? `, after a pause of ${formatDuration(pauseLeft)}` : "";
  run.note(`${reason}; ${limit} at a time from now on${pause}`);
}

/** It certainly did not arrive: a pause, and once more. */
export async function unreachable(
  run: BatchRun,
  job: Job,
  round: number,
  { message }: BeltError,
): Promise<Outcome> {
  run.pace.unreachable(round);
  return await tryAgain(run, job, message, null);
}

/** The row once more as long as it has tries left; else it has failed. */
export async function tryAgain(
  run: BatchRun,
  job: Job,
  error: string,
  taskId: string | null,
): Promise<Outcome> {
  if (job.tries < run.options.retries) {
    job.tries++;
    return "again";
  }
  return await fail(run, job.planned, error, taskId);
}

/** The row has failed; one that is in doubt stays so, whatever kept it from being run again. */
export async function fail(
  run: BatchRun,
  planned: PlannedRow,
  error: string,
  task_id: string | null = null,
): Promise<Outcome> {
  if (run.book.standing(planned.key) === "in-doubt") {
    run.settled.add(planned.key);
    run.note(`row ${planned.row}: ${error}; it stays in doubt`);
  } else await writeResult(run, planned, { status: "failed", error, task_id });
  return "over";
}

import { asBeltError } from "../../errors.ts";
import type { BatchRun, Job } from "./batch-run.ts";
import { followEarlier } from "./follow-row.ts";
import { submitRow } from "./submit-row.ts";

/** Rows that wait to be tried again, with what they hold, before the first of them is. */
const MOST_WAITING = 1_000;

/** The next row to submit; null when there is none. */
export type NextRow = () => Promise<Job | null>;

/**
 * Runs jobs side by side: first those whose tasks run already, as many as may be at all; then those
 * to be submitted, as long as fewer tasks are unfinished than the pace allows. Ends when all is
 * done, or when no more is to be begun and nothing is under way.
 */
export async function runJobs(run: BatchRun, earlier: Job[], next: NextRow): Promise<void> {
  const { stop, pace, options } = run;
  const again: Job[] = [];
  const change = new Change();
  let hasNext = true;
  /** Jobs whose tasks are unfinished, and those that are only saved and written down. */
  let active = 0;
  let finishing = 0;
  stop.onRequest(() => change.tell());
  const begin = (job: Job) => {
    active++;
    run.tally.begun();
    job.release = () => {
      active--;
      finishing++;
      job.release = () => {};
      change.tell();
    };
    void perform(run, job).then((outcome) => {
      job.release();
      finishing--;
      if (outcome === "again") again.push(job);
      run.tally.ended();
      change.tell();
    });
  };
  const isIdle = () => active + finishing === 0;
  const isOver = () => isIdle() && earlier.length === 0 && again.length === 0 && !hasNext;
  while (!stop.reason && !isOver()) {
    const job = await take();
    if (job) begin(job);
    else if (!isOver()) await change.within(pace.pauseLeft);
  }
  while (!isIdle()) await change.within(0);

  async function take(): Promise<Job | null> {
    if (finishing >= options.jobs) return null;
    if (earlier.length > 0) return active < options.jobs ? earlier.shift()! : null;
    if (active >= pace.limit || pace.pauseLeft > 0) return null;
    // As long as there is no room, no row shall use up its tries for all others.
    const isOthersTurn = pace.isSetBack && again.length < MOST_WAITING;
    return isOthersTurn ? ((await fresh()) ?? again.shift() ?? null) : (again.shift() ?? (await fresh()));
  }

  async function fresh(): Promise<Job | null> {
    const job = hasNext ? await next() : null;
    hasNext &&= job !== null;
    return job;
  }
}

/** Never throws: what goes wrong beyond the row, as on a full disk, stops the batch. */
async function perform(run: BatchRun, job: Job): Promise<"over" | "again"> {
  try {
    return await (job.prepared ? submitRow(run, job, job.prepared) : followEarlier(run, job));
  } catch (thrown) {
    run.stop.request(asBeltError(thrown));
    return "over";
  }
}

/** Something to wait for: that anything has changed. */
class Change {
  #told: () => void = () => {};
  #pending = false;

  tell(): void {
    this.#pending = true;
    this.#told();
  }

  /** Until it is told, or `ms` milliseconds have passed; 0 is no bound. */
  async within(ms: number): Promise<void> {
    if (!this.#pending) {
      await new Promise<void>((resolve) => {
        const timer = ms > 0 ? setTimeout(resolve, ms) : undefined;
        this.#told = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#pending = false;
  }
}

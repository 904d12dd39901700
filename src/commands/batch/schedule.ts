import { asBeltError } from "../../errors.ts";
import type { BatchRun, Job } from "./batch-run.ts";
import { followEarlier } from "./follow-row.ts";
import { submitRow } from "./submit-row.ts";

/** Rows that wait to be tried again, with what they hold, before the first of them is. */
const MOST_WAITING = 1_000;

/** The next row; null when there is none. */
export type NextRow = () => Promise<Job | null>;

/**
 * Runs jobs side by side: first those whose tasks run already, as many as may be at all; then those
 * to be submitted, as long as fewer tasks are unfinished than the pace allows. Ends when all is
 * done, or when no more is to be begun and nothing is under way.
 */
export async function runJobs(run: BatchRun, earlier: NextRow, next: NextRow): Promise<void> {
  const { stop, pace, options } = run;
  const again: Job[] = [];
  const change = new Change();
  const [left, fresh] = [untilNone(earlier), untilNone(next)];
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
  const isOver = () => isIdle() && left.isOver && again.length === 0 && fresh.isOver;
  while (!stop.reason && !isOver()) {
    const isPaused = pace.pauseLeft > 0;
    const job = await take();
    if (job) begin(job);
    // A pause that has ended since tells nobody.
    else if (!isOver()) await change.within(isPaused ? Math.max(1, pace.pauseLeft) : 0);
  }
  while (!isIdle()) await change.within(0);

  async function take(): Promise<Job | null> {
    if (finishing >= options.jobs) return null;
    if (!left.isOver) {
      const job = active < options.jobs ? await left.take() : null;
      if (job || !left.isOver) return job;
    }
    if (active >= pace.limit || pace.pauseLeft > 0) return null;
    // As long as there is no room, no row shall use up its tries for all others.
    const isOthersTurn = pace.isSetBack && again.length < MOST_WAITING;
    return isOthersTurn
      ? ((await fresh.take()) ?? again.shift() ?? null)
      : (again.shift() ?? (await fresh.take()));
  }
}

/** Rows in turn, until one is asked for and there is none. */
function untilNone(next: NextRow) {
  let isOver = false;
  return {
    get isOver() {
      return isOver;
    },
    async take(): Promise<Job | null> {
      const job = isOver ? null : await next();
      isOver ||= job === null;
      return job;
    },
  };
}

/** Never throws: what goes wrong beyond the row, as on a full disk, stops the batch. */
async function perform(run: BatchRun, job: Job): Promise<"over" | "again"> {
  try {
    return await (job.follows ? followEarlier(run, job) : submitRow(run, job));
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

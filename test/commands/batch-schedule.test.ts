import { expect, it } from "vitest";
import type { BatchRun, Job } from "../../src/commands/batch/batch-run.ts";
import { Pace } from "../../src/commands/batch/pace.ts";
import { runJobs } from "../../src/commands/batch/schedule.ts";
import { Stop } from "../../src/commands/batch/stop.ts";

it("goes on after a pause that ends between two looks at the clock", async () => {
  let time = 0;
  const pace = new Pace({ ceiling: 4, pause: 1, now: () => time++ });
  pace.throttled(pace.round, 6);
  const stop = new Stop();
  const tally = { begun() {}, ended() {} };
  // Enough of a run to begin its one row, which has nothing to submit and so ends the batch.
  const run = { stop, pace, tally, options: { jobs: 4 } } as unknown as BatchRun;
  const rows = [{ follows: false, release() {} } as Job];
  await runJobs(
    run,
    async () => null,
    async () => rows.shift() ?? null,
  );
  expect(rows).toEqual([]);
  expect(stop.reason).not.toBe(null);
});

import { setTimeout as wait } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BatchScene } from "../support/batch-scene.ts";
import { until } from "../support/belt.ts";
import { cappedBatches, checkCap } from "../support/capped-batch.ts";
import { goOn, killOnce, PATIENCE } from "../support/killed-batch.ts";

const ROWS = 500;
const ROUNDS = Number(process.env["SOAK_ROUNDS"] ?? 50);
/** A round takes seconds, on a busy machine many. */
const PATIENCE_OF_ALL = ROUNDS * 60_000;

describe("a batch that is killed", () => {
  it.each([
    ["before", 0],
    ["in the middle of", 0.5],
  ])("%s every single write of 12 rows", async (_when, share) => {
    for (let at = 1; ; at++) {
      const scene = await new BatchScene({ takes: () => 15 }).open();
      try {
        if (!(await killOnce(scene, 12, at, share))) break;
      } finally {
        await scene.clear();
      }
    }
  });

  it.each([
    ["killed in the middle of random writes", ["kill"]],
    ["killed, left and out of time", ["kill", "cancel", "detach", "time"]],
    ["left and out of time", ["cancel", "detach", "time"]],
  ] as const)(
    `%s under a cap, ${ROUNDS} rounds, spends no more and leaves nothing that fits`,
    async (_what, hows) => {
      await fc.assert(fc.asyncProperty(cappedBatches(...hows), checkCap), { numRuns: ROUNDS });
    },
    PATIENCE_OF_ALL,
  );

  it(
    `at random moments of ${ROWS} rows, ${ROUNDS} rounds of several kills each`,
    async () => {
      let kills = 0;
      for (let round = 1; round <= ROUNDS; round++) {
        const lost = new Set<unknown>();
        const scene = await new BatchScene({
          takes: () => 1 + Math.random() * 30,
          // Now and then the answer to a submit is lost, too.
          drops: ({ n }) => Math.random() < 0.004 && !lost.has(n) && lost.add(n) !== undefined,
        }).open();
        try {
          scene.rows(ROWS);
          const args = [scene.path("rows.jsonl"), "-j", "24", ...PATIENCE];
          for (let kill = 0; kill < 3; kill++) {
            // How fast a batch is must not say how often it is hit.
            const reached = scene.server.submits + Math.ceil((Math.random() * ROWS) / 4);
            const running = scene.spawn(args);
            await until(() => scene.server.submits >= reached);
            await wait(Math.random() * 20);
            if (running.kill("SIGKILL")) kills++;
            await running;
          }
          await goOn(scene, args, ROWS, `round ${round}`);
        } finally {
          await scene.clear();
        }
      }
      expect(kills).toBeGreaterThan(ROUNDS);
    },
    PATIENCE_OF_ALL,
  );
});

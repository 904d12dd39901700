import fc from "fast-check";
import { expect } from "vitest";
import { BatchScene } from "./batch-scene.ts";
import { PATIENCE } from "./killed-batch.ts";

const USD = 100_000_000;
const MOST_ROWS = 24;

/** A batch under a cap: what its rows cost, how they end, and when its command is broken off. */
export interface CappedBatch {
  prices: number[];
  cap: number;
  ends: string[];
  jobs: number;
  breaks: number[];
}

export const CAPPED_BATCHES = fc.record({
  prices: fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 4, maxLength: MOST_ROWS }),
  cap: fc.integer({ min: 0, max: 400 }),
  ends: fc.array(fc.constantFrom("well", "well", "fails", "full", "refused", "throttled", "lost"), {
    minLength: MOST_ROWS,
    maxLength: MOST_ROWS,
  }),
  jobs: fc.integer({ min: 1, max: 8 }),
  breaks: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 4 }),
});

/**
 * Runs it, broken off by `breakOff`, and again until nothing more is submitted: never is more spent
 * than the cap allows, and what was not run at last does not fit.
 */
export async function checkCap(
  { prices, cap, ends, jobs, breaks }: CappedBatch,
  breakOff: (scene: BatchScene, args: string[], at: number) => Promise<unknown>,
): Promise<void> {
  const scene = await new BatchScene(serverOf(prices, ends)).open();
  try {
    scene.rows(prices.length);
    const limits = ["--max-cost", (cap / USD).toFixed(8), "--max-failures", "1000", "-j", String(jobs)];
    const args = [scene.path("rows.jsonl"), ...limits, ...PATIENCE];
    for (const at of breaks) await breakOff(scene, args, at);
    let last = { code: -1, stderr: "" };
    for (let before = -1; before !== scene.server.submits; ) {
      before = scene.server.submits;
      last = await scene.belt(args);
    }
    const lines = new Map(scene.results().map((line) => [line.row, line]));
    const priceOf = (row: number) => prices[row - 1]!;
    const sum = (rows: number[]) => rows.reduce((total, row) => total + priceOf(row), 0);
    const spent = sum(scene.server.tasks.map(({ input }) => Number(input["n"])));
    expect(spent, last.stderr).toBeLessThanOrEqual(cap);
    const ids = [...lines.values()].flatMap(({ task_id }) => task_id ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const doubtful = [...lines.values()].filter(({ status }) => status === "unknown").map(({ row }) => row);
    const [first] = prices.map((_, index) => index + 1).filter((row) => !lines.has(row));
    expect(last.code === 7, last.stderr).toBe(first !== undefined);
    if (first !== undefined) expect(spent + sum(doubtful) + priceOf(first), last.stderr).toBeGreaterThan(cap);
  } finally {
    await scene.clear();
  }
}

function serverOf(prices: number[], ends: string[]) {
  const met = new Set<unknown>();
  const endOf = ({ n }: { n?: unknown }) => ends[Number(n) - 1];
  const once = ({ n }: { n?: unknown }) => !met.has(n) && met.add(n) !== undefined;
  return {
    price: ({ n }: { n?: unknown }) => prices[Number(n) - 1]!,
    takes: () => 3,
    fails: (input: { n?: unknown }) =>
      endOf(input) === "fails" ? "no" : endOf(input) === "full" && once(input) ? "429 busy" : null,
    refuses: (input: { n?: unknown }) => {
      if (endOf(input) === "refused") return { status: 422 };
      if (endOf(input) !== "throttled" || !once(input)) return null;
      return { status: 429, headers: { "retry-after": "0" } };
    },
    drops: (input: { n?: unknown }) => endOf(input) === "lost" && once(input),
  };
}

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BatchScene, batchScene } from "../support/batch-scene.ts";

const USD = 100_000_000;

describe("the cap of a batch", () => {
  it(
    "counts what is spent and set aside, in this command and in earlier ones",
    batchScene(
      async (scene) => {
        scene.rows(10);
        const rows = scene.path("rows.jsonl");
        const first = await scene.belt([rows, "--max-cost", "1.00"]);
        expect(first).toMatchObject({ code: 7, stderr: expect.stringContaining("3 done, 7 not run") });
        expect(first.stderr).toContain("no more rows are begun");
        expect(scene.server.submits).toBe(3);
        const same = await scene.belt([rows, "--max-cost", "1.00"]);
        expect({ code: same.code, submits: scene.server.submits }).toEqual({ code: 7, submits: 3 });
        const more = await scene.belt([rows, "--max-cost", "1.50"]);
        expect({ code: more.code, submits: scene.server.submits }).toEqual({ code: 7, submits: 5 });
        expect((await scene.belt([rows, "--max-cost", "3"])).code).toBe(0);
        expect(scene.results()[0]!.estimate).toMatchObject({ confidence: "exact", max_usd: "0.30" });
      },
      { price: () => 0.3 * USD },
    ),
  );

  it(
    "is told by --dry-run before anything is spent",
    batchScene(
      async (scene) => {
        scene.rows(40);
        const { stdout } = await scene.belt([scene.path("rows.jsonl"), "--dry-run", "--json"]);
        expect(JSON.parse(stdout).estimate).toMatchObject({ confidence: "exact", max_usd: "8.20" });
        expect(scene.server.submits).toBe(0);
      },
      { price: ({ n }) => Number(n) * (USD / 100) },
    ),
  );

  it("an unknown cost is refused under a cap, unless it is allowed", async () => {
    await batchScene(async (scene) => {
      scene.rows(2);
      const refused = await scene.belt([scene.path("rows.jsonl"), "--max-cost", "1"]);
      expect(refused).toMatchObject({ code: 7, stderr: expect.stringContaining("is not known") });
      expect(scene.server.submits).toBe(0);
      const allowed = ["--max-cost", "1", "--allow-unknown-cost"];
      expect((await scene.belt([scene.path("rows.jsonl"), ...allowed])).code).toBe(0);
    })();
  });

  it("holds exactly, whatever rows cost, however they end, and whenever the command is broken off", async () => {
    const rounds = fc.record({
      prices: fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 4, maxLength: 24 }),
      cap: fc.integer({ min: 0, max: 400 }),
      ends: fc.array(fc.constantFrom("well", "fails", "full", "refused", "throttled", "lost"), {
        minLength: 24,
        maxLength: 24,
      }),
      breaks: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(rounds, async ({ prices, cap, ends, breaks }) => {
        const met = new Set<unknown>();
        const endOf = ({ n }: { n?: unknown }) => ends[Number(n) - 1];
        const once = (input: { n?: unknown }) => !met.has(input.n) && met.add(input.n) !== undefined;
        const priceOf = (n: unknown) => prices[Number(n) - 1]!;
        const scene = await new BatchScene({
          price: ({ n }) => priceOf(n),
          takes: () => 3,
          fails: (input) =>
            endOf(input) === "fails" ? "no" : endOf(input) === "full" && once(input) ? "429 busy" : null,
          refuses: (input) => {
            if (endOf(input) === "refused") return { status: 422 };
            if (endOf(input) !== "throttled" || !once(input)) return null;
            return { status: 429, headers: { "retry-after": "0" } };
          },
          drops: (input) => endOf(input) === "lost" && once(input),
        }).open();
        try {
          scene.rows(prices.length);
          const args = [scene.path("rows.jsonl"), "--max-cost", (cap / USD).toFixed(8)];
          for (const ms of breaks) await scene.belt([...args, "--timeout", `${ms}ms`]);
          await scene.belt([...args, "--max-failures", "1000"]);
          const spent = scene.server.tasks.reduce((sum, { input }) => sum + priceOf(input["n"]), 0);
          expect(spent).toBeLessThanOrEqual(cap);
          const ids = scene.results().flatMap(({ task_id }) => task_id ?? []);
          expect(new Set(ids).size).toBe(ids.length);
        } finally {
          await scene.clear();
        }
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});

import { existsSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BatchScene, batchScene } from "../support/batch-scene.ts";
import { until } from "../support/belt.ts";
import { cappedBatches, checkCap } from "../support/capped-batch.ts";

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
    "is told by --dry-run before anything is spent, with the row that it stops the batch after",
    batchScene(
      async (scene) => {
        scene.rows(40);
        const dryRun = async (...more: string[]) => {
          const { code, stdout, stderr } = await scene.belt([...args, ...more, "--dry-run", "--json"]);
          return { code, stderr, ...JSON.parse(stdout) };
        };
        const args = [scene.path("rows.jsonl")];
        const whole = { confidence: "exact", max_usd: "8.20" };
        expect(await dryRun()).toMatchObject({ code: 0, estimate: whole, cap: null });
        const enough = { max_usd: "8.20", counted_usd: "0.00", fits: 40, stops_after: null };
        expect(await dryRun("--max-cost", "8.20")).toMatchObject({ code: 0, cap: enough });
        const told = { max_usd: "1.00", counted_usd: "0.00", fits: 13, stops_after: 13 };
        const short = await dryRun("--max-cost", "1");
        expect(short).toMatchObject({ code: 7, estimate: whole, cap: told });
        expect(short.stderr).toMatch(/row 14: .*0\.14 USD.*; nothing was uploaded or submitted/);
        expect(short.stderr).toContain("--max-cost 8.20 allows all rows");
        expect(scene.server.submits).toBe(0);
        expect(existsSync(scene.path("rows.results.ndjson"))).toBe(false);
        // One row after the other is what the command itself does with `-j 1`.
        expect(await scene.belt([...args, "--max-cost", "1", "-j", "1"])).toMatchObject({ code: 7 });
        expect(scene.server.submits).toBe(13);
        const none = await scene.belt([...args, "--max-cost", "1", "--dry-run"]);
        expect(none.stdout).toContain(
          "the cap of 1.00 USD, 0.91 of it counted already, stops it before the first row\n",
        );
        const more = await scene.belt([...args, "--max-cost", "1.50", "--dry-run"]);
        expect(more.stdout).toContain("counted already, stops it after row 16: 3 of 27 rows fit\n");
        const rest = await scene.belt([...args, "--max-cost", "8.20", "--dry-run"]);
        expect(rest).toMatchObject({
          code: 0,
          stdout: expect.stringContaining("within the cap of 8.20 USD, 0.91"),
        });
      },
      { price: ({ n }) => Number(n) * (USD / 100) },
    ),
  );

  it(
    "that is no amount is refused before any request",
    batchScene(async (scene) => {
      scene.rows(2);
      scene.env["BELT_MAX_COST"] = "five";
      for (const more of [[], ["--dry-run"]])
        expect(await scene.belt([scene.path("rows.jsonl"), "-v", ...more])).toMatchObject({
          code: 2,
          stderr: expect.not.stringContaining("GET"),
        });
    }),
  );

  it("an unknown cost is refused under a cap, unless it is allowed", async () => {
    await batchScene(async (scene) => {
      scene.rows(2);
      const refused = await scene.belt([scene.path("rows.jsonl"), "--max-cost", "1"]);
      expect(refused).toMatchObject({ code: 7, stderr: expect.stringContaining("is not known") });
      expect(scene.server.submits).toBe(0);
      const allowed = ["--max-cost", "1", "--allow-unknown-cost"];
      const dry = await scene.belt([scene.path("rows.jsonl"), "--max-cost", "1", "--dry-run"]);
      expect(dry).toMatchObject({
        code: 7,
        stdout: expect.stringContaining("stops it before the first row"),
      });
      const willing = await scene.belt([scene.path("rows.jsonl"), ...allowed, "--dry-run"]);
      expect(willing).toMatchObject({ code: 0, stdout: expect.stringContaining("within the cap") });
      expect((await scene.belt([scene.path("rows.jsonl"), ...allowed])).code).toBe(0);
    })();
  });

  it("keeps rows within it to be run only until the quota is spent", async () => {
    const [asked, told] = [new Set<unknown>(), new Set<unknown>()];
    const isRefused = () => scene.read("rows.results.ndjson.journal").includes('"reopened"');
    const scene: BatchScene = new BatchScene({
      price: ({ n }) => {
        told.add(n);
        return n === 2 ? 5 * USD : USD / 10;
      },
      // Row 2 is beyond the cap; after that row 1 is refused; after that the cost of row 3 is told.
      waits: (path, { n }) => {
        asked.add(n);
        if (path === "/run") return until(() => told.has(2));
        if (n === 2) return until(() => asked.has(3));
        return n === 3 ? until(isRefused) : null;
      },
      refuses: () => ({ status: 402 }),
    });
    try {
      await scene.open();
      scene.rows(3);
      const { code, stderr } = await scene.belt([scene.path("rows.jsonl"), "--max-cost", "1"]);
      expect({ code, stderr }).toMatchObject({ code: 7, stderr: expect.stringContaining("3 not run") });
      expect(scene.server.submits).toBe(1);
      await scene.close();
    } finally {
      await scene.clear();
    }
  });

  it("holds exactly, whatever rows cost, however they end, and whenever the command is broken off", async () => {
    await fc.assert(fc.asyncProperty(cappedBatches("cancel", "detach", "time"), checkCap), {
      numRuns: 30,
      seed: 18,
      endOnFailure: true,
    });
  }, 120_000);

  it("holds exactly when the command is killed at a write", async () => {
    await fc.assert(fc.asyncProperty(cappedBatches("kill"), checkCap), {
      numRuns: 4,
      seed: 18,
      endOnFailure: true,
    });
  }, 120_000);
});

import { expect, it } from "vitest";
import { batchScene } from "../support/batch-scene.ts";

/** What each line of progress counts. */
function counts(stderr: string): { total: number; sum: number }[] {
  return [...stderr.matchAll(/^(\d+) of (\d+) done(.*)$/gm)].map(([, done, total, rest = ""]) => {
    const others = [...rest.matchAll(/(\d+) (failed|running|left)\b/g)].map(([, count]) => Number(count));
    return { total: Number(total), sum: others.reduce((sum, count) => sum + count, Number(done)) };
  });
}

it("counts each row once, rows that are run again too, and says where the results are", async () => {
  let mended = false;
  await batchScene(
    async (scene) => {
      scene.rows(20);
      const first = await scene.belt([scene.path("rows.jsonl")]);
      expect(first.stderr).toMatch(
        /^ +5 {2}no paint\n +row \d+ \(task_\d+\), row .*, row .*\n +and 2 more$/m,
      );
      mended = true;
      const again = await scene.belt([scene.path("rows.jsonl"), "--again", "failed"]);
      expect(again.stderr.trim().split("\n").at(-1)).toBe("20 rows: 20 done; results in rows.results.ndjson");
      for (const { stderr } of [first, again]) {
        const told = counts(stderr);
        expect(told.length).toBeGreaterThan(0);
        for (const { total, sum } of told) expect(sum).toBe(total);
        expect(stderr).not.toMatch(/about -/);
      }
    },
    { fails: ({ n }) => (!mended && Number(n) % 4 === 0 ? "no paint" : null) },
  )();
});

it("counts a row in doubt as left, until it is found or run again", async () => {
  await batchScene(
    async (scene) => {
      scene.write("rows.jsonl", '{"same":1}\n{"same":1}\n{"n":1}\n{"n":2}\n');
      const first = await scene.belt([scene.path("rows.jsonl")]);
      expect(scene.results().map(({ status }) => status)).toContain("unknown");
      scene.write("rows.jsonl", `${scene.read("rows.jsonl")}{"n":3}\n{"n":4}\n`);
      const again = await scene.belt([scene.path("rows.jsonl")]);
      for (const { code, stderr } of [first, again]) {
        expect(code).toBe(11);
        expect(counts(stderr).length).toBeGreaterThan(0);
        for (const { total, sum } of counts(stderr)) expect(sum).toBe(total);
        expect(stderr).not.toMatch(/\d failed/);
      }
      // One of them is lost and found again.
      expect(scene.results().filter(({ status }) => status === "completed")).toHaveLength(4);
    },
    { drops: ({ same, n }) => same === 1 || n === 1 },
  )();
});

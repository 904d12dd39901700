import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { BatchScene } from "../support/batch-scene.ts";
import { ROOT, until } from "../support/belt.ts";

it("a batch that a quota stops sends nothing whose intent was still on its way to the disk", async () => {
  let hasSubmitted = false;
  let refusing = true;
  const journal = "rows.results.ndjson.journal";
  const isBegun = () => existsSync(scene.path(journal)) && scene.read(journal).includes('"row":2,');
  const scene: BatchScene = new BatchScene({
    price: () => 1,
    waits: (path, { n }) => {
      hasSubmitted ||= path === "/run";
      if (path.startsWith("/store/") && n === 2) return until(() => hasSubmitted);
      return path === "/run" && n === 1 ? until(isBegun) : null;
    },
    refuses: () => (refusing ? { status: 402 } : null),
  });
  try {
    await scene.open();
    scene.rows(2);
    const args = [scene.path("rows.jsonl"), "-j", "2", "--max-cost", "1"];
    const stopped = await scene.spawn(args, {
      NODE_OPTIONS: `--require ${join(ROOT, "test/support/hold-at-write.cjs")}`,
      HOLD: '"row":2,',
      UNTIL: '"reopened"',
    });
    expect(stopped).toMatchObject({ exitCode: 7, stderr: expect.stringContaining("2 rows: 2 not run") });
    expect(scene.server.submits).toBe(1);
    refusing = false;
    expect(await scene.spawn(args)).toMatchObject({ exitCode: 0 });
    expect(scene.server.tasks).toHaveLength(2);
    await scene.close();
  } finally {
    await scene.clear();
  }
});

import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { BatchScene } from "../support/batch-scene.ts";
import { changingApp } from "../support/changing-app.ts";
import { killAt, killOnce, PATIENCE } from "../support/killed-batch.ts";

const ROWS = Array.from({ length: 12 }, (_, n) => n + 1);

/** `npm run soak` also kills before and in the middle of each write, and at random moments. */
it("a batch of 12 rows killed after every single write is ended by the same command, and pays and saves no row twice", async () => {
  for (let at = 1; ; at++) {
    const scene = await new BatchScene({
      takes: () => 15,
      output: ({ n }, { url }) => ({ image: { uri: `${url}/out/${n}.png` } }),
    }).open();
    try {
      const isKilled = await killOnce(scene, 12, at, 1, ["--save", scene.path("out"), "--receipt"]);
      expect(readdirSync(scene.path("out")).toSorted(), `write ${at}`).toEqual(
        ROWS.flatMap((n) => [`${n}-image.png`, `${n}-image.png.belt.json`]).toSorted(),
      );
      if (!isKilled) break;
      expect(at).toBeLessThan(100);
    } finally {
      await scene.clear();
    }
  }
}, 240_000);

it("a batch whose app got a new version, killed after every single write, pays no row twice in one version", async () => {
  // The first task that is paid runs in version 1, and all others in version 2.
  const versionOf = (n: number) => (n < 2 ? 1 : 2);
  for (let at = 1; ; at++) {
    const scene = await new BatchScene(changingApp(versionOf)).open();
    try {
      scene.rows(3);
      const args = [scene.path("rows.jsonl"), "-j", "1", ...PATIENCE];
      const isKilled = await killAt(scene, args, at, 1);
      let code: number | undefined = 9;
      for (let command = 1; code !== 0 && command <= 4; command++)
        // Nobody can tell whether what was about to be sent was.
        code = (await scene.spawn([...args, ...(code === 11 ? ["--again", "in-doubt"] : [])])).exitCode;
      expect(code, `write ${at}`).toBe(0);
      const paid = scene.server.tasks.map(({ input }) => input["n"]);
      expect(paid, `write ${at}`).toHaveLength(4);
      expect(paid.slice(1).toSorted(), `write ${at}`).toEqual([1, 2, 3]);
      const ended = scene.results().filter(({ status }) => status === "completed");
      expect(ended, `write ${at}`).toHaveLength(4);
      if (!isKilled) break;
      expect(at).toBeLessThan(100);
    } finally {
      await scene.clear();
    }
  }
}, 240_000);

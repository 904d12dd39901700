import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { BatchScene } from "../support/batch-scene.ts";
import { killOnce } from "../support/killed-batch.ts";

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

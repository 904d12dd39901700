import { expect, it } from "vitest";
import { BatchScene } from "../support/batch-scene.ts";
import { killOnce } from "../support/killed-batch.ts";

/** `npm run soak` also kills before and in the middle of each write, and at random moments. */
it("a batch of 12 rows killed after every single write is ended by the same command, and pays no row twice", async () => {
  for (let at = 1; ; at++) {
    const scene = await new BatchScene({ takes: () => 15 }).open();
    try {
      if (!(await killOnce(scene, 12, at, 1))) break;
      expect(at).toBeLessThan(100);
    } finally {
      await scene.clear();
    }
  }
}, 240_000);

import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { batchScene } from "../support/batch-scene.ts";

const APP = { id: "app_1", version: { id: "v1" } };

describe.concurrent("the same command goes on, and pays nothing unasked,", () => {
  it("where the API does not tell the app's version now", async () => {
    let isTold = true;
    await batchScene(
      async (scene) => {
        scene.rows(2);
        const args = [scene.path("rows.jsonl"), "-j", "1"];
        expect((await scene.belt(args)).code).toBe(0);
        isTold = false;
        for (const more of [[], ["--dry-run"]]) {
          const { code, stderr } = await scene.belt([...args, ...more]);
          expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("ran in v1") });
          expect(stderr).toContain("a/b@v1");
        }
        isTold = true;
        expect((await scene.belt(args)).code).toBe(0);
        expect(scene.server.submits).toBe(2);
      },
      { app: () => (isTold ? APP : { id: "app_1", version: {} }) },
    )();
  });

  it("where the API tells the app's version now, and did not when the rows ran", async () => {
    let isTold = false;
    await batchScene(
      async (scene) => {
        scene.rows(2);
        const args = [scene.path("rows.jsonl")];
        for (let round = 0; round < 2; round++) expect((await scene.belt(args)).code).toBe(0);
        isTold = true;
        for (const more of [[], ["--dry-run"]])
          expect(await scene.belt([...args, ...more])).toMatchObject({
            code: 1,
            stderr: expect.stringContaining("which is v1 now: they would be paid again"),
          });
        expect(scene.server.submits).toBe(2);
        expect((await scene.belt([...args, "--again", "all"])).code).toBe(0);
        expect(scene.server.submits).toBe(4);
      },
      { app: () => (isTold ? APP : { id: "app_1", version: {} }) },
    )();
  });

  it(
    "where its journal is gone: what ended is known, and that the rest is not is told first",
    batchScene(async (scene) => {
      scene.rows(2);
      const args = [scene.path("rows.jsonl")];
      expect((await scene.belt(args)).stderr).not.toContain("is missing");
      rmSync(scene.path("rows.results.ndjson.journal"));
      for (const more of [["--dry-run"], []]) {
        const { code, stderr } = await scene.belt([...args, ...more]);
        expect({ code, stderr }).toMatchObject({
          code: 0,
          stderr: expect.stringContaining("warning: "),
        });
        expect(stderr).toContain("rows.results.ndjson.journal is missing");
      }
      expect(scene.server.submits).toBe(2);
    }),
  );

  it("where an estimate fails once", async () => {
    let asked = 0;
    await batchScene(
      async (scene) => {
        scene.rows(3);
        const { code, stderr } = await scene.belt([scene.path("rows.jsonl"), "--max-cost", "5", "-j", "1"]);
        expect({ code, stderr }).toMatchObject({ code: 0 });
        expect(asked).toBe(4);
      },
      { price: () => 1, failsPrice: () => ++asked === 2 },
    )();
  });

  it("within its cap, and says what to type when that is not enough", async () => {
    await batchScene(
      async (scene) => {
        scene.rows(3);
        const { code, stderr } = await scene.belt([scene.path("rows.jsonl"), "--max-cost", "0.15"]);
        expect(code).toBe(7);
        expect(stderr).toMatch(/hint: --max-cost 0\.\d+ allows it; the same command goes on with that\n/);
      },
      { price: () => 10_000_000 },
    )();
  });
});

it("a folder, an empty name and JSON over several lines are refused with what to do", async () => {
  await batchScene(async (scene) => {
    scene.rows(1);
    scene.write("spread.json", '{\n  "n": 1\n}\n');
    for (const [args, told] of [
      [["rows.jsonl", "--out", "new/"], "--out: new/ names a folder"],
      [["rows.jsonl", "--save", ""], "--save is empty"],
      [["spread.json"], "spread.json:1: is not JSON; jq -c . makes one line of each object"],
    ] as const)
      expect(await scene.belt([scene.path(args[0]!), ...args.slice(1)])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(told),
      });
    expect(scene.server.submits).toBe(0);
  })();
});

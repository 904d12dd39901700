import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { BatchScene } from "../support/batch-scene.ts";
import { ROOT } from "../support/belt.ts";
import { goOn } from "../support/killed-batch.ts";
import type { TaskServerOptions } from "../support/task-server.ts";

const ROWS = 6;

/** The real binary where no file can grow beyond so many blocks of 512 bytes, as on a disk that gets full. */
function spawnWithin(scene: BatchScene, blocks: number, args: string[]) {
  const command = [process.execPath, join(ROOT, "bin/belt.js"), "batch", "a/b", ...args];
  const env = { PATH: process.env["PATH"] ?? "", ...scene.home.env, ...scene.env };
  return execa("sh", ["-c", `ulimit -f ${blocks} && exec "$@"`, "sh", ...command], {
    reject: false,
    env: { ...env, NODE_DISABLE_COMPILE_CACHE: "1" },
    extendEnv: false,
  });
}

describe("a batch on a disk that gets full", () => {
  it.each<[string, TaskServerOptions, number]>([
    ["journal", {}, 1],
    // Blocks in which there is room for the journal.
    ["results", { output: () => "x".repeat(2_000) }, 8],
  ])(
    "as its %s grows says so, loses nothing, and goes on once there is room",
    async (which, options, first) => {
      let met = 0;
      for (let blocks = first; ; blocks += first) {
        const scene = await new BatchScene({ takes: () => 5, ...options }).open();
        try {
          scene.rows(ROWS);
          const args = [scene.path("rows.jsonl")];
          const { exitCode, stderr } = await spawnWithin(scene, blocks, args);
          if (exitCode === 0) break;
          met++;
          const name = which === "journal" ? "rows.results.ndjson.journal" : "rows.results.ndjson";
          expect(stderr).toContain(`error: cannot write ${scene.path(name)}: it would be too large`);
          expect(stderr).toContain("goes on");
          expect(stderr).not.toContain("failed");
          expect(exitCode, stderr).toBe(stderr.includes("in doubt") ? 11 : 1);
          await goOn(scene, args, ROWS, `${blocks} blocks`);
        } finally {
          await scene.clear();
        }
      }
      expect(met).toBeGreaterThan(2);
    },
    120_000,
  );

  it("as files are saved keeps the rows as done, leaves no part of a file, and fetches them once there is room", async () => {
    const size = (n: unknown) => (Number(n) % 2 === 0 ? 20_000 : 20);
    const scene = await new BatchScene({
      takes: () => 5,
      output: ({ n }, { url }) => ({ image: { uri: `${url}/out/${n}.png` } }),
      download: (name, response) => void response.end("x".repeat(size(name.split(".")[0]))),
    }).open();
    try {
      scene.rows(ROWS);
      const args = [scene.path("rows.jsonl"), "--save", scene.path("out"), "--receipt"];
      const { exitCode, stderr } = await spawnWithin(scene, 16, args);
      expect({ exitCode, stderr }).toMatchObject({
        exitCode: 9,
        stderr: expect.stringContaining("3 done, 3 done but not saved"),
      });
      expect(stderr).toContain("it would be too large");
      expect(
        readdirSync(scene.path("out")).filter((name) => !/^[135]-image\.png(\.belt\.json)?$/.test(name)),
      ).toEqual([]);
      expect(await scene.spawn(args)).toMatchObject({ exitCode: 0 });
      const sizes = [1, 2, 3, 4, 5, 6].map((n) => statSync(scene.path(`out/${n}-image.png`)).size);
      expect(sizes).toEqual([1, 2, 3, 4, 5, 6].map(size));
      expect(scene.server.submits).toBe(ROWS);
    } finally {
      await scene.clear();
    }
  });
});

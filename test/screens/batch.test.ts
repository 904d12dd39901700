import { stripVTControlCharacters } from "node:util";
import { beforeEach, describe, expect, it } from "vitest";
import { displayWidth } from "../../src/terminal/display-width.ts";
import { type BatchScene, batchScene } from "../support/batch-scene.ts";
import { needsLinux } from "../support/platform.ts";
import type { TaskServerOptions } from "../support/task-server.ts";
import { onTerminal } from "./terminal.ts";

const REASON =
  "海辺の灯台 the model could not make sense of a prompt that goes on for more than a line, 12345";

/** Rows that take long enough to be seen; some fail for a long reason, others for reasons that differ a little. */
const SLOW: TaskServerOptions = {
  takes: () => 150,
  fails: ({ n }) =>
    Number(n) % 4 === 0 ? REASON : Number(n) % 7 === 0 ? `out of room on node ${n}\u001b[2J` : null,
};

const look = (scene: BatchScene, columns: number, more: string[], stopAfter?: string) =>
  onTerminal(
    columns,
    ["batch", "a/b", scene.path("rows.jsonl"), "-j", "4", ...more],
    scene.home,
    scene.env,
    stopAfter === undefined ? {} : { stopAfter },
  );

describe("batch", () => {
  beforeEach(needsLinux);

  it.each([80, 40, 24])(
    "on %i columns draws one line that never wraps, and a table that fits",
    async (columns) => {
      await batchScene(async (scene) => {
        scene.rows(16);
        const { bytes, lines, exitCode } = await look(scene, columns, []);
        expect(exitCode).toBe(9);
        const drawn = bytes.split(/\r\n|\u001b\[0K/).map((piece) => stripVTControlCharacters(piece));
        const progress = drawn.filter((line) => line.includes(" of 16 done"));
        expect(progress.length).toBeGreaterThan(2);
        // The ^C that a terminal adds must fit beside it.
        for (const line of progress) expect(displayWidth.width(line)).toBeLessThanOrEqual(columns - 3);
        const end = lines.findIndex((line) => line.startsWith("error:"));
        const table = lines.slice(0, end);
        expect(table.slice(0, 2)).toEqual([
          displayWidth.cut(`    4  ${REASON}`, columns),
          expect.stringMatching(/^ {7}row 4 \(task_\d+\)/),
        ]);
        expect(table.filter((line) => displayWidth.width(line) > columns)).toEqual([]);
        expect(table.some((line) => line.startsWith("    2  out of"))).toBe(true);
      }, SLOW)();
    },
  );

  it("is left by Ctrl-C with nothing of the progress on the screen, and says what it cancels", async () => {
    await batchScene(
      async (scene) => {
        scene.rows(16);
        const { lines, exitCode } = await look(scene, 80, [], "4 running");
        expect(exitCode).toBe(130);
        expect(lines[0]).toBe("cancelling 4 rows; a second Ctrl-C leaves at once");
        expect(lines[1]).toMatch(/^stopped: interrupted; 16 rows: 16 not run; results in/);
        expect(lines.at(-1)).toContain(`belt batch a/b ${scene.path("rows.jsonl")} --jobs 4 goes on`);
        expect(lines.filter((line) => line.includes(" of 16 done"))).toEqual([]);
      },
      { takes: () => 60_000 },
    )();
  });
});

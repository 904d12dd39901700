import { describe, expect, it } from "vitest";
import { batchScene } from "../support/batch-scene.ts";
import type { TaskServer } from "../support/task-server.ts";

/** Of the submits in three bursts each third that comes is turned away, and some tasks lack capacity. */
const ROWS = 240;
const BURSTS = [60, 130, 200];

function inBurst({ submits }: TaskServer): boolean {
  return BURSTS.some((start) => submits >= start && submits < start + 12);
}

describe.concurrent("a batch that meets no room", () => {
  it("loses no row: fewer tasks are unfinished after each burst, and more again afterwards", async () => {
    const busy = new Set<unknown>();
    await batchScene(
      async (scene) => {
        scene.rows(ROWS);
        const { code, stderr } = await scene.belt([scene.path("rows.jsonl"), "-j", "16"]);
        expect({ code, failed: stderr.match(/\d+ failed$/m) }).toEqual({ code: 0, failed: null });
        expect(scene.results()).toHaveLength(ROWS);
        expect(scene.results().every(({ status }) => status === "completed")).toBe(true);
        if (process.env["CURVE"]) process.stdout.write(`${scene.server.curve.join(" ")}\n`);
        expect(stderr).toMatch(/at a time from now on/);
        expect(stderr).toMatch(/lack of room \(HTTP 429\)/);
        const { curve, most, tasks } = scene.server;
        expect(most).toBeLessThanOrEqual(16);
        expect(tasks.filter(({ status }) => status === "completed")).toHaveLength(ROWS);
        // Between the bursts the number recovers, and after each it has fallen.
        const peak = (from: number, to: number) => Math.max(...curve.slice(from, to));
        const least = (from: number, to: number) => Math.min(...curve.slice(from, to));
        for (const start of BURSTS.slice(0, 2)) {
          expect(least(start - 5, start + 25)).toBeLessThan(peak(start - 30, start));
          expect(peak(start + 30, start + 60)).toBeGreaterThan(least(start - 5, start + 25));
        }
      },
      {
        takes: () => 8,
        refuses: (_input, server) => (inBurst(server) ? { status: 429 } : null),
        fails: ({ n }) => {
          if (Number(n) % 40 !== 0 || busy.has(n)) return null;
          busy.add(n);
          return "provider answered HTTP 429";
        },
      },
    )();
  }, 60_000);

  it("pauses as a whole for Retry-After", async () => {
    let until = 0;
    let early = 0;
    await batchScene(
      async (scene) => {
        scene.rows(12);
        expect((await scene.belt([scene.path("rows.jsonl")])).code).toBe(0);
        expect(scene.results()).toHaveLength(12);
        expect(early).toBe(0);
      },
      {
        refuses: (_input, server) => {
          if (server.submits === 5) {
            until = Date.now() + 1_000;
            return { status: 429, headers: { "retry-after": "1" } };
          }
          // Those that were under way as it was said may still come.
          if (Date.now() > until - 800 && Date.now() < until - 5) early++;
          return null;
        },
      },
    )();
  });

  it("gives a row up after --retries, and tells why", async () => {
    await batchScene(
      async (scene) => {
        scene.rows(3);
        const { code, stderr } = await scene.belt([scene.path("rows.jsonl"), "--retries", "1"]);
        expect({ code, stderr }).toMatchObject({ code: 9, stderr: expect.stringContaining("busy") });
        expect(scene.results().find(({ row }) => row === 2)).toMatchObject({ status: "failed", attempts: 2 });
        expect(scene.server.submits).toBe(4);
      },
      { refuses: ({ n }) => (n === 2 ? { status: 429, body: { detail: "busy" } } : null) },
    )();
  });

  it("tries again what certainly did not arrive, and fails what still cannot be reached", async () => {
    await batchScene(async (scene) => {
      scene.rows(2);
      const args = [scene.path("rows.jsonl"), "--api-url", "http://127.0.0.1:9"];
      expect((await scene.belt(args)).code).toBe(6);
    })();
  });
});

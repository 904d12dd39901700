import { describe, expect, it, vi } from "vitest";
import { batchScene } from "../support/batch-scene.ts";

/** Of the submits in three bursts all are turned away, and some tasks lack capacity. */
const ROWS = 240;
const BURSTS = [60, 130, 200];
const LONG = 4;

/** Milliseconds without a submit after which all that runs ends: by then there are as many as may be. */
const STILL = 50;

/** How long something may take on a busy machine. */
const PATIENT = { timeout: 50_000, interval: 5 };

/** How many tasks were unfinished as a round of them ended, and how many submits had come by then. */
interface Round {
  submits: number;
  unfinished: number;
}

describe.concurrent("a batch that meets no room", () => {
  it("loses no row: fewer tasks are unfinished after each burst, and more again afterwards", async () => {
    const busy = new Set<unknown>();
    const rounds: Round[] = [];
    let still: NodeJS.Timeout | undefined;
    await batchScene(
      async (scene) => {
        scene.rows(ROWS);
        const { code, stderr } = await scene.belt([scene.path("rows.jsonl"), "-j", "16"]);
        expect({ code, failed: stderr.match(/\d+ failed$/m) }).toEqual({ code: 0, failed: null });
        expect(scene.results()).toHaveLength(ROWS);
        expect(scene.results().every(({ status }) => status === "completed")).toBe(true);
        if (process.env["CURVE"]) process.stdout.write(`${curveOf(rounds)}\n`);
        expect(stderr).toMatch(/at a time from now on/);
        expect(stderr).toMatch(/lack of room \(HTTP 429\)/);
        const { most, tasks } = scene.server;
        expect(most).toBeLessThanOrEqual(16);
        expect(tasks.filter(({ status }) => status === "completed")).toHaveLength(ROWS);
        const between = (from: number, to: number) =>
          rounds.filter(({ submits }) => submits > from && submits <= to).map(({ unfinished }) => unfinished);
        for (const [index, start] of BURSTS.entries()) {
          const before = Math.max(...between(BURSTS[index - 1] ?? 0, start));
          const after = Math.min(...between(start + LONG, start + 30));
          expect(after, `burst ${index}`).toBeLessThan(before);
          expect(Math.max(...between(start + 30, BURSTS[index + 1] ?? ROWS * 2))).toBeGreaterThan(after);
        }
      },
      {
        takes: () => Number.POSITIVE_INFINITY,
        refuses: (_input, server) => {
          clearTimeout(still);
          still = setTimeout(() => {
            const { submits, unfinished } = server;
            if (unfinished > 0) rounds.push({ submits, unfinished });
            server.end();
          }, STILL);
          const inBurst = BURSTS.some((start) => server.submits > start && server.submits <= start + LONG);
          return inBurst ? { status: 429 } : null;
        },
        fails: ({ n }) => {
          if (n !== 100 || busy.has(n)) return null;
          busy.add(n);
          return "provider answered HTTP 429";
        },
      },
    )();
  }, 60_000);

  it("pauses as a whole for Retry-After", async () => {
    const at: number[] = [];
    let refused = 0;
    await batchScene(
      async (scene) => {
        scene.rows(12);
        const running = scene.belt([scene.path("rows.jsonl")]);
        // Whoever says so has read the answer; the tasks that end now make room for others.
        await vi.waitFor(() => expect(running.stderrSoFar()).toContain("after a pause of"), PATIENT);
        expect(at).toHaveLength(4);
        scene.server.end();
        expect((await running).code).toBe(0);
        expect(scene.results()).toHaveLength(12);
        // Clocks that count whole milliseconds may tell a little less.
        expect(at[4]! - refused).toBeGreaterThan(1_000 - 5);
      },
      {
        takes: (_input, server) => (server.submits <= 4 ? Number.POSITIVE_INFINITY : 5),
        refuses: (_input, server) => {
          at.push(performance.now());
          if (server.submits !== 4) return null;
          refused = performance.now();
          return { status: 429, headers: { "retry-after": "1" } };
        },
      },
    )();
  }, 60_000);

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

/** The rounds as a line to look at, and as numbers. */
function curveOf(rounds: Round[]): string {
  const bars = rounds.map(({ unfinished }) => "▁▂▃▄▅▆▇█"[Math.ceil(unfinished / 2) - 1]).join("");
  return `${bars}\n${rounds.map(({ unfinished }) => unfinished).join(" ")}`;
}

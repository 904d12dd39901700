import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BatchScene } from "../support/batch-scene.ts";
import { ROOT } from "../support/belt.ts";

const ROWS = 12;
const HOOK = join(ROOT, "test/support/kill-at-write.cjs");
/** A submit of a killed belt can still arrive for so long. */
const PATIENCE = ["--request-timeout", "500ms"];

/** Kills the real binary at one write; then the same command. False when it ended before that write. */
async function round(at: number, share: number): Promise<boolean> {
  const scene = await new BatchScene({ takes: () => 15 }).open();
  try {
    scene.rows(ROWS);
    scene.home.env["HOME"] = scene.home.dir;
    const args = [scene.path("rows.jsonl"), ...PATIENCE];
    const hook = {
      NODE_OPTIONS: `--require ${HOOK}`,
      KILL_AT: String(at),
      KILL_FILE: "rows.results.ndjson",
      KILL_SHARE: String(share),
    };
    const killed = await scene.spawn(args, hook);
    const where = `write ${at}, ${share} of it`;
    if (killed.signal !== "SIGKILL") expect(killed.exitCode, where).toBe(0);
    let next = await scene.spawn(args);
    if (next.exitCode === 11) next = await scene.spawn([...args, "--again", "in-doubt"]);
    expect(next.exitCode, `${where}\n${next.stderr}`).toBe(0);
    const results = scene.results();
    expect(
      results.map(({ status }) => status),
      where,
    ).toEqual(Array(ROWS).fill("completed"));
    expect(
      results.map(({ row }) => row).toSorted((a, b) => a - b),
      where,
    ).toEqual(Array.from({ length: ROWS }, (_, n) => n + 1));
    expect(scene.server.submits, where).toBe(ROWS);
    // What is told besides the rows is what was in doubt for a while.
    expect(
      scene.lines().filter(({ status }) => status !== "unknown"),
      where,
    ).toHaveLength(ROWS);
    return killed.signal === "SIGKILL";
  } finally {
    await scene.close();
  }
}

describe.concurrent("a batch of 12 rows killed at every single write", () => {
  it.each([
    ["before a byte of it is on disk", 0],
    ["in the middle of it", 0.5],
    ["after it", 1],
  ])(
    "%s: the same command ends it, and no row is paid twice",
    async (_when, share) => {
      for (let at = 1; await round(at, share); at++);
    },
    180_000,
  );
});

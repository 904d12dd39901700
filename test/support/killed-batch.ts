import { join } from "node:path";
import { expect } from "vitest";
import type { BatchScene } from "./batch-scene.ts";
import { ROOT } from "./belt.ts";

/** A submit of a killed belt can still arrive for so long. */
export const PATIENCE = ["--request-timeout", "500ms"];

/** What makes the real binary kill itself at one of its writes, when so much of it is written. */
function killAtWrite(at: number, share: number): Record<string, string> {
  return {
    NODE_OPTIONS: `--require ${join(ROOT, "test/support/kill-at-write.cjs")}`,
    KILL_AT: String(at),
    KILL_FILE: "rows.results.ndjson",
    KILL_SHARE: String(share),
  };
}

/** Runs it until it kills itself, in the middle of a write unless told otherwise, or to its end. False for its end. */
export async function killAt(scene: BatchScene, args: string[], at: number, share = 0.5): Promise<boolean> {
  return (await scene.spawn(args, killAtWrite(at, share))).signal === "SIGKILL";
}

/** The same command to its end, and with `--again in-doubt` where nobody can tell; then every row has run once. */
export async function goOn(scene: BatchScene, args: string[], rows: number, where: string): Promise<void> {
  let next = await scene.spawn(args);
  if (next.exitCode === 11) next = await scene.spawn([...args, "--again", "in-doubt"]);
  expect(next.exitCode, `${where}\n${next.stderr}`).toBe(0);
  const results = scene.results();
  expect(
    results.filter(({ status }) => status !== "completed"),
    where,
  ).toEqual([]);
  expect(
    results.map(({ row }) => row).toSorted((a, b) => a - b),
    where,
  ).toEqual(Array.from({ length: rows }, (_, n) => n + 1));
  expect(scene.server.submits, where).toBe(rows);
  // What is told besides the rows is what was in doubt for a while.
  expect(
    scene.lines().filter(({ status }) => status !== "unknown"),
    where,
  ).toHaveLength(rows);
}

/** Kills a batch of so many rows at one write, then goes on. False when it ended before that write. */
export async function killOnce(
  scene: BatchScene,
  rows: number,
  at: number,
  share: number,
  more: readonly string[] = [],
): Promise<boolean> {
  scene.rows(rows);
  const args = [scene.path("rows.jsonl"), ...more, ...PATIENCE];
  const killed = await scene.spawn(args, killAtWrite(at, share));
  const where = `write ${at}, ${share} of it`;
  if (killed.signal !== "SIGKILL") expect(killed.exitCode, where).toBe(0);
  await goOn(scene, args, rows, where);
  return killed.signal === "SIGKILL";
}

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { LockOwner } from "../../src/store/process-lock.ts";
import { makeTemporaryState } from "../../src/store/temporary-state.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "belt-temporary-state-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Of the processes 1 to 3 the second lives, since the moment "then". */
const owner: LockOwner = {
  pid: process.pid,
  hostname: "here",
  isAlive: (pid) => pid === 2 || pid === process.pid,
  beganAt: async () => "then",
};
const make = () => makeTemporaryState(folder, { owner, sleep: async () => {} });

function stateOf(name: string, lock: unknown): void {
  mkdirSync(join(folder, name));
  if (lock) writeFileSync(join(folder, name, "dev.lock"), JSON.stringify(lock));
}

test("those of dead processes are removed, and nothing that could be another's", async () => {
  stateOf("belt-dev-exec-dead", { pid: 1, host: "here", began: "then" });
  stateOf("belt-dev-exec-again", { pid: 2, host: "here", began: "before" });
  stateOf("belt-dev-exec-alive", { pid: 2, host: "here", began: "then" });
  stateOf("belt-dev-exec-away", { pid: 1, host: "elsewhere", began: "then" });
  stateOf("belt-dev-exec-unmarked", null);
  stateOf("elses", { pid: 1, host: "here", began: "then" });
  symlinkSync(join(folder, "elses"), join(folder, "belt-dev-exec-link"));
  const { path, remove } = await make();
  const left = ["alive", "away", "link", "unmarked"].map((name) => `belt-dev-exec-${name}`);
  expect(readdirSync(folder).sort()).toEqual([path.slice(folder.length + 1), ...left, "elses"].sort());
  expect(existsSync(join(folder, "elses", "dev.lock"))).toBe(true);
  await remove();
  expect(existsSync(path)).toBe(false);
});

test("many that are made at once leave each other alone", async () => {
  const states = await Promise.all(Array.from({ length: 8 }, make));
  for (const { path } of states) expect(readdirSync(path)).toEqual(["dev.lock"]);
  for (const { remove } of states) await remove();
  expect(readdirSync(folder)).toEqual([]);
});

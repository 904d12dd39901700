import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { makeTemporaryFolder } from "../../src/store/temporary.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "belt-temporaries-"));
  vi.stubEnv("TMPDIR", folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Of the processes 1 to 3 the second lives. */
const owner = { pid: 3, hostname: "here.lan", isAlive: (pid: number) => pid === 2 };

test("a folder of its own takes with it those of dead processes of this machine, and no other's", async () => {
  const kept = ["belt-2@here_lan-aaaaaa", "belt-1@elsewhere-bbbbbb", "belt-1@here_lan", "belt-notes"];
  for (const name of [...kept, "belt-1@here_lan-cccccc"])
    mkdirSync(join(folder, name, "files"), { recursive: true });
  const made = await makeTemporaryFolder(owner);
  expect(readdirSync(folder).sort()).toEqual([...kept, made.slice(folder.length + 1)].sort());
  expect(made).toMatch(/\/belt-3@here_lan-\w{6}$/);
  expect(existsSync(join(folder, kept[0]!, "files"))).toBe(true);
});

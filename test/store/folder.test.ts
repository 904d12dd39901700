import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeFolder } from "../../src/store/folder.ts";
import { needsLinux } from "../support/platform.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "belt-folder-"));
});

afterEach(() => {
  chmodSync(root, 0o700);
  rmSync(root, { recursive: true });
});

describe("makeFolder", () => {
  it("makes the folders above, for the user alone, and takes one that is there", async () => {
    await makeFolder(join(root, "a/b/c"));
    await makeFolder(join(root, "a/b/c"));
    expect(statSync(join(root, "a/b/c")).mode & 0o777).toBe(0o700);
    expect(statSync(join(root, "a")).mode & 0o777).toBe(0o700);
  });

  it("refuses a file that stands in the way", async () => {
    writeFileSync(join(root, "file"), "");
    await expect(makeFolder(join(root, "file"))).rejects.toThrow("EEXIST");
    await expect(makeFolder(join(root, "file/x"))).rejects.toThrow("ENOTDIR");
  });

  it("gives up where a folder takes none, as /proc does", async (context) => {
    needsLinux(context);
    await expect(makeFolder("/proc/nope/deeper")).rejects.toThrow("ENOENT");
  });
});

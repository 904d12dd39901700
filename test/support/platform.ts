import type { TestContext } from "vitest";

/** For `beforeEach`, before all that makes something: `script` of util-linux, /proc and mkfifo are not everywhere. */
export function needsLinux({ skip }: TestContext): void {
  skip(process.platform !== "linux", "needs Linux: script of util-linux, /proc, ps or mkfifo");
}

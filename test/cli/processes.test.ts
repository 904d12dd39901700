import { spawn } from "node:child_process";
import { once } from "node:events";
import { beforeEach, expect, it } from "vitest";
import { processHost } from "../../src/cli/host.ts";
import { ROOT, until } from "../support/belt.ts";
import { needsLinux } from "../support/platform.ts";

beforeEach(needsLinux);

it("a process that has ended is not alive, though its parent has not looked after it", async () => {
  const parent = spawn("sh", ["-c", "sh -c 'echo $$' & exec sleep 100"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [line] = await once(parent.stdout, "data");
    const { isAlive } = processHost(ROOT);
    await until(() => !isAlive(Number(line)));
    expect(process.kill(Number(line), 0)).toBe(true);
    expect(isAlive(parent.pid!)).toBe(true);
  } finally {
    parent.kill("SIGKILL");
  }
});

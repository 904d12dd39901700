import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { spawnDev } from "../local/dev-process.ts";
import { Home, ROOT } from "../support/belt.ts";
import { needsLinux } from "../support/platform.ts";
import { onTerminal } from "./terminal.ts";

const APP = `import { z } from "zod";
export const RunInput = z.object({}), RunOutput = z.any();
export class App {
  async *run() {
    for (let n = 1; !this.context.cancelRequested; n += 1) {
      yield { n, half: n / 2, list: [n] };
      await new Promise((done) => setTimeout(done, 20));
    }
  }
}
`;

it("partial outputs that are no text stand beside the spinner as they come", async (context) => {
  needsLinux(context);
  const home = new Home();
  const dir = join(home.dir, "app");
  mkdirSync(dir);
  writeFileSync(join(dir, "inf.yml"), "namespace: test\nname: counting\n");
  writeFileSync(join(dir, "package.json"), '{"type":"module"}');
  writeFileSync(join(dir, "inference.js"), APP);
  symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
  const dev = await spawnDev(home, [dir, "--port", "0"]);
  try {
    // It counts until Ctrl-C, which is pressed once a number can be seen.
    const { bytes, exitCode } = await onTerminal(
      80,
      ["run", "test/counting", "--local"],
      home,
      {},
      { stopAfter: "n: " },
    );
    expect(exitCode).toBe(130);
    expect(bytes).toMatch(/running \S+.*n: \d+, half: [\d.]+/);
  } finally {
    dev.child.kill("SIGINT");
    await dev.child;
    home.remove();
  }
});

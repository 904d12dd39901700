import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { processHost } from "../../src/cli/host.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { EXIT_CODES } from "../../src/errors.ts";
import { ROOT } from "../support/belt.ts";

const README = readFileSync(join(ROOT, "README.md"), "utf8");

/** The lines of its shell examples that call belt. */
const EXAMPLES = [...README.matchAll(/^```sh\n(.*?)^```/gms)]
  .flatMap(([, block]) => block!.split("\n"))
  .flatMap((line) => /(?:^|&& |\$\()(?:node bin\/belt\.js|belt) ([^)|<>]*)/.exec(line)?.[1] ?? []);

/** Words as a shell makes them, for quotes without tricks. */
function words(line: string): string[] {
  return [...line.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replace(/["']/g, ""));
}

describe("README.md", () => {
  it("has each exit code with its meaning", () => {
    const rows = Object.values(EXIT_CODES).map(({ code, meaning }) => `| ${code} | ${meaning} |`);
    expect(README).toContain(rows.join("\n"));
  });

  it("has examples", () => {
    expect(EXAMPLES.length).toBeGreaterThan(4);
  });

  it.each(EXAMPLES)("shows a command line that belt takes: belt %s", async (line) => {
    let executed = false;
    const program = await buildProgram(processHost(ROOT), async () => {
      executed = true;
    });
    await program.parseAsync(words(line), { from: "user" });
    expect(executed).toBe(true);
  });
});

import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { processHost } from "../../src/cli/host.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { EXIT_CODES } from "../../src/errors.ts";
import { PacedWriter } from "../../src/terminal/paced-writer.ts";
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

  it("has the reference of the command tree as it is: npm run reference", () => {
    const now = readFileSync(join(ROOT, "README.md"), "utf8");
    const folder = mkdtempSync(join(tmpdir(), "belt-readme-"));
    try {
      for (const part of ["bin", "dist", "package.json"]) symlinkSync(join(ROOT, part), join(folder, part));
      mkdirSync(join(folder, "src/build"), { recursive: true });
      copyFileSync(join(ROOT, "src/build/reference.js"), join(folder, "src/build/reference.js"));
      writeFileSync(join(folder, "README.md"), now);
      execFileSync(process.execPath, [join(folder, "src/build/reference.js")]);
      expect(readFileSync(join(folder, "README.md"), "utf8")).toBe(now);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("has examples", () => {
    expect(EXAMPLES.length).toBeGreaterThan(4);
  });

  it.each(EXAMPLES)("shows a command line that belt takes: belt %s", async (line) => {
    const stdout = { write() {} };
    const host = { ...processHost(ROOT), stdout };
    const answer = new PacedWriter(stdout, new AbortController().signal);
    const program = await buildProgram(host, answer, async () => {});
    await expect(program.parseAsync(words(line), { from: "user" })).resolves.toBe(program);
  });
});

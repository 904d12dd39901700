import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
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
import { FLOORS } from "../house/rules.ts";
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

describe("README.md, how it is built", () => {
  const chapter = /^## How it is built\n(.*?)^## /ms.exec(README)![1]!;
  const pairs = [...chapter.matchAll(/`(\w+)`\s+\(`([^`]+)`\)/g)].map(([, name, file]) => ({
    name: name!,
    file: file!,
  }));

  it("has the floors in the order that the imports keep", () => {
    const rows = [...chapter.matchAll(/^\| (`src.*?) \|/gm)].map(([, row]) =>
      row!.replaceAll("`", "").split(", "),
    );
    expect(rows.map((row) => row.sort())).toEqual(FLOORS.map((floor) => floor.toSorted()));
  });

  it.each(pairs)("names $name, which is defined in $file", ({ name, file }) => {
    const text = readFileSync(join(ROOT, "src", file), "utf8");
    const defined = [
      `^(export )?(async )?(function\\*?|class|interface|const|type) ${name}\\b`,
      `^  (async )?${name}(<[^>]*>)?\\(`,
    ];
    expect(text).toMatch(new RegExp(defined.join("|"), "m"));
  });

  it("names no function without its file, and no file that is not there", () => {
    const steps = chapter.slice(chapter.indexOf("\n1. "));
    const quoted = [...steps.matchAll(/`([^`]+)`/g)].map(([, words]) => words!);
    const known = new Set(pairs.flatMap(({ name, file }) => [name, file]));
    const unknown = quoted.filter(
      (words) => /^[\w/.-]+$/.test(words) && !known.has(words) && !words.startsWith("-"),
    );
    expect(unknown.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect(pairs.length).toBeGreaterThan(20);
  });
});

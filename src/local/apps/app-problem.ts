import { join } from "node:path";
import { messageOf, placeIn } from "../error-text.ts";
import type { AppProblem } from "../events.ts";

export function describeProblem({ message, file, line }: AppProblem): string {
  if (!file || message.includes(file)) return message;
  return line === null ? `${file}: ${message}` : `${file}:${line}: ${message}`;
}

/** Finds the place in what node, or the yaml parser of its manifest, says about a broken app. */
export function problemOf(error: unknown, dir: string, manifest = "inf.yml"): AppProblem {
  const said = messageOf(error);
  const yamlLine = (error as { linePos?: { line: number }[] }).linePos?.[0]?.line;
  if (yamlLine !== undefined) {
    const [message = ""] = said.split(/ at line \d+, column \d+|\n/, 1);
    return { message, file: join(dir, manifest), line: yamlLine };
  }
  const place = placeIn(said, dir);
  const summary = summaryOf(said.split("\n")) ?? said;
  return {
    message: missingPackage(summary, dir) ?? summary,
    file: place?.file ?? null,
    line: place?.line ?? null,
  };
}

/** An error in words, with its causes; null where none is told. */
function summaryOf(lines: string[]): string | null {
  const at = lines.findIndex((line) => /^\w*Error\b/.test(line));
  if (at === -1) return null;
  const causes = lines.slice(at).flatMap((line) => /^\[cause\]: (.+)/.exec(line)?.[1] ?? []);
  return [lines[at]!, ...causes].map((text) => text.replace(/^Error: /, "")).join(": ");
}

/** What node says of a package that is not there leaves open what to do about it. */
function missingPackage(said: string, dir: string): string | null {
  const [, name] = /Cannot find (?:package|module) '([^'./][^']*)'/.exec(said) ?? [];
  return name === undefined ? null : `the package ${name} is not installed: run npm install in ${dir}`;
}

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
  const place = placeIn((error as { place?: string | null }).place ?? said, dir);
  // Without frames node puts it in brackets.
  const [, summary = said] = /^\[?(\w*Error\b.*?)\]?$/m.exec(said) ?? [];
  return {
    message: missingPackage(summary, dir) ?? summary,
    file: place?.file ?? null,
    line: place?.line ?? null,
  };
}

/** What node says of a package that is not there leaves open what to do about it. */
function missingPackage(said: string, dir: string): string | null {
  const [, name] = /Cannot find (?:package|module) '([^'./][^']*)'/.exec(said) ?? [];
  return name === undefined ? null : `the package ${name} is not installed: run npm install in ${dir}`;
}

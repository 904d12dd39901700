import type { RE2JS } from "re2js";
import type { Note } from "./node.ts";

interface Matcher {
  test(text: string): boolean;
  /** ajv keeps what has the same name once. */
  toString(): string;
}

/** Loads what matches patterns in linear time, where a schema has any. */
export async function patternEngine(note: Note): Promise<(pattern: string) => Matcher> {
  const { RE2JS } = await import("re2js");
  return (pattern) => linear(RE2JS, pattern) ?? native(pattern) ?? unusable(pattern, note);
}

/** Python's end of the text, and the escapes of JavaScript. */
function linear(engine: typeof RE2JS, pattern: string): Matcher | null {
  try {
    const compiled = engine.compile(engine.translateRegExp(withoutPython(pattern)));
    return { test: (text) => compiled.matcher(text).find(), toString: () => pattern };
  } catch {
    return null;
  }
}

/** What looks ahead or back needs JavaScript's own engine; the watchdog stops it when it runs away. */
function native(pattern: string): Matcher | null {
  const [, flags = "", rest = ""] = /^\(\?([imsu]+)\)(.*)$/s.exec(pattern) ?? [undefined, "", pattern];
  try {
    return new RegExp(
      withoutPython(rest).replaceAll("\\A", "^").replaceAll("\\z", "$"),
      [...new Set(`${flags}u`)].join(""),
    );
  } catch {
    return null;
  }
}

function withoutPython(pattern: string): string {
  return pattern.replace(/\\([\s\S])/g, (whole, char) => (char === "Z" ? "\\z" : whole));
}

function unusable(pattern: string, note: Note): Matcher {
  note(`the pattern ${pattern} cannot be used`);
  return { test: () => true, toString: () => pattern };
}

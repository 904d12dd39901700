import { parseJson, parsePlainJson } from "../../wire/json.ts";

/** JSON from the API: its text as a value, undefined for what is none and for what is nested too deep. */
export async function readJson(text: string): Promise<unknown> {
  try {
    return bounded(text, await parseJson(text));
  } catch {
    return undefined;
  }
}

/** The same at once; undefined, too, for a text with a long number. */
export function readPlainJson(text: string): unknown {
  try {
    return bounded(text, parsePlainJson(text)?.value);
  } catch {
    return undefined;
  }
}

/** Levels of lists and objects. What is deeper nobody means, and whoever walks through it runs out of stack. */
const DEEPEST = 1_000;

function bounded(text: string, value: unknown): unknown {
  return text.length > 2 * DEEPEST && isDeep(value) ? undefined : value;
}

function isDeep(value: unknown): boolean {
  let level = [value].filter(isNested);
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= DEEPEST) return true;
    const inner: object[] = [];
    for (const one of level) for (const part of Object.values(one)) if (isNested(part)) inner.push(part);
    level = inner;
  }
  return false;
}

function isNested(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

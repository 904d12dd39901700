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
  return mayBeDeep(text) && isDeep(value) ? undefined : value;
}

/** Each level begins with a bracket; to count those takes less than to look at each value. */
function mayBeDeep(text: string): boolean {
  if (text.length <= 2 * DEEPEST) return false;
  let brackets = 0;
  for (let at = 0; at < text.length && brackets <= DEEPEST; at++) {
    const code = text.charCodeAt(at);
    if (code === BRACKET || code === BRACE) brackets++;
  }
  return brackets > DEEPEST;
}

const BRACKET = "[".charCodeAt(0);
const BRACE = "{".charCodeAt(0);

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

import { usageError } from "../../errors.ts";
import { keyWithoutPlace, parsePath, setAt } from "../../input/path.ts";
import { RawValue, rawText } from "../../input/raw-value.ts";
import type { JsonObject } from "../../wire/types.ts";

/** A key, and the values that it takes in turn. */
export interface Variation {
  path: string[];
  count: number;
  at(index: number): string;
}

/** More rows than this are a slip of the hand. */
const MOST_ROWS = 1_000_000;

/** Reads `key=a,b,c` and `key=1..20`; throws a usage error for anything else. */
export function parseVary(specs: readonly string[]): Variation[] {
  const variations = specs.map(parseOne);
  const lost = keyWithoutPlace(variations.map(({ path }) => path));
  if (lost)
    throw usageError(
      `--vary ${lost.join(".")}: another --vary gives it, or what it is in`,
      "write all values of a key in one: --vary seed=1,2,3",
    );
  const rows = variations.reduce((product, { count }) => product * count, 1);
  if (rows > MOST_ROWS) {
    const many = Number.isSafeInteger(rows) ? `${rows}` : "far too many";
    throw usageError(`--vary makes ${many} of each row, more than ${MOST_ROWS}`);
  }
  return variations;
}

function parseOne(spec: string): Variation {
  const equals = spec.indexOf("=");
  const key = spec.slice(0, Math.max(equals, 0));
  const text = spec.slice(equals + 1);
  if (key === "" || text === "")
    throw usageError(`--vary: "${spec}" is not key=a,b,c or key=1..20`, "write --vary seed=1..20");
  const path = parsePath(key);
  const range = /^(-?\d+)\.\.(-?\d+)$/.exec(text);
  if (!range) return listed(path, text);
  const [from, to] = [BigInt(range[1]!), BigInt(range[2]!)];
  const step = from <= to ? 1n : -1n;
  return { path, count: Number((to - from) * step) + 1, at: (index) => String(from + BigInt(index) * step) };
}

/** A comma in a value is written `\,`. */
function listed(path: string[], text: string): Variation {
  const values = text.split(/(?<!\\),/).map((value) => value.replaceAll("\\,", ","));
  return { path, count: values.length, at: (index) => values[index]! };
}

/** Every combination, the last key changing fastest, as trees of the `--input` grammar; without any, one that is empty. */
export async function* combinations(variations: readonly Variation[]): AsyncGenerator<JsonObject> {
  const total = variations.reduce((product, { count }) => product * count, 1);
  for (let number = 0; number < total; number++) {
    const tree: JsonObject = {};
    let rest = number;
    for (const { path, count, at } of variations.toReversed()) {
      setAt(tree, path, new RawValue([await rawText(at(rest % count))]), `--vary ${path.join(".")}`);
      rest = Math.floor(rest / count);
    }
    yield tree;
  }
}

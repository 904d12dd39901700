import { usageError } from "../errors.ts";
import type { JsonObject } from "../wire/types.ts";
import { DEEPEST_KEY, define, hasFields, replacing } from "./raw-value.ts";

/** "a.b", "a.0", "tags[]", "a\.b" as segments; the segment "[]" appends (src/cli/README.md, "Inputs"). */
export function parsePath(key: string): string[] {
  const segments = key
    .replace(/\[\]/g, ".[]")
    .split(/(?<!\\)\./)
    .map((segment) => segment.replaceAll("\\.", "."));
  if (segments.some((segment) => segment === "")) {
    throw usageError(`"${key}" is not a key: it has an empty part`, "write a\\.b for a key with a dot in it");
  }
  if (segments.length > DEEPEST_KEY) {
    throw usageError(`a key of ${segments.length} levels is too deep`, "write what is inside as key:=json");
  }
  return segments;
}

/**
 * Of keys that are given beside each other, the first that has no place of its own: it is given twice, or
 * within another. What appends always has one.
 */
export function keyWithoutPlace(keys: readonly (readonly string[])[]): readonly string[] | null {
  const known = new Set(keys.map((key) => JSON.stringify(key)));
  const before = new Set<string>();
  for (const key of keys) {
    const appends = key.indexOf("[]");
    const fixed = appends < 0 ? key : key.slice(0, appends);
    const holders = fixed.map((_, depth) => JSON.stringify(key.slice(0, depth + 1)));
    const own = JSON.stringify(key);
    if (before.has(own) && appends < 0) return key;
    if (holders.some((holder) => holder !== own && known.has(holder))) return key;
    before.add(own);
  }
  return null;
}

/**
 * Puts `value` at `path`, making objects and lists on the way. `where` names it in errors; `open`
 * remembers the entries made with `[]`, which are filled until a key comes again.
 */
export function setAt(
  root: JsonObject,
  path: readonly string[],
  value: unknown,
  where: string,
  open = new WeakSet<object>(),
): void {
  let holder: JsonObject | unknown[] = root;
  for (const [depth, segment] of path.entries()) {
    const rest = path.slice(depth + 1);
    const key = Array.isArray(holder)
      ? listIndex(holder, segment, rest, where, open)
      : objectKey(segment, where);
    const current: unknown = Object.hasOwn(holder, key) ? (holder as JsonObject)[key] : undefined;
    const next = rest.length === 0 ? replacing(current, value) : (current ?? emptyHolder(rest[0]!));
    define(holder, key, next);
    if (rest.length === 0) return;
    if (!hasFields(next) && !Array.isArray(next)) {
      throw usageError(
        `${where}: ${path.slice(0, depth + 1).join(".")} already has a value that holds no fields`,
      );
    }
    if (segment === "[]") open.add(next);
    holder = next;
  }
}

function emptyHolder(nextSegment: string): JsonObject | unknown[] {
  return nextSegment === "[]" || nextSegment === "0" ? [] : {};
}

function objectKey(segment: string, where: string): string {
  if (segment === "[]") throw usageError(`${where}: [] appends to a list, and this is an object`);
  return segment;
}

function listIndex(
  list: unknown[],
  segment: string,
  rest: readonly string[],
  where: string,
  open: WeakSet<object>,
): number {
  if (segment === "[]") return isOpenFor(list.at(-1), rest, open) ? list.length - 1 : list.length;
  const index = /^\d+$/.test(segment) ? Number(segment) : Number.NaN;
  if (index <= list.length) return index;
  throw usageError(
    `${where}: "${segment}" is no place in a list of ${list.length}`,
    "fill lists from 0, or append with []",
  );
}

/** True for an entry made with `[]` in which nothing stands at `rest` yet. */
function isOpenFor(entry: unknown, rest: readonly string[], open: WeakSet<object>): boolean {
  if (rest.length === 0 || !hasFields(entry) || !open.has(entry)) return false;
  let holder: unknown = entry;
  for (const segment of rest) {
    if (segment === "[]") return true;
    if (!hasFields(holder) && !Array.isArray(holder)) return false;
    if (!Object.hasOwn(holder, segment)) return true;
    holder = (holder as JsonObject)[segment];
  }
  return false;
}

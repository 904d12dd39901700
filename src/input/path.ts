import { usageError } from "../errors.ts";
import type { JsonObject } from "../wire/types.ts";
import { hasFields, replacing } from "./typed.ts";

/** "a.b", "a.0", "tags[]", "a\.b" as segments; the segment "[]" appends (cli.md section 3). */
export function parsePath(key: string): string[] {
  const segments = key
    .replace(/\[\]/g, ".[]")
    .split(/(?<!\\)\./)
    .map((segment) => segment.replaceAll("\\.", "."));
  if (segments.some((segment) => segment === "")) {
    throw usageError(`"${key}" is not a key: it has an empty part`, "write a\\.b for a key with a dot in it");
  }
  return segments;
}

/** Puts `value` at `path`, making objects and lists on the way. `where` names it in errors. */
export function setAt(root: JsonObject, path: readonly string[], value: unknown, where: string): void {
  let holder: JsonObject | unknown[] = root;
  for (const [depth, segment] of path.entries()) {
    const last = depth === path.length - 1;
    const key: string | number = Array.isArray(holder)
      ? listIndex(holder, segment, where)
      : objectKey(segment, where);
    const current: unknown = Object.hasOwn(holder, key) ? (holder as JsonObject)[key] : undefined;
    const next = last ? replacing(current, value) : (current ?? emptyHolder(path[depth + 1]!));
    Object.defineProperty(holder, key, { value: next, enumerable: true, writable: true, configurable: true });
    if (last) return;
    if (!hasFields(next) && !Array.isArray(next)) {
      throw usageError(
        `${where}: ${path.slice(0, depth + 1).join(".")} already has a value that holds no fields`,
      );
    }
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

function listIndex(list: unknown[], segment: string, where: string): number {
  if (segment === "[]") return list.length;
  const index = /^\d+$/.test(segment) ? Number(segment) : Number.NaN;
  if (index <= list.length) return index;
  throw usageError(
    `${where}: "${segment}" is no place in a list of ${list.length}`,
    "fill lists from 0, or append with []",
  );
}

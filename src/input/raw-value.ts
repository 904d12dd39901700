import { parseJson } from "../wire/json.ts";
import { isObject, type JsonObject } from "../wire/types.ts";

/** One thing typed for a key: a text, or a file to upload; "-" is standard input. */
export type RawPart = RawText | { file: string };

export interface RawText {
  text: string;
  /** The list or object that the text is, if it is one in JSON. */
  json?: unknown;
  /** The file it came out of. */
  textOf?: string;
}

export async function rawText(text: string, textOf?: string): Promise<RawText> {
  const json = /^\s*[[{]/.test(text) ? await parseJson(text).catch(() => undefined) : undefined;
  return { text, ...(json !== undefined && { json }), ...(textOf !== undefined && { textOf }) };
}

/**
 * What was typed for one key, every time it was typed. What it means depends on the type that
 * the app's schema gives the key, so it stays in the tree like this until that is known.
 */
export class RawValue {
  readonly parts: readonly RawPart[];

  constructor(parts: readonly RawPart[]) {
    this.parts = parts;
  }
}

/** A later value in the place of an earlier one; what is typed again is remembered with what came before. */
export function replacing(current: unknown, next: unknown): unknown {
  return current instanceof RawValue && next instanceof RawValue
    ? new RawValue([...current.parts, ...next.parts])
    : next;
}

/** True for objects that hold fields, which something typed does not. */
export function hasFields(value: unknown): value is JsonObject {
  return isObject(value) && !(value instanceof RawValue);
}

/** What stands at a place; what was typed is a value like any other. Undefined where there is none. */
export function valueAt(tree: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (holder, key) =>
      (hasFields(holder) || Array.isArray(holder)) && Object.hasOwn(holder, key)
        ? (holder as JsonObject)[key]
        : undefined,
    tree,
  );
}

/** Every file named anywhere in what was typed, in order, each once. */
export function filesIn(value: unknown, depth = 0): string[] {
  if (depth > DEEPEST_KEY || typeof value !== "object" || value === null) return [];
  const names =
    value instanceof RawValue
      ? value.parts.flatMap((part) => ("file" in part ? part.file : []))
      : Object.values(value).flatMap((inner) => filesIn(inner, depth + 1));
  return [...new Set(names)];
}

/** Levels of a key that is typed; what is below them can be JSON only. */
export const DEEPEST_KEY = 100;

/** A key such as `__proto__` is a key like any other. */
export function define(holder: JsonObject | unknown[], key: string | number, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, writable: true, configurable: true });
}

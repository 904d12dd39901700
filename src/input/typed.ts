import { isObject, type JsonObject } from "../wire/types.ts";

/** One thing typed for a key: a text, or a file to upload ("-" is standard input). */
export type Part = { text: string } | { file: string };

/**
 * What was typed for one key, every time it was typed. What it means depends on the type that
 * the app's schema gives the key, so it stays in the tree like this until that is known.
 */
export class Typed {
  readonly parts: readonly Part[];

  constructor(parts: readonly Part[]) {
    this.parts = parts;
  }
}

/** A later value in the place of an earlier one; what is typed again is remembered with what came before. */
export function replacing(current: unknown, next: unknown): unknown {
  return current instanceof Typed && next instanceof Typed
    ? new Typed([...current.parts, ...next.parts])
    : next;
}

/** True for objects that hold fields, which something typed does not. */
export function hasFields(value: unknown): value is JsonObject {
  return isObject(value) && !(value instanceof Typed);
}

/** Every file named anywhere in what was typed, in order, each once. */
export function filesIn(value: unknown): string[] {
  const names =
    value instanceof Typed
      ? value.parts.flatMap((part) => ("file" in part ? part.file : []))
      : typeof value === "object" && value !== null
        ? Object.values(value).flatMap(filesIn)
        : [];
  return [...new Set(names)];
}

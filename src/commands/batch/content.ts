import { createHash } from "node:crypto";
import { fillUploads } from "../../input/coerce.ts";
import { define } from "../../input/raw-value.ts";
import { stringifyJson } from "../../wire/json.ts";
import { isObject, type JsonObject } from "../../wire/types.ts";
import type { CoercedRun } from "../run/validate-input.ts";

/** Hexadecimal digits that tell one content from another. */
const DIGITS = 32;

interface Content {
  function: string | null;
  variant: string | null;
  coerced: CoercedRun;
  /** A hash of what is in a file. */
  hashOf(file: string): string;
}

/** A hash of what a row asks for, whatever the order of its keys; files count by what is in them. */
export function contentOf({ function: name, variant, coerced, hashOf }: Content): string {
  // No text that is typed begins like this.
  const file = (name: string) => `\0sha256:${hashOf(name)}`;
  const { input, setup } = coerced;
  return hashJson([name, variant, fillUploads(input, file), setup ? fillUploads(setup, file) : null]);
}

/** The key of a row: its content, and the exact version of the app. Equal rows are counted apart. */
export function keyOf(content: string, version: string | null, count: number): string {
  const key = hashJson([content, version]);
  return count === 1 ? key : `${key}#${count}`;
}

/** The same for values that are equal as JSON. */
export function hashJson(value: unknown): string {
  return createHash("sha256")
    .update(stringifyJson(sorted(value)) ?? "")
    .digest("hex")
    .slice(0, DIGITS);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const key of Object.keys(value).sort()) define(copy, key, sorted(value[key]));
  return copy;
}

import { fillUploads } from "../../input/coerce.ts";
import { hashJson } from "../run/json-hash.ts";
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
  return shortHash([name, variant, fillUploads(input, file), setup ? fillUploads(setup, file) : null]);
}

/** The key of a row: its content, and the exact version of the app. Equal rows are counted apart. */
export function keyOf(content: string, version: string | null, count: number): string {
  const key = shortHash([content, version]);
  return count === 1 ? key : `${key}#${count}`;
}

/** Which of the equal rows a key is of, from 1. */
export function countIn(key: string): number {
  return Number(key.split("#")[1] ?? 1);
}

/** The same for values that are equal as JSON. */
export function shortHash(value: unknown): string {
  return hashJson(value).slice(0, DIGITS);
}

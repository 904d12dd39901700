import type { JsonObject } from "../wire/types.ts";
import { define, hasFields } from "./raw-value.ts";

/** A new tree of two: objects are merged key by key, of anything else the second wins. */
export function mergeInput(first: JsonObject, second: JsonObject): JsonObject {
  const merged: JsonObject = {};
  for (const [key, value] of Object.entries(first)) define(merged, key, value);
  for (const [key, value] of Object.entries(second)) {
    const before = Object.hasOwn(merged, key) ? merged[key] : undefined;
    define(merged, key, hasFields(before) && hasFields(value) ? mergeInput(before, value) : value);
  }
  return merged;
}

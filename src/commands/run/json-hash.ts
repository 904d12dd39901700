import { createHash } from "node:crypto";
import { define } from "../../input/raw-value.ts";
import { stringifyJson } from "../../wire/json.ts";
import { isObject, type JsonObject } from "../../wire/types.ts";

/** SHA-256 of a value as JSON, hexadecimal: the same for values that are equal, whatever the order of their keys. */
export function hashJson(value: unknown): string {
  return createHash("sha256")
    .update(stringifyJson(sorted(value)) ?? "null")
    .digest("hex");
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const key of Object.keys(value).sort()) define(copy, key, sorted(value[key]));
  return copy;
}

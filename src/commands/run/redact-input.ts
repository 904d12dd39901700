import { define, hasFields } from "../../input/raw-value.ts";
import { fieldSchema, itemSchema } from "../../input/schema/fields.ts";
import { forms } from "../../input/schema/forms.ts";
import type { Schema } from "../../input/schema/node.ts";
import { isObject, type JsonObject } from "../../wire/types.ts";

/** Stands in the place of what a receipt does not keep. */
export const REDACTED = "<redacted>";

/** True for a name whose last word says that its text is secret: `hf_api_token`, `apiKey`; not `max_tokens`. */
export function isSecretName(name: string): boolean {
  const words = name
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1_$2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1_$2")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/_+$/, "");
  return /(^|_)(password|secret|token|api_?key)$/.test(words);
}

/** A copy without what the schema, or the name of its field, calls secret. */
export function redactInput(input: JsonObject, schema: Schema | null): JsonObject {
  return redact(input, schema, false) as JsonObject;
}

/** `isSecret` is true within a field whose name says so. */
function redact(value: unknown, schema: Schema | null, isSecret: boolean): unknown {
  if (schema && isMarked(schema) && value !== null) return REDACTED;
  if (typeof value === "string") return isSecret ? REDACTED : value;
  if (Array.isArray(value))
    return value.map((item, index) => redact(item, schema && itemSchema(schema, index), isSecret));
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const [key, field] of Object.entries(value)) {
    const inner = schema && fieldSchema(schema, key);
    define(copy, key, redact(field, inner, isSecret || isSecretName(key)));
  }
  return copy;
}

function isMarked(schema: Schema): boolean {
  return forms(schema).some(({ node }) => node["format"] === "password" || node["writeOnly"] === true);
}

/** Where something was taken out, or still is. */
export function redactedPaths(value: unknown, path: readonly string[] = []): string[][] {
  if (value === REDACTED) return [[...path]];
  if (!Array.isArray(value) && !hasFields(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => redactedPaths(inner, [...path, key]));
}

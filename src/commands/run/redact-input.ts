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

/** A copy without what the schema, or the name of its field, calls secret; `take` is told what that was. */
export function redactInput(
  input: JsonObject,
  schema: Schema | null,
  take: (name: string, secret: unknown) => void = () => {},
): JsonObject {
  return redact(input, { schema, name: "", isSecret: false }, take) as JsonObject;
}

interface Place {
  schema: Schema | null;
  /** The key that the value stands under. */
  name: string;
  /** True within a field whose name says so. */
  isSecret: boolean;
}

function redact(value: unknown, place: Place, take: (name: string, secret: unknown) => void): unknown {
  const { schema, name, isSecret } = place;
  if ((schema && isMarked(schema) && value !== null) || (typeof value === "string" && isSecret)) {
    take(name, value);
    return REDACTED;
  }
  if (Array.isArray(value)) {
    return value.map((item, index) =>
      redact(item, { ...place, schema: schema && itemSchema(schema, index) }, take),
    );
  }
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const [key, field] of Object.entries(value)) {
    const inner = {
      schema: schema && fieldSchema(schema, key),
      name: key,
      isSecret: isSecret || isSecretName(key),
    };
    define(copy, key, redact(field, inner, take));
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

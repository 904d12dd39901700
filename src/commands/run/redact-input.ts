import { define, hasFields } from "../../input/raw-value.ts";
import { fieldSchema, itemSchema } from "../../input/schema/fields.ts";
import type { Schema } from "../../input/schema/node.ts";
import { isMarkedSecret } from "../../input/schema/secret-places.ts";
import { isSecretName } from "../../secret-names.ts";
import { isObject, type JsonObject } from "../../wire/types.ts";

/** Stands in the place of what a receipt does not keep. */
export const REDACTED = "<redacted>";

/** Is told what was taken out, under which name, and where. */
type Take = (name: string, secret: unknown, path: readonly string[]) => void;

/** A copy without what the schema, or the name of its field, calls secret. */
export function redactInput(input: JsonObject, schema: Schema | null, take: Take = () => {}): JsonObject {
  return redact(input, { schema, name: "", path: [], isSecret: false }, take) as JsonObject;
}

interface Place {
  schema: Schema | null;
  /** The key that the value stands under. */
  name: string;
  path: readonly string[];
  /** True within a field whose name says so. */
  isSecret: boolean;
}

function redact(value: unknown, place: Place, take: Take): unknown {
  const { schema, name, path, isSecret } = place;
  if ((schema && isMarkedSecret(schema) && value !== null) || (typeof value === "string" && isSecret)) {
    take(name, value, path);
    return REDACTED;
  }
  if (Array.isArray(value)) {
    return value.map((item, index) =>
      redact(
        item,
        { ...place, path: [...path, String(index)], schema: schema && itemSchema(schema, index) },
        take,
      ),
    );
  }
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const [key, field] of Object.entries(value)) {
    const inner = {
      schema: schema && fieldSchema(schema, key),
      name: key,
      path: [...path, key],
      isSecret: isSecret || isSecretName(key),
    };
    define(copy, key, redact(field, inner, take));
  }
  return copy;
}

/** Where the mark stands of what was taken out; an input may have held such a text itself. */
export function redactedPaths(value: unknown, path: readonly string[] = []): string[][] {
  if (value === REDACTED) return [[...path]];
  if (!Array.isArray(value) && !hasFields(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => redactedPaths(inner, [...path, key]));
}

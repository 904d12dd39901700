import { isObject, type JsonObject } from "../wire/types.ts";
import {
  allowedValues,
  fieldsOf,
  isFileSchema,
  itemSchema,
  options,
  resolve,
  type Schema,
  typesOf,
} from "./schema.ts";

/**
 * A ready input for a schema: of each field its default, else its first example, else the first
 * allowed value, else a value of its type (api.md section 8). Required fields come first; one
 * that is neither required nor has a default or an example is left out.
 */
export function sampleInput(schema: Schema): JsonObject {
  return sampleObject(schema, 0);
}

/** Objects inside objects, at most; a schema may refer to itself. */
const DEEPEST = 8;

function sampleObject(schema: Schema, depth: number): JsonObject {
  const sample: JsonObject = {};
  for (const field of fieldsOf(schema)) {
    const told = toldValue(field.schema);
    if (told === undefined && !field.required) continue;
    const value = told === undefined ? ofType(field.name, field.schema, depth) : told;
    Object.defineProperty(sample, field.name, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return sample;
}

/** Undefined when the schema gives no value of its own. */
function toldValue(schema: Schema): unknown {
  const { node } = resolve(schema);
  if (node["default"] !== undefined) return node["default"];
  const examples = node["examples"] ?? node["example"];
  return Array.isArray(examples) ? examples[0] : examples;
}

function ofType(name: string, schema: Schema, depth: number): unknown {
  const form = options(schema)[0] ?? schema;
  const { node } = form;
  const allowed = allowedValues(form);
  if (allowed) return allowed[0];
  if (isFileSchema(schema)) return "https://example.com/file";
  const type =
    typesOf(form).find((name) => name !== "null") ?? (isObject(node["properties"]) ? "object" : "string");
  if (type === "object") return depth < DEEPEST ? sampleObject(form, depth + 1) : {};
  if (type === "array") return sampleList(name, form, depth);
  if (type === "boolean") return false;
  return type === "string" ? sampleText(name, node) : sampleNumber(node);
}

function sampleList(name: string, form: Schema, depth: number): unknown[] {
  const least = Number(form.node["minItems"] ?? 0);
  return Array.from({ length: depth < DEEPEST ? Math.min(least, 20) : 0 }, (_, index) => {
    const item = itemSchema(form, index);
    return item ? (toldValue(item) ?? ofType(name, item, depth + 1)) : null;
  });
}

const TEXTS: Record<string, string> = {
  uri: "https://example.com",
  url: "https://example.com",
  email: "somebody@example.com",
  date: "2026-01-01",
  "date-time": "2026-01-01T00:00:00Z",
  uuid: "00000000-0000-4000-8000-000000000000",
};

function sampleText(name: string, { format, minLength, maxLength }: JsonObject): string {
  const text = TEXTS[String(format)] ?? name;
  const least = typeof minLength === "number" ? Math.min(minLength, 1000) : 0;
  return text.padEnd(least, ".").slice(0, typeof maxLength === "number" ? maxLength : undefined);
}

/** 0, or what is next to it within the bounds. */
function sampleNumber({
  minimum,
  exclusiveMinimum,
  maximum,
  exclusiveMaximum,
  multipleOf,
}: JsonObject): number {
  const step = typeof multipleOf === "number" && multipleOf > 0 ? multipleOf : 1;
  if (typeof minimum === "number" && minimum > 0) return Math.ceil(minimum / step) * step;
  if (typeof exclusiveMinimum === "number" && exclusiveMinimum >= 0)
    return (Math.floor(exclusiveMinimum / step) + 1) * step;
  if (typeof maximum === "number" && maximum < 0) return Math.floor(maximum / step) * step;
  if (typeof exclusiveMaximum === "number" && exclusiveMaximum <= 0)
    return (Math.ceil(exclusiveMaximum / step) - 1) * step;
  return 0;
}

import { isNumber } from "../../wire/json.ts";
import { isObject, type JsonObject } from "../../wire/types.ts";
import { forms } from "./forms.ts";
import type { Schema } from "./node.ts";

export type Kind = "string" | "number" | "integer" | "boolean" | "object" | "array" | "null";

const IMPLIED: Record<string, Kind> = {
  properties: "object",
  additionalProperties: "object",
  required: "object",
  patternProperties: "object",
  items: "array",
  prefixItems: "array",
  minItems: "array",
  maxItems: "array",
  format: "string",
  pattern: "string",
  minLength: "string",
  maxLength: "string",
  minimum: "number",
  maximum: "number",
  exclusiveMinimum: "number",
  exclusiveMaximum: "number",
  multipleOf: "number",
};

/** What a form may be: as it says, else as its values or its bounds do; none when it may be anything. */
export function kindsOf({ node }: Schema): Kind[] {
  if (node["type"] !== undefined) return [node["type"]].flat() as Kind[];
  const values = allowedValues({ node });
  if (values) return [...new Set(values.map(kindOf))];
  return [...new Set(Object.keys(node).flatMap((keyword) => IMPLIED[keyword] ?? []))];
}

export function kindOf(value: unknown): Kind {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (isNumber(value)) return "number";
  return isObject(value) ? "object" : (typeof value as Kind);
}

/** True when a value of this kind may have the form; a whole number's fraction is another matter. */
export function mayBe(form: Schema, kind: Kind): boolean {
  const kinds = kindsOf(form);
  return kinds.length === 0 || kinds.includes(kind) || (kind === "number" && kinds.includes("integer"));
}

/** The values that alone are allowed, or null when there is no such list. */
export function allowedValues({ node }: { node: JsonObject }): unknown[] | null {
  if (Object.hasOwn(node, "const")) return [node["const"]];
  return Array.isArray(node["enum"]) ? node["enum"] : null;
}

/** The values of all forms, when there are any; null itself is no choice. */
export function choicesOf(schema: Schema): unknown[] {
  return forms(schema)
    .flatMap((form) => allowedValues(form) ?? [])
    .filter((value) => value !== null);
}

/** The values to choose from, when there is no other way: those of an enum, true and false. */
export function suggestionsOf(schema: Schema): unknown[] {
  const truths = forms(schema).some((form) => kindsOf(form).includes("boolean")) ? [true, false] : [];
  return [...new Set([...choicesOf(schema), ...truths])];
}

/** True for a form that takes any text, as far as its kind goes. */
export function takesText(form: Schema): boolean {
  return allowedValues(form) === null && mayBe(form, "string");
}

export function allowsNull(schema: Schema): boolean {
  return forms(schema).some((form) => kindsOf(form).includes("null") || allowedValues(form)?.includes(null));
}

/** How a form holds a file: as its uri, or as an object that older apps declare. Null when it is none. */
export function fileForm(form: Schema): "uri" | "object" | null {
  const { format, properties } = form.node;
  if (format === "file" && mayBe(form, "string")) return "uri";
  const isObjectWithUri = isObject(properties) && Object.hasOwn(properties, "uri") && mayBe(form, "object");
  return isObjectWithUri ? "object" : null;
}

/** The one answer to whether a field is a file (src/cli/README.md, "Inputs"). */
export function isFileField(schema: Schema): boolean {
  return forms(schema).some((form) => fileForm(form) !== null);
}

/** A value as it would be typed. */
export function spelled(value: unknown): string {
  return typeof value === "object" && value !== null && !isNumber(value)
    ? JSON.stringify(value)
    : String(value);
}

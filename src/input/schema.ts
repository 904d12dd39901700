import { isObject, type JsonObject } from "../wire/types.ts";

/** A JSON Schema and the document that its `$ref`s point into. */
export interface Schema {
  node: JsonObject;
  root: JsonObject;
}

/** A schema as the API sends it, if it says anything at all. */
export function asSchema(value: unknown): Schema | null {
  return isObject(value) && Object.keys(value).length > 0 ? { node: value, root: value } : null;
}

/** References followed from one schema; more are a circle. */
const MOST_REFERENCES = 20;

/** The schema behind references and wrappers that only add a description, a default or null. */
export function resolve({ node, root }: Schema, followed = 0): Schema {
  if (followed > MOST_REFERENCES) return { node: {}, root };
  const { $ref, allOf, anyOf, oneOf, ...rest } = node;
  const target =
    typeof $ref === "string" ? pointedAt(root, $ref) : (only(allOf) ?? onlyOption(anyOf ?? oneOf));
  if (target === null) return { node, root };
  return { node: { ...resolve({ node: target, root }, followed + 1).node, ...rest }, root };
}

/** The forms a value may have: the options of a union, else the schema itself. */
export function options(schema: Schema): Schema[] {
  const { node, root } = resolve(schema);
  const union = node["anyOf"] ?? node["oneOf"];
  if (!Array.isArray(union)) return [{ node, root }];
  return union.filter(isObject).flatMap((option) => options({ node: option, root }));
}

/** True when null is one of the forms. */
export function allowsNull({ node, root }: Schema): boolean {
  const union = node["anyOf"] ?? node["oneOf"];
  if (Array.isArray(union))
    return union.filter(isObject).some((option) => allowsNull({ node: option, root }));
  return typesOf({ node, root }).includes("null");
}

export function typesOf({ node }: Schema): string[] {
  return [node["type"]].flat().filter((type) => typeof type === "string");
}

/** The values that alone are allowed, or null when there is no such list. */
export function allowedValues({ node }: Schema): unknown[] | null {
  if (Object.hasOwn(node, "const")) return [node["const"]];
  return Array.isArray(node["enum"]) ? node["enum"] : null;
}

export function isFileSchema(schema: Schema): boolean {
  return options(schema).some(({ node }) => node["format"] === "file");
}

/** The schema of an object's field, null when none is declared. */
export function fieldSchema(schema: Schema, key: string): Schema | null {
  for (const { node, root } of options(schema)) {
    const { properties, additionalProperties } = node;
    const found =
      isObject(properties) && Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
    if (isObject(found)) return { node: found, root };
  }
  return null;
}

/** The schema of a list's entry. */
export function itemSchema(schema: Schema, index: number): Schema | null {
  for (const { node, root } of options(schema)) {
    const { prefixItems, items } = node;
    const places = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : [];
    const found = places[index] ?? (Array.isArray(items) ? node["additionalItems"] : items);
    if (isObject(found)) return { node: found, root };
  }
  return null;
}

/** The declared fields of an object, required ones first. */
export function fieldsOf(schema: Schema): { name: string; schema: Schema; required: boolean }[] {
  const { node, root } = resolve(schema);
  if (!isObject(node["properties"])) return [];
  const required = Array.isArray(node["required"]) ? node["required"] : [];
  const fields = Object.entries(node["properties"])
    .filter((entry): entry is [string, JsonObject] => isObject(entry[1]))
    .map(([name, field]) => ({ name, schema: { node: field, root }, required: required.includes(name) }));
  return [...fields.filter((field) => field.required), ...fields.filter((field) => !field.required)];
}

/** What people call the type: "integer", "file", "list of strings". */
export function typeName(schema: Schema): string {
  const names = options(schema).map(nameOf);
  return [...new Set(names.filter((name) => name !== "null"))].join(" or ") || "anything";
}

function nameOf(option: Schema): string {
  const { node } = option;
  if (node["format"] === "file") return "file";
  const types = typesOf(option).filter((type) => type !== "null");
  if (types.length === 0 && typesOf(option).includes("null")) return "null";
  if (types[0] === "array") {
    const item = itemSchema(option, 0);
    return item ? `list of ${typeName(item)}` : "list";
  }
  const values = types.length === 0 ? allowedValues(option) : null;
  return types.join(" or ") || [...new Set(values?.map((value) => typeof value))].join(" or ") || "anything";
}

function only(list: unknown): JsonObject | null {
  return Array.isArray(list) && list.length === 1 && isObject(list[0]) ? list[0] : null;
}

/** `anyOf: [X, null]` is X. */
function onlyOption(union: unknown): JsonObject | null {
  return Array.isArray(union)
    ? only(union.filter((option) => !isObject(option) || option["type"] !== "null"))
    : null;
}

/** The part of the document that `#/a/b` names. */
function pointedAt(root: JsonObject, reference: string): JsonObject | null {
  if (!reference.startsWith("#")) return null;
  let found: unknown = root;
  for (const part of reference.slice(1).split("/").slice(1)) {
    const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    const holder = isObject(found) || Array.isArray(found) ? (found as JsonObject) : {};
    found = Object.hasOwn(holder, key) ? holder[key] : undefined;
  }
  return isObject(found) ? found : null;
}

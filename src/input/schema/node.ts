import { isObject, type JsonObject } from "../../wire/types.ts";

/** A JSON Schema in the one dialect that belt reads, and the document that its `$ref`s point into. */
export interface Schema {
  node: JsonObject;
  root: JsonObject;
}

/** Told of each check that a schema makes impossible. */
export type Note = (text: string) => void;

/** The part of the document that `#/a/b` names. */
export function pointedAt(root: JsonObject, reference: unknown): JsonObject | null {
  if (typeof reference !== "string" || !/^#(\/|$)/.test(reference)) return null;
  let found: unknown = root;
  for (const part of reference.split("/").slice(1)) {
    const key = unescapePointer(decoded(part));
    if (!(isObject(found) || Array.isArray(found)) || !Object.hasOwn(found, key)) return null;
    found = (found as JsonObject)[key];
  }
  return isObject(found) ? found : null;
}

/** Keywords whose value is a schema, a list of schemas, or schemas by name. */
export const ONE = [
  "items",
  "additionalProperties",
  "unevaluatedProperties",
  "unevaluatedItems",
  "propertyNames",
  "contains",
  "not",
  "if",
  "then",
  "else",
];
export const LISTS = ["anyOf", "oneOf", "allOf", "prefixItems"];
export const MAPS = ["properties", "patternProperties", "dependentSchemas", "$defs", "definitions"];

/** Every schema in the document. */
export function forEachNode(node: JsonObject, visit: (node: JsonObject) => void): void {
  visit(node);
  for (const inner of innerNodes(node)) forEachNode(inner, visit);
}

function innerNodes(node: JsonObject): JsonObject[] {
  const values = [
    ...ONE.map((keyword) => node[keyword]),
    ...LISTS.flatMap((keyword) => node[keyword] ?? []),
    ...MAPS.flatMap((keyword) => Object.values(node[keyword] ?? {})),
  ];
  return values.filter(isObject);
}

/** The same schema with each of the schemas in it changed. */
export function mapInner(node: JsonObject, change: (inner: JsonObject) => JsonObject): JsonObject {
  const one = (value: unknown) => (isObject(value) ? change(value) : value);
  const changed: JsonObject = {};
  for (const [keyword, value] of Object.entries(node)) {
    if (ONE.includes(keyword)) changed[keyword] = one(value);
    else if (LISTS.includes(keyword) && Array.isArray(value)) changed[keyword] = value.map(one);
    else if (MAPS.includes(keyword) && isObject(value)) {
      changed[keyword] = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, one(inner)]));
    } else changed[keyword] = value;
  }
  return changed;
}

/** A part of a JSON pointer, as the key that it names. */
export function unescapePointer(part: string): string {
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}

/** In a reference, which is a URI. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

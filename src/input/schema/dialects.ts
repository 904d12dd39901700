import { isNumber } from "../../wire/json.ts";
import { isObject, type JsonObject } from "../../wire/types.ts";

/** Drafts 4 to 2020-12 and OpenAPI's own words, as keywords of draft 2020-12. */

const TYPES = ["string", "number", "integer", "boolean", "object", "array", "null"];

/** Names that other drafts give to a schema, and what only a whole document needs. */
const LEFT_OUT = [
  "$schema",
  "$id",
  "id",
  "$anchor",
  "$dynamicAnchor",
  "$dynamicRef",
  "$vocabulary",
  "nullable",
];

const FITS: Record<string, (value: unknown) => boolean> = {
  $ref: isText,
  pattern: isText,
  format: isText,
  enum: (value) => Array.isArray(value) && value.length > 0,
  required: (value) => Array.isArray(value) && value.every(isText),
  minimum: isNumber,
  maximum: isNumber,
  exclusiveMinimum: isNumber,
  exclusiveMaximum: isNumber,
  multipleOf: (value) => isNumber(value) && Number(value) > 0,
  uniqueItems: (value) => typeof value === "boolean",
  minLength: isCount,
  maxLength: isCount,
  minItems: isCount,
  maxItems: isCount,
  minContains: isCount,
  maxContains: isCount,
  minProperties: isCount,
  maxProperties: isCount,
  dependentRequired: (value) =>
    isObject(value) && Object.values(value).every((names) => Array.isArray(names) && names.every(isText)),
};

/** The keywords of a schema that can be used, in today's words. */
export function normalizeKeyword(node: JsonObject, note: (text: string) => void): [string, unknown][] {
  const found: [string, unknown][] = [];
  for (const [keyword, value] of Object.entries(node)) {
    if (LEFT_OUT.includes(keyword)) continue;
    for (const [name, modern] of translate(keyword, value, node)) {
      if (Object.hasOwn(FITS, name) && !FITS[name]!(modern)) note(`${name} cannot be used`);
      else found.push([name, modern]);
    }
  }
  return found;
}

function translate(keyword: string, value: unknown, node: JsonObject): [string, unknown][] {
  if (keyword === "type") return typesIn(value);
  if (keyword === "items" && Array.isArray(value)) {
    return [
      ["prefixItems", value],
      ...("additionalItems" in node ? [["items", node["additionalItems"]] as [string, unknown]] : []),
    ];
  }
  if (keyword === "additionalItems") return [];
  if (keyword === "dependencies" && isObject(value)) return dependenciesIn(value);
  if (/^(minimum|maximum)$/.test(keyword))
    return node[exclusiveOf(keyword)] === true ? [] : [[keyword, value]];
  if (/^exclusiveM(ini|axi)mum$/.test(keyword) && typeof value === "boolean") {
    const bound = node[keyword === "exclusiveMinimum" ? "minimum" : "maximum"];
    return value && bound !== undefined ? [[keyword, bound]] : [];
  }
  return [[keyword, value]];
}

function exclusiveOf(keyword: string): string {
  return keyword === "minimum" ? "exclusiveMinimum" : "exclusiveMaximum";
}

/** Other words than JSON Schema's, and words for the terminal, are none. */
function typesIn(value: unknown): [string, unknown][] {
  const types = [value].flat().filter((type) => TYPES.includes(type as string));
  if (types.length === 0) return [];
  return [["type", types.length === 1 ? types[0] : [...new Set(types)]]];
}

function dependenciesIn(value: JsonObject): [string, unknown][] {
  const entries = Object.entries(value);
  const names = entries.filter(([, needed]) => Array.isArray(needed));
  const schemas = entries.filter(([, needed]) => !Array.isArray(needed));
  return [
    ["dependentRequired", Object.fromEntries(names)],
    ["dependentSchemas", Object.fromEntries(schemas)],
  ];
}

/** OpenAPI's `nullable` is one more form; what is said about the field stays beside it. */
export function withNull(node: JsonObject): JsonObject {
  const about = ["title", "description", "default", "examples", "example", "$defs", "definitions"];
  const entries = Object.entries(node);
  return {
    ...Object.fromEntries(entries.filter(([keyword]) => about.includes(keyword))),
    anyOf: [Object.fromEntries(entries.filter(([keyword]) => !about.includes(keyword))), { type: "null" }],
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0;
}

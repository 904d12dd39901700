import { isDeepStrictEqual } from "node:util";
import { isObject, type JsonObject } from "../../wire/types.ts";

/** Two schemas that a value must both fit, as one; null when no value can. Of what is said about a field, the first counts. */
export function mergeNodes(a: JsonObject, b: JsonObject): JsonObject | null {
  const merged: JsonObject = { ...b, ...a };
  for (const [keyword, combine] of Object.entries(COMBINE)) {
    if (!(Object.hasOwn(a, keyword) && Object.hasOwn(b, keyword))) continue;
    const value = combine(a[keyword], b[keyword]);
    if (value === undefined) return null;
    merged[keyword] = value;
  }
  return withoutExcluded(merged);
}

/** Undefined when the two exclude each other. */
type Combine = (a: unknown, b: unknown) => unknown;

const larger: Combine = (a, b) => (Number(a) >= Number(b) ? a : b);
const smaller: Combine = (a, b) => (Number(a) <= Number(b) ? a : b);
const both: Combine = (a, b) => {
  if (a === false || b === false) return false;
  if (a === true || isDeepStrictEqual(a, b)) return b;
  return b === true ? a : { allOf: [a, b] };
};
const either: Combine = (a, b) => ({ anyOf: [a, b] });
const eachOf: Combine = (a, b) => {
  const merged: JsonObject = { ...(b as JsonObject), ...(a as JsonObject) };
  for (const key of Object.keys(a as JsonObject)) {
    if (Object.hasOwn(b as JsonObject, key)) set(merged, key, both(at(a, key), at(b, key)));
  }
  return merged;
};

function at(holder: unknown, key: string): unknown {
  return (holder as JsonObject)[key];
}

function set(holder: JsonObject, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, writable: true, configurable: true });
}

const COMBINE: Record<string, Combine> = {
  type: commonTypes,
  enum: commonValues,
  const: (a, b) => (isDeepStrictEqual(a, b) ? a : undefined),
  required: (a, b) => [...new Set([...(a as string[]), ...(b as string[])])],
  minimum: larger,
  exclusiveMinimum: larger,
  minLength: larger,
  minItems: larger,
  minProperties: larger,
  maximum: smaller,
  exclusiveMaximum: smaller,
  maxLength: smaller,
  maxItems: smaller,
  maxProperties: smaller,
  properties: eachOf,
  patternProperties: eachOf,
  dependentSchemas: eachOf,
  items: both,
  additionalProperties: both,
  propertyNames: both,
  not: either,
};

function commonTypes(a: unknown, b: unknown): unknown {
  const [left, right] = [[a].flat(), [b].flat()];
  const accepted = (type: unknown, types: unknown[]) =>
    types.includes(type) || (type === "integer" && types.includes("number"));
  const types = [
    ...left.filter((type) => accepted(type, right)),
    ...right.filter((type) => accepted(type, left)),
  ];
  const distinct = [...new Set(types)];
  if (distinct.length === 0) return undefined;
  return distinct.length === 1 ? distinct[0] : distinct;
}

function commonValues(a: unknown, b: unknown): unknown {
  const values = (a as unknown[]).filter((value) =>
    (b as unknown[]).some((other) => isDeepStrictEqual(value, other)),
  );
  return values.length > 0 ? values : undefined;
}

/** `not: {type: "null"}` takes null out of the types. */
function withoutExcluded(node: JsonObject): JsonObject | null {
  const { not, type, ...rest } = node;
  if (!isObject(not) || not["type"] === undefined || type === undefined) return node;
  if (Object.keys(not).some((keyword) => keyword !== "type")) return node;
  const excluded = [not["type"]].flat();
  const left = [type].flat().filter((one) => !excluded.includes(one));
  return left.length === 0 ? null : { ...rest, type: left.length === 1 ? left[0] : left, not };
}

import { isObject, type JsonObject } from "../../src/wire/types.ts";

/** What a person would type for a field, worked out without belt's own schema walker: guesses, judged by ajv. */

type Fits = (value: unknown) => boolean;

const TEXTS = [
  "hello",
  "en",
  "a",
  "a text as long as those want it that ask for a description, which is a hundred characters and some more",
  "https://example.com/a.png",
  "2026-01-01",
  "16:9",
  "#FFFFFF",
];

/** A value that fits, of the first type that the field takes; undefined where none is found. */
export function fittingValue(node: unknown, root: JsonObject, fits: Fits): unknown {
  return valuesOf(node, root, 0).find((value) => value !== null && fits(value));
}

/** Texts that no form of the field takes, whatever type they are read as. */
export function unfittingTexts(node: unknown, root: JsonObject, fits: Fits): string[] {
  if (isFile(node, root) || [...typesIn(node, root, 0)].includes("array")) return [];
  const texts = ["zzz-not-a-value", "-987654321", "987654321", "0.123456789", "[1", "{a:1}", ""];
  return texts.filter((text) => readings(text).every((value) => !fits(value)));
}

/** Every value that a text may stand for. */
function readings(text: string): unknown[] {
  const number = text === "" ? Number.NaN : Number(text);
  return [text, ...(Number.isNaN(number) ? [] : [number])];
}

export function isFile(node: unknown, root: JsonObject, depth = 0): boolean {
  if (depth > 8) return false;
  const schema = resolved(node, root);
  if (schema["format"] === "file" || (isObject(schema["properties"]) && "uri" in schema["properties"]))
    return true;
  return partsOf(schema).some((part) => isFile(part, root, depth + 1));
}

/** The values of an enum, through references and unions. */
export function choicesIn(node: unknown, root: JsonObject, depth = 0): string[] {
  if (depth > 8) return [];
  const schema = resolved(node, root);
  const own = ((schema["enum"] as unknown[] | undefined) ?? []).filter((value) => value !== null).map(String);
  return [...own, ...partsOf(schema).flatMap((part) => choicesIn(part, root, depth + 1))];
}

function valuesOf(node: unknown, root: JsonObject, depth: number): unknown[] {
  if (depth > 6) return [];
  const schema = resolved(node, root);
  const own = schema["enum"] as unknown[] | undefined;
  const typed =
    own ?? [schema["type"] ?? []].flat().flatMap((type) => ofType(type as string, schema, root, depth));
  return [...typed, ...partsOf(schema).flatMap((part) => valuesOf(part, root, depth + 1))];
}

function ofType(type: string, schema: JsonObject, root: JsonObject, depth: number): unknown[] {
  if (type === "string") return TEXTS;
  if (type === "boolean") return [true, false];
  if (type === "integer" || type === "number") return numbersIn(schema);
  if (type === "array") return listsIn(schema, root, depth);
  return type === "object" ? [objectIn(schema, root, depth)] : [];
}

function numbersIn(schema: JsonObject): number[] {
  const bounds = ["minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"].map((key) => schema[key]);
  const near = bounds.filter((bound) => typeof bound === "number").flatMap((n) => [n, n + 1, n - 1, n + 0.1]);
  return [...near, 5, 0, Number(schema["multipleOf"] ?? 64)];
}

function listsIn(schema: JsonObject, root: JsonObject, depth: number): unknown[] {
  const items = valuesOf(schema["items"] ?? { type: "string" }, root, depth + 1);
  const length = Math.max(1, Number(schema["minItems"] ?? 1));
  return items.map((item) => Array(length).fill(item));
}

function objectIn(schema: JsonObject, root: JsonObject, depth: number): JsonObject {
  const required = (schema["required"] as string[] | undefined) ?? [];
  const fields = Object.entries((schema["properties"] as JsonObject | undefined) ?? {});
  const chosen = fields.filter(([key], index) => required.includes(key) || index === 0);
  return Object.fromEntries(chosen.map(([key, field]) => [key, valuesOf(field, root, depth + 1)[0]]));
}

function typesIn(node: unknown, root: JsonObject, depth: number): Set<unknown> {
  const schema = resolved(node, root);
  if (depth > 8) return new Set();
  return new Set(
    [
      [schema["type"] ?? []].flat(),
      ...partsOf(schema).map((part) => [...typesIn(part, root, depth + 1)]),
    ].flat(),
  );
}

function partsOf(schema: JsonObject): unknown[] {
  const lists = [schema["anyOf"], schema["oneOf"], schema["allOf"]].flatMap((list) =>
    Array.isArray(list) ? list : [],
  );
  return [...lists, ...(isObject(schema["items"]) ? [schema["items"]] : [])];
}

function resolved(node: unknown, root: JsonObject): JsonObject {
  let found = isObject(node) ? node : {};
  for (let i = 0; i < 10 && typeof found["$ref"] === "string"; i++) {
    const { $ref, ...rest } = found;
    const at = (holder: unknown, key: string) => (isObject(holder) ? holder[key] : undefined);
    const target = String($ref).split("/").slice(1).reduce<unknown>(at, root);
    found = { ...(isObject(target) ? target : {}), ...rest };
  }
  return found;
}

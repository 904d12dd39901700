import { isObject, type JsonObject } from "../wire/types.ts";
import { coerceText, wantsFileObject } from "./coerce-text.ts";
import { DEEPEST_KEY, define, type RawPart, type RawText, RawValue } from "./raw-value.ts";
import { fieldSchema, itemSchema, type Path } from "./schema/fields.ts";
import { anyOf, forms } from "./schema/forms.ts";
import { allowsNull, isFileField, kindsOf, takesText } from "./schema/kinds.ts";
import type { Schema } from "./schema/node.ts";

/** A file whose uri is to become the value at `path`. */
interface Upload {
  path: Path;
  /** Where it was asked for: the same, but for a file that is sent as an object. */
  field: Path;
  /** As typed; "-" is standard input. */
  file: string;
}

/** An input ready to be checked and sent, but for its files: `@path` stands where a uri will. */
export interface CoercedInput {
  values: JsonObject;
  uploads: Upload[];
  /** The texts that came out of files: no error quotes them. */
  texts: { path: Path; textOf: string }[];
  /** Where something was typed more than once, and no schema says whether a list is meant: the last stands. */
  repeats: Path[];
}

/**
 * Gives what was typed the types that the schema declares; with none known text stays text
 * (src/cli/README.md, "Inputs").
 */
export function coerce(tree: JsonObject, schema: Schema | null): CoercedInput {
  const coerced: CoercedInput = { values: {}, uploads: [], texts: [], repeats: [] };
  coerced.values = coerceValue(tree, schema, [], coerced) as JsonObject;
  return coerced;
}

/** The values with `uriOf` each file in its place; the coerced input itself stays as it is. */
export function fillUploads({ values, uploads }: CoercedInput, uriOf: (file: string) => string): JsonObject {
  return uploads.reduce<JsonObject>(
    (tree, { path, file }) => withValue(tree, path, uriOf(file)) as JsonObject,
    values,
  );
}

/** A copy of a tree, and of what lies on the way, with another value at a path. */
export function withValue(tree: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const copy = Array.isArray(tree) ? [...tree] : { ...(tree as JsonObject) };
  define(copy as JsonObject, key, withValue((tree as JsonObject)[key], rest, value));
  return copy;
}

function coerceValue(value: unknown, schema: Schema | null, path: Path, found: CoercedInput): unknown {
  if (value instanceof RawValue) return coerceRaw(value, schema, path, found);
  if (!holdsRaw(value, path.length)) return value;
  if (Array.isArray(value)) {
    return value.map((item, index) => {
      const within = schema && holdsRaw(item, path.length) ? itemSchema(schema, index) : null;
      return coerceValue(item, within, [...path, index], found);
    });
  }
  const coerced: JsonObject = {};
  for (const [key, field] of Object.entries(value as JsonObject)) {
    define(coerced, key, coerceValue(field, schema && fieldSchema(schema, key), [...path, key], found));
  }
  return coerced;
}

/** JSON is taken as it is; only what was typed is looked for in it. */
function holdsRaw(value: unknown, depth: number): boolean {
  if (value instanceof RawValue) return true;
  if (depth > DEEPEST_KEY || !(isObject(value) || Array.isArray(value))) return false;
  return Object.values(value).some((inner) => holdsRaw(inner, depth + 1));
}

/** A list is wanted when it was typed more than once, or when nothing else would do. */
function coerceRaw({ parts }: RawValue, schema: Schema | null, path: Path, found: CoercedInput): unknown {
  const last = parts.at(-1)!;
  if (!schema && parts.length > 1) found.repeats.push(path);
  if (!schema || !wantsList(parts, schema)) return coercePart(last, schema, path, found);
  const whole = "text" in last ? wholeList(last, schema) : undefined;
  if (whole !== undefined) {
    remember(last, path, found);
    return whole;
  }
  return parts.map((part, index) => coercePart(part, itemSchema(schema, index), [...path, index], found));
}

function wantsList(parts: readonly RawPart[], schema: Schema): boolean {
  const all = forms(schema);
  const others = all.filter((form) => !kindsOf(form).includes("array"));
  if (others.length === all.length) return false;
  return parts.length > 1 || !fitsOne(parts[0]!, anyOf(others));
}

/** True when one of these forms, none of them a list, takes what was typed. */
function fitsOne(part: RawPart, others: Schema | null): boolean {
  if (!others) return false;
  if (isFileField(others) || forms(others).some(takesText)) return true;
  return "text" in part && typeof coerceText(part, others) !== "string";
}

/** The list that one text stands for all by itself: JSON, or null; what begins like a list and is none stays text. */
function wholeList({ text, json }: RawText, schema: Schema): unknown {
  if (text === "null" && allowsNull(schema)) return null;
  if (Array.isArray(json)) return json;
  const item = itemSchema(schema, 0);
  const isBroken = item && text.trimStart().startsWith("[") && !forms(item).some(takesText);
  return isBroken ? text : undefined;
}

function coercePart(part: RawPart, schema: Schema | null, path: Path, found: CoercedInput): unknown {
  remember(part, path, found);
  if ("text" in part) return schema ? coerceText(part, schema) : part.text;
  const uri = `@${part.file}`;
  const isInside = schema !== null && wantsFileObject(schema);
  found.uploads.push({ path: isInside ? [...path, "uri"] : path, field: path, file: part.file });
  return isInside ? { uri } : uri;
}

function remember(part: RawPart, path: Path, { texts }: CoercedInput): void {
  if ("text" in part && part.textOf !== undefined) texts.push({ path, textOf: part.textOf });
}

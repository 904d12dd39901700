import { exactNumber, parseJson } from "../wire/json.ts";
import type { LongNumber } from "../wire/long-number.ts";
import { isObject, type JsonObject } from "../wire/types.ts";
import { DEEPEST_KEY, define, type RawPart, RawValue } from "./raw-value.ts";
import { fieldSchema, itemSchema, type Path } from "./schema/fields.ts";
import { anyOf, forms } from "./schema/forms.ts";
import {
  allowedValues,
  allowsNull,
  fileForm,
  isFileField,
  type Kind,
  kindsOf,
  spelled,
  takesText,
} from "./schema/kinds.ts";
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
}

/** Gives what was typed the types that the schema declares; with none known text stays text (cli.md section 3). */
export function coerce(tree: JsonObject, schema: Schema | null): CoercedInput {
  const coerced: CoercedInput = { values: {}, uploads: [], texts: [] };
  coerced.values = coerceValue(tree, schema, [], coerced) as JsonObject;
  return coerced;
}

/** Puts each uri where its file was asked for. */
export function fillUploads(
  { values, uploads }: CoercedInput,
  uris: ReadonlyMap<string, string>,
): JsonObject {
  for (const { path, file } of uploads) {
    const holder = path.slice(0, -1).reduce<unknown>((value, key) => (value as JsonObject)[key], values);
    define(holder as JsonObject, path.at(-1)!, uris.get(file));
  }
  return values;
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
  if (!schema || !wantsList(parts, schema)) return coercePart(last, schema, path, found);
  const whole = parts.length === 1 && "text" in last ? wholeList(last.text, schema) : undefined;
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
  return "text" in part && typeof coerceText(part.text, others) !== "string";
}

/** The list that one text stands for all by itself: JSON, or null; what begins like a list and is none stays text. */
function wholeList(text: string, schema: Schema): unknown {
  if (text === "null" && allowsNull(schema)) return null;
  const list = jsonIn(text, "[");
  const item = itemSchema(schema, 0);
  const cannotBeItem = item && text.trimStart().startsWith("[") && !forms(item).some(takesText);
  return list ?? (cannotBeItem ? text : undefined);
}

function coercePart(part: RawPart, schema: Schema | null, path: Path, found: CoercedInput): unknown {
  remember(part, path, found);
  if ("text" in part) return schema ? coerceText(part.text, schema) : part.text;
  const uri = `@${part.file}`;
  const isInside = schema !== null && wantsFileObject(schema);
  found.uploads.push({ path: isInside ? [...path, "uri"] : path, field: path, file: part.file });
  return isInside ? { uri } : uri;
}

function remember(part: RawPart, path: Path, { texts }: CoercedInput): void {
  if ("text" in part && part.textOf !== undefined) texts.push({ path, textOf: part.textOf });
}

/** True where a file is sent as an object, and as nothing else. */
function wantsFileObject(schema: Schema): boolean {
  const all = forms(schema);
  return all.some((form) => fileForm(form) === "object") && !all.some(takesText);
}

/** The text as the declared type, as text when it cannot be that: checking then says so. */
function coerceText(text: string, schema: Schema): unknown {
  const all = forms(schema);
  const allowed = all.flatMap((form) => allowedValues(form) ?? []).find((value) => spelled(value) === text);
  if (allowed !== undefined) return allowed;
  const texts = all.filter(takesText);
  const isFile = texts.length > 0 && all.some((form) => fileForm(form) === "object");
  if (!isFile && texts.some((form) => isLikely(text, form))) return text;
  const kinds = all.filter((form) => !texts.includes(form) || kindsOf(form).length > 1).flatMap(kindsOf);
  if (text === "null" && texts.length === 0 && allowsNull(schema)) return null;
  return otherwise(text, kinds) ?? (wantsFileObject(schema) ? { uri: text } : text);
}

/** False where a text of another length or form is wanted: it may be something else that is also allowed. */
function isLikely(text: string, { node }: Schema): boolean {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern, format } = node;
  const fits = text.length >= Number(minLength) && text.length <= Number(maxLength);
  return fits && pattern === undefined && (format === undefined || format === "file");
}

/** What the text is when it is no text. */
function otherwise(text: string, kinds: readonly Kind[]): unknown {
  const number = kinds.includes("number") || kinds.includes("integer") ? numberIn(text) : null;
  const truth = kinds.includes("boolean") ? TRUTH.get(text.toLowerCase()) : undefined;
  return number ?? truth ?? (kinds.includes("object") ? jsonIn(text, "{") : undefined);
}

const TRUTH = new Map([
  ...["true", "yes", "on", "1"].map((word) => [word, true] as const),
  ...["false", "no", "off", "0"].map((word) => [word, false] as const),
]);

/** The number that the text is, in more ways than JSON writes it. */
function numberIn(text: string): number | LongNumber | null {
  const [, minus, whole, fraction, exponent] = NUMBER.exec(text) ?? [];
  if (whole === undefined || (whole === "" && !fraction)) return null;
  const digits = whole.replace(/^0+(?=\d)/, "") || "0";
  return exactNumber(
    `${minus === "-" ? "-" : ""}${digits}${fraction ? `.${fraction}` : ""}${exponent ?? ""}`,
  );
}

const NUMBER = /^([+-])?(\d*)(?:\.(\d*))?(e[+-]?\d+)?$/i;

/** The JSON list or object that the text is, if it is one. */
function jsonIn(text: string, opening: "[" | "{"): unknown {
  if (!text.trimStart().startsWith(opening)) return undefined;
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

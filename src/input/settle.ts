import { isObject, type JsonObject } from "../wire/types.ts";
import {
  allowedValues,
  allowsNull,
  fieldSchema,
  itemSchema,
  options,
  type Schema,
  typesOf,
} from "./schema.ts";
import { type Part, Typed } from "./typed.ts";

/** A file whose uri is to become the value at `path`. */
export interface Upload {
  path: (string | number)[];
  /** As typed; "-" is standard input. */
  file: string;
}

/** An input ready to be checked and sent, but for its files: `@path` stands where a uri will. */
export interface Settled {
  values: JsonObject;
  uploads: Upload[];
}

/** Gives what was typed the types that the schema declares; with none known text stays text (cli.md section 3). */
export function settle(tree: JsonObject, schema: Schema | null): Settled {
  const uploads: Upload[] = [];
  return { values: settleValue(tree, schema, [], uploads) as JsonObject, uploads };
}

/** Puts each uri where its file was asked for. */
export function fillUploads({ values, uploads }: Settled, uris: ReadonlyMap<string, string>): JsonObject {
  for (const { path, file } of uploads) {
    const holder = path.slice(0, -1).reduce<unknown>((value, key) => (value as JsonObject)[key], values);
    define(holder as JsonObject, path.at(-1)!, uris.get(file));
  }
  return values;
}

function settleValue(
  value: unknown,
  schema: Schema | null,
  path: Upload["path"],
  uploads: Upload[],
): unknown {
  if (value instanceof Typed) return settleTyped(value, schema, path, uploads);
  if (Array.isArray(value)) {
    return value.map((item, index) =>
      settleValue(item, schema && itemSchema(schema, index), [...path, index], uploads),
    );
  }
  if (!isObject(value)) return value;
  const settled: JsonObject = {};
  for (const [key, field] of Object.entries(value)) {
    define(settled, key, settleValue(field, schema && fieldSchema(schema, key), [...path, key], uploads));
  }
  return settled;
}

/** A list is wanted when it was typed more than once, or when nothing else would do. */
function settleTyped(
  { parts }: Typed,
  schema: Schema | null,
  path: Upload["path"],
  uploads: Upload[],
): unknown {
  const last = parts.at(-1)!;
  if (!schema || !wantsList(parts, schema)) return settlePart(last, schema, path, uploads);
  const whole = "text" in last ? parseAs(last.text, "[") : undefined;
  if (whole !== undefined) return whole;
  return parts.map((part, index) => settlePart(part, itemSchema(schema, index), [...path, index], uploads));
}

function wantsList(parts: readonly Part[], schema: Schema): boolean {
  const forms = options(schema);
  if (!forms.some((form) => typesOf(form).includes("array"))) return false;
  return parts.length > 1 || !forms.some((form) => acceptsText(form));
}

function settlePart(part: Part, schema: Schema | null, path: Upload["path"], uploads: Upload[]): unknown {
  if ("text" in part) return schema ? coerce(part.text, schema) : part.text;
  uploads.push({ path, file: part.file });
  return `@${part.file}`;
}

/** The text as the declared type, as text when it cannot be that: checking then says so. */
function coerce(text: string, schema: Schema): unknown {
  const forms = options(schema);
  const values = forms.flatMap((form) => allowedValues(form) ?? []);
  const value = values.find((allowed) => String(allowed) === text);
  if (value !== undefined || forms.some(acceptsText)) return value ?? text;
  const types = forms.flatMap(typesOf);
  const number = numberIn(text);
  if (number !== null && (types.includes("number") || types.includes("integer"))) return number;
  const truth = TRUTH[text.toLowerCase()];
  if (truth !== undefined && types.includes("boolean")) return truth;
  if (text === "null" && allowsNull(schema)) return null;
  return (types.includes("object") ? parseAs(text, "{") : undefined) ?? text;
}

const TRUTH: Record<string, boolean> = {
  true: true,
  yes: true,
  on: true,
  "1": true,
  false: false,
  no: false,
  off: false,
  "0": false,
};

function acceptsText(form: Schema): boolean {
  const types = typesOf(form);
  return allowedValues(form) === null && (types.length === 0 || types.includes("string"));
}

/** The number that the text is, unless it would lose digits. */
function numberIn(text: string): number | null {
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text)) return null;
  const number = Number(text);
  const exact = !/^[+-]?\d+$/.test(text) || Number.isSafeInteger(number);
  return exact && Number.isFinite(number) ? number : null;
}

/** The JSON list or object that the text is, if it is one. */
function parseAs(text: string, opening: "[" | "{"): unknown {
  if (!text.trimStart().startsWith(opening)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A key such as `__proto__` is a key like any other. */
function define(holder: JsonObject, key: string | number, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, writable: true, configurable: true });
}

import { exactNumber } from "../wire/json.ts";
import type { LongNumber } from "../wire/long-number.ts";
import { isObject } from "../wire/types.ts";
import type { RawText } from "./raw-value.ts";
import { forms } from "./schema/forms.ts";
import {
  allowedValues,
  allowsNull,
  fileForm,
  type Kind,
  kindsOf,
  spelled,
  takesText,
} from "./schema/kinds.ts";
import type { Schema } from "./schema/node.ts";

/** The text as the declared type, as text when it cannot be that: checking then says so. */
export function coerceText(raw: RawText, schema: Schema): unknown {
  const { text } = raw;
  const all = forms(schema);
  const allowed = all.flatMap((form) => allowedValues(form) ?? []).find((value) => spelled(value) === text);
  if (allowed !== undefined) return allowed;
  const texts = all.filter(takesText);
  const isFile = texts.length > 0 && all.some((form) => fileForm(form) === "object");
  if (!isFile && texts.some((form) => isLikely(text, form))) return text;
  const kinds = all.filter((form) => !texts.includes(form) || kindsOf(form).length > 1).flatMap(kindsOf);
  if (text === "null" && texts.length === 0 && allowsNull(schema)) return null;
  return otherwise(raw, kinds) ?? (wantsFileObject(schema) ? { uri: text } : text);
}

/** True where a file is sent as an object, and as nothing else. */
export function wantsFileObject(schema: Schema): boolean {
  const all = forms(schema);
  return all.some((form) => fileForm(form) === "object") && !all.some(takesText);
}

/** False where a text of another length or form is wanted: it may be something else that is also allowed. */
function isLikely(text: string, { node }: Schema): boolean {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern, format } = node;
  const fits = text.length >= Number(minLength) && text.length <= Number(maxLength);
  return fits && pattern === undefined && (format === undefined || format === "file");
}

/** What the text is when it is no text. */
function otherwise({ text, json }: RawText, kinds: readonly Kind[]): unknown {
  const number = kinds.includes("number") || kinds.includes("integer") ? numberIn(text) : null;
  const truth = kinds.includes("boolean") ? TRUTH.get(text.toLowerCase()) : undefined;
  return number ?? truth ?? (kinds.includes("object") && isObject(json) ? json : undefined);
}

const TRUTH = new Map([
  ...["true", "yes", "y", "on", "1"].map((word) => [word, true] as const),
  ...["false", "no", "n", "off", "0"].map((word) => [word, false] as const),
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

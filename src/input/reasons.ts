import type { ErrorObject } from "ajv";
import { isNumber } from "../wire/json.ts";
import { isObject, type JsonObject } from "../wire/types.ts";
import { closest } from "./closest.ts";
import { boundsOf } from "./schema/describe.ts";
import { allowedValues, fileForm, type Kind, kindsOf, spelled } from "./schema/kinds.ts";
import type { Schema } from "./schema/node.ts";

/** Why a value does not fit, as the rest of a sentence that begins with the key. */
export interface Reason {
  message: string;
  /** What it must be, where the message says that: the reasons of several forms are told in one sentence. */
  must: string | null;
}

/** One of ajv's errors in words; `shown` is how the value is told, `isHidden` where that is not as it was typed. */
export function reasonOf(error: ErrorObject, shown: string, isHidden: boolean): Reason {
  const must = demandOf(error);
  const size = sizeReason(error);
  if (size !== null) return { message: size, must };
  if (must !== null) return mustBe([must], shown, isHidden ? "" : hintFor(error));
  return { message: plainly(error), must: null };
}

/** "must be a whole number or one of auto, max, not abc" */
export function mustBe(demands: readonly string[], shown: string, hint = ""): Reason {
  const must = [...new Set(demands)].join(" or ");
  return { message: `must be ${must || "of another form"}, not ${shown}${hint}`, must };
}

const NOUNS: Record<Kind, string> = {
  string: "text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  object: "an object",
  array: "a list",
  null: "null",
};

/** What a form wants, in general: "a whole number", "one of plain, upper". */
export function nounOf(form: Schema): string {
  if (fileForm(form)) return "a file";
  const values = allowedValues(form);
  if (values) return valuesIn(values);
  return kindsOf(form)
    .filter((kind, _, kinds) => kind !== "null" || kinds.length === 1)
    .map((kind) => NOUNS[kind])
    .join(" or ");
}

/** The value that was probably meant. */
export function didYouMean(value: unknown, values: readonly unknown[]): string {
  const guess = typeof value === "string" ? closest(value, values.map(spelled)) : null;
  return guess === null ? "" : `; did you mean ${guess}?`;
}

/** The value as it was typed, on one line. */
export function show(value: unknown): string {
  if (isNumber(value)) return String(value);
  if (typeof value === "string") return showText(value);
  if (Array.isArray(value)) return "a list";
  return isObject(value) ? "an object" : String(value);
}

/** In quotes where it would be taken for something else. */
function showText(text: string): string {
  const isPlain = /^[^\s"',;]+$/u.test(text) && !/^(true|false|null|-?\d.*)$/.test(text);
  return isPlain ? shorten(text) : shorten(JSON.stringify(text));
}

export function shorten(text: string, most = 60): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** What ajv wanted, after "must be"; null where that is no way to say it. */
function demandOf({ keyword, params, schema, parentSchema = {} }: ErrorObject): string | null {
  const form = { node: parentSchema as JsonObject, root: {} };
  if (/^(exclusiveM|m)(in|ax)imum$/.test(keyword)) return boundsOf(form) || `${schema}`;
  if (keyword === "type")
    return [schema].flat().length > 0 ? nounOf({ node: { type: schema }, root: {} }) : null;
  if (keyword === "enum") return valuesIn(schema as unknown[]);
  if (keyword === "const") return spelled(schema);
  if (keyword === "multipleOf") return `a multiple of ${params["multipleOf"]}`;
  if (keyword === "pattern") return `text that matches ${shorten(String(schema), 200)}`;
  if (/Length$/.test(keyword)) return `text of ${sizesOf(form.node, "Length", "character")}`;
  if (/Items$/.test(keyword) && keyword !== "uniqueItems")
    return `a list of ${sizesOf(form.node, "Items", "entry")}`;
  if (keyword === "format") return FORMATS[String(schema)] ?? `a valid ${schema}`;
  return null;
}

const FORMATS: Record<string, string> = {
  date: "a date such as 2026-01-31",
  "date-time": "a time such as 2026-01-31T12:00:00Z",
  time: "a time of day such as 12:00:00",
  email: "an email address",
  uri: "a URL",
  uuid: "a UUID",
  ipv4: "an IP address",
  ipv6: "an IPv6 address",
};

function hintFor({ keyword, schema, data }: ErrorObject): string {
  const isUriWanted = keyword === "type" && [schema].flat().includes("string");
  if (isUriWanted && isObject(data) && typeof data["uri"] === "string") return "; give its uri alone";
  return keyword === "enum" ? didYouMean(data, schema as unknown[]) : "";
}

function valuesIn(values: readonly unknown[]): string {
  const words = values.filter((value) => value !== null).map(spelled);
  return words.length === 1 ? words[0]! : `one of ${shorten(words.join(", "), 300)}`;
}

/** Texts and lists that are too short or too long. */
function sizeReason({ keyword, data, parentSchema = {} }: ErrorObject): string | null {
  if (!/^(min|max)(Length|Items)$/.test(keyword)) return null;
  const size = typeof data === "string" ? [...data].length : (data as unknown[]).length;
  if (size === 0) return "is empty";
  const [what, noun] = keyword.endsWith("Length") ? ["Length", "character"] : ["Items", "entry"];
  return `must have ${sizesOf(parentSchema as JsonObject, what!, noun!)}, not ${size}`;
}

/** "3 to 10 characters", "at least 1 entry" */
function sizesOf(node: JsonObject, what: string, noun: string): string {
  const [least, most] = [node[`min${what}`], node[`max${what}`]].map(
    (limit) => (limit as number | undefined) ?? null,
  );
  const plural = noun === "entry" ? "entries" : `${noun}s`;
  const named = (n: number) => `${n} ${n === 1 ? noun : plural}`;
  if (least && most !== null && most !== undefined)
    return least === most ? named(most) : `${least} to ${named(most)}`;
  return most === null || most === undefined ? `at least ${named(least ?? 0)}` : `at most ${named(most)}`;
}

/** What is not said with "must be". */
function plainly({ keyword, params, message = "does not fit", data }: ErrorObject): string {
  switch (keyword) {
    case "required":
      return "is required";
    case "dependentRequired":
      return `is required beside ${params["property"]}`;
    case "additionalProperties":
    case "unevaluatedProperties":
    case "false schema":
      return "is unknown";
    case "uniqueItems":
      return `must not hold the same twice, as at ${params["j"]} and ${params["i"]}`;
    case "not":
      return data === null ? "must not be null" : "is a value that the app does not take";
    default:
      return message;
  }
}

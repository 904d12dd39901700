import { BeltError } from "../errors.ts";
import { belt } from "../hint.ts";
import { isNumber } from "../wire/json.ts";
import { isObject, type JsonObject } from "../wire/types.ts";
import type { FieldPath } from "./field-path.ts";
import { isFailed } from "./many-view.ts";
import { nearPath } from "./near-field.ts";
import { safeJson, safeText } from "./text.ts";

interface Selection {
  /** What to print, line by line or as a document. */
  lines: string[];
  error: BeltError | null;
}

interface Form {
  json: boolean;
  isTerminal: boolean;
}

/**
 * The fields of a result, of a list those of each element (unless a path begins with a place in it).
 * The error is for those that lack one: an id that failed is judged by the caller.
 */
export function selectFields(value: unknown, paths: readonly FieldPath[], form: Form): Selection {
  const isList = Array.isArray(value) && paths.every(({ keys: [first] }) => !/^\d/.test(first!));
  const items: unknown[] = isList ? value : [value];
  const rows = items.map((item) => paths.map(({ keys }) => fieldAt(item, keys)));
  const lacking = items.filter((item, at) => rows[at]!.includes(MISSING) && !(isList && isFailed(item)));
  const found = rows.filter((row) => row.some((field) => field !== MISSING));
  const all = isList ? items.length : 1;
  const error = lacking.length === 0 ? null : lackOf(paths, lacking, found.length === 0 ? 1 : all);
  if (found.length === 0 && (lacking.length > 0 || items.length > 0)) return { lines: [], error };
  if (!form.json) return { lines: rows.map((row) => plainLine(row, form)), error };
  const documents = rows.map((row) => documentOf(paths, row));
  return { lines: [safeJson(isList ? documents : documents[0], form.isTerminal ? 2 : 0)], error };
}

const MISSING = Symbol("missing");

function fieldAt(value: unknown, keys: string[]): unknown {
  let found = value;
  for (const key of keys) {
    const holder = holderOf(found);
    if (!holder || !Object.hasOwn(holder, key)) return MISSING;
    found = holder[key];
  }
  return found;
}

function holderOf(value: unknown): JsonObject | null {
  return isObject(value) || Array.isArray(value) ? (value as JsonObject) : null;
}

/** One field by itself, several by their paths; what is missing is null. */
function documentOf(paths: readonly FieldPath[], row: unknown[]): unknown {
  const values = row.map((field) => (field === MISSING ? null : field));
  if (paths.length === 1) return values[0];
  return Object.fromEntries(paths.map(({ text }, at) => [text, values[at]]));
}

/** One field as it is; several on one line, set apart by tabs. */
function plainLine(row: unknown[], { isTerminal }: Form): string {
  if (row.length === 1 && typeof row[0] !== "string" && row[0] !== MISSING)
    return safeJson(row[0], isTerminal ? 2 : 0);
  const texts = row.map(plainField);
  const text = row.length === 1 ? texts[0]! : texts.map(onOneLine).join("\t");
  // A script gets the very text; only a terminal must be protected from it.
  return isTerminal ? safeText(text) : text;
}

function plainField(field: unknown): string {
  if (field === MISSING) return "";
  return typeof field === "string" ? field : safeJson(field);
}

function onOneLine(text: string): string {
  return text.replaceAll("\t", "\\t").replaceAll("\r", "\\r").replaceAll("\n", "\\n");
}

/**
 * Names the fields that are there: a second run to look for them would be paid twice
 * (src/cli/README.md, "Options of every command").
 */
function lackOf(paths: readonly FieldPath[], lacking: unknown[], all: number): BeltError {
  const [item] = lacking;
  const missing = paths.filter(({ keys }) => fieldAt(item, keys) === MISSING);
  const error = noField(missing, item);
  if (all === 1) return error;
  const names = missing.map(({ text }) => text).join(", ");
  const message = `${lacking.length} of ${all} results lack the field ${names}; ${whatIsThere(item, missing[0]!)}`;
  return error.with({ message, hint: WHOLE });
}

const WHOLE = "leave --field out to see all there is";

/** What `--field` says when there is nothing of that name; null is the result that there is none. */
export function noField(missing: readonly FieldPath[], value: unknown): BeltError {
  const names = missing.map(({ text }) => text).join(", ");
  const taskId = taskIdOf(value);
  const [near] = missing.flatMap(({ keys }) => nearPath(value, keys) ?? []);
  const meant = near === undefined ? "" : `did you mean ${near}? `;
  return new BeltError({
    code: "no_such_field",
    message: `the result has no field ${names}; ${meant}${whatIsThere(value, missing[0]!)}`,
    hint:
      taskId === null ? WHOLE : belt("task get", taskId, ...(near === undefined ? [] : ["--field", near])),
    exit: "failure",
    taskId: taskId ?? undefined,
  });
}

/** Only a task can be looked at again for nothing. */
function taskIdOf(value: unknown): string | null {
  return isObject(value) && "status_code" in value && typeof value["id"] === "string" ? value["id"] : null;
}

/** More than people read. */
const MOST_NAMES = 20;

/** What stands where the path loses its way. */
function whatIsThere(value: unknown, { keys }: FieldPath): string {
  const known = keys.findIndex((_, at) => fieldAt(value, keys.slice(0, at + 1)) === MISSING);
  const where = known === 0 ? "it" : keys.slice(0, known).join(".");
  const there = fieldAt(value, keys.slice(0, known));
  if (value === null) return "there is no result";
  if (Array.isArray(there)) return `${where} is a list of ${there.length}`;
  if (isNumber(there)) return `${where} is a number`;
  if (!isObject(there)) return `${where} is ${there === null ? "null" : `a ${typeof there}`}`;
  const names = Object.keys(there);
  if (names.length === 0) return `${where} is empty`;
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : "";
  return `${where} has ${names.slice(0, MOST_NAMES).join(", ")}${more}`;
}

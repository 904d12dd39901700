import type { JsonObject } from "../../wire/types.ts";
import { itemSchema } from "./fields.ts";
import { forms } from "./forms.ts";
import { allowedValues, fileForm, kindOf, kindsOf } from "./kinds.ts";
import type { Schema } from "./node.ts";

/** What people call the type: "integer", "file", "list of strings". */
export function typeName(schema: Schema, depth = 0): string {
  const names = forms(schema).map((form) => nameOf(form, depth));
  return [...new Set(names.filter((name) => name !== "null"))].join(" or ") || "anything";
}

/** Lists of lists, at most. */
const DEEPEST = 3;

function nameOf(form: Schema, depth: number): string {
  if (fileForm(form)) return "file";
  const all = form.node["type"] === undefined ? valueKinds(form) : kindsOf(form);
  const kinds = all.filter((kind) => kind !== "null");
  if (kinds.length === 0) return all.length > 0 ? "null" : "anything";
  if (kinds[0] !== "array") return kinds.join(" or ");
  const item = depth < DEEPEST ? itemSchema(form, 0) : null;
  return item ? `list of ${typeName(item, depth + 1)}` : "list";
}

function valueKinds(form: Schema): string[] {
  const values = allowedValues(form);
  return values ? [...new Set(values.map(kindOf))] : kindsOf(form);
}

/** What the schema says about a field in words; empty when nothing. */
export function descriptionOf(schema: Schema): string {
  const found = forms(schema).find(({ node }) => typeof node["description"] === "string");
  return found ? String(found.node["description"]) : "";
}

/** A value that the schema itself gives. */
export function defaultOf(schema: Schema): unknown {
  return forms(schema).find(({ node }) => node["default"] !== undefined)?.node["default"];
}

export function examplesOf(schema: Schema): unknown[] {
  return forms(schema).flatMap(({ node }) => {
    const { examples, example } = node;
    return [...(Array.isArray(examples) ? examples : []), ...(example === undefined ? [] : [example])];
  });
}

const WORDS = {
  atLeast: "at least",
  moreThan: "more than",
  atMost: "at most",
  lessThan: "less than",
  and: " and ",
};

/** The bounds of a number: "64 to 2048", "at least 0", "more than 0 and at most 2"; empty without any. */
export function boundsOf({ node }: { node: JsonObject }, words = WORDS): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = node;
  const bounds = [
    [words.atLeast, minimum],
    [words.moreThan, exclusiveMinimum],
    [words.atMost, maximum],
    [words.lessThan, exclusiveMaximum],
  ].filter(([, bound]) => isBound(bound));
  if (bounds.length === 2 && isBound(minimum) && isBound(maximum)) return `${minimum} to ${maximum}`;
  return bounds.map((bound) => bound.join(" ")).join(words.and);
}

/** Converters write the largest safe integer where there is no bound. */
function isBound(value: unknown): boolean {
  return value !== undefined && Math.abs(Number(value)) < Number.MAX_SAFE_INTEGER;
}

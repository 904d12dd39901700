import type { JsonObject } from "../wire/types.ts";
import { define } from "./raw-value.ts";
import { sampleNumbers, sampleTexts } from "./sample-scalars.ts";
import { defaultOf, examplesOf } from "./schema/describe.ts";
import { fieldsOf, itemSchema } from "./schema/fields.ts";
import { forms } from "./schema/forms.ts";
import { allowedValues, fileForm, isFileField, type Kind, kindsOf } from "./schema/kinds.ts";
import type { Schema } from "./schema/node.ts";
import { type Validator, validatorOf } from "./schema/validator.ts";

/**
 * A ready input for a schema, which passes its check: of each field its default, else its first
 * example, else the first allowed value, else a value of its type (src/api/README.md, "Samples of
 * inputs"). Required fields come first; one that is neither required nor has a default or an
 * example is left out.
 */
export async function sampleInput(schema: Schema): Promise<JsonObject> {
  const validator = await validatorOf(schema, () => {});
  const samples = forms(schema).map((form) => sampleObject(form, validator, 0));
  return samples.find((sample) => validator(sample, schema).length === 0) ?? samples[0] ?? {};
}

/** Objects inside objects, at most; a schema may refer to itself. */
const DEEPEST = 8;

function sampleObject(schema: Schema, validator: Validator, depth: number): JsonObject {
  const sample: JsonObject = {};
  for (const { name, schema: field, required } of fieldsOf(schema)) {
    const told = toldValues(field).find((value) => validator(value, field).length === 0);
    const isEmpty = told === undefined || (required && told === null);
    const value = isEmpty && required ? made(name, field, validator, depth) : told;
    if (value !== undefined) define(sample, name, value);
  }
  return sample;
}

/** What the schema itself gives; of a file only what can be fetched. */
function toldValues(schema: Schema): unknown[] {
  const told = [defaultOf(schema), ...examplesOf(schema)].filter((value) => value !== undefined);
  if (!isFileField(schema)) return told;
  return told.filter((value) => value === null || /"(https?|data):/.test(JSON.stringify(value)));
}

/** The first value of a form that the check lets pass. */
function made(name: string, schema: Schema, validator: Validator, depth: number): unknown {
  const values = forms(schema).flatMap((form) => ofForm(name, form, validator, depth));
  return values.find((value) => validator(value, schema).length === 0) ?? values[0] ?? null;
}

function ofForm(name: string, form: Schema, validator: Validator, depth: number): unknown[] {
  const file = fileForm(form);
  const url = `https://example.com/${encodeURIComponent(name)}`;
  if (file) return [file === "uri" ? url : { uri: url }];
  const kinds = kindsOf(form);
  return (
    allowedValues(form) ??
    (kinds.length > 0 ? kinds : (["string"] as const)).flatMap((kind) =>
      ofKind(kind, name, form, validator, depth),
    )
  );
}

function ofKind(kind: Kind, name: string, form: Schema, validator: Validator, depth: number): unknown[] {
  switch (kind) {
    case "object":
      return [depth < DEEPEST ? sampleObject(form, validator, depth + 1) : {}];
    case "array":
      return [sampleList(name, form, validator, depth)];
    case "boolean":
      return [false, true];
    case "string":
      return sampleTexts(name, form.node);
    case "null":
      return [null];
    default:
      return sampleNumbers(form.node, kind);
  }
}

/** As many entries as there must be, and one to show what they are. */
function sampleList(name: string, form: Schema, validator: Validator, depth: number): unknown[] {
  const { minItems = 1, maxItems = 1, uniqueItems } = form.node;
  const length =
    depth < DEEPEST ? Math.min(Math.max(Number(minItems), Math.min(1, Number(maxItems))), 20) : 0;
  return Array.from({ length }, (_, index) => {
    const item = itemSchema(form, index);
    const entry = uniqueItems === true && index > 0 ? `${name}_${index + 1}` : name;
    return item ? madeOnce(entry, item, validator, depth, uniqueItems === true ? index : 0) : null;
  });
}

/** The value that comes after `skipped` others, where no two may be the same. */
function madeOnce(
  name: string,
  schema: Schema,
  validator: Validator,
  depth: number,
  skipped: number,
): unknown {
  const told = toldValues(schema).filter((value) => value !== null);
  const values = [...told, ...forms(schema).flatMap((form) => ofForm(name, form, validator, depth + 1))];
  const fitting = values.filter((value) => validator(value, schema).length === 0);
  return fitting[skipped] ?? fitting.at(-1) ?? values[0] ?? null;
}

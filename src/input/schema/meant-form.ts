import { isDeepStrictEqual } from "node:util";
import { isObject, type JsonObject } from "../../wire/types.ts";
import { forms } from "./forms.ts";
import { allowedValues, kindOf, mayBe } from "./kinds.ts";
import type { Schema } from "./node.ts";

/** The forms that can have been meant by a value: of its kind, and named by the fields that tell forms apart. */
export function meantForms(all: readonly Schema[], value: unknown): Schema[] {
  const ofKind = all.filter((form) => mayBe(form, kindOf(value)));
  if (!isObject(value)) return ofKind;
  const named = ofKind.filter((form) => isNamed(form, value));
  return named.length > 0 ? named : ofKind;
}

/** True when the value has one of the form's constants, and no other in its place. */
function isNamed({ node, root }: Schema, value: JsonObject): boolean {
  const { properties } = node;
  if (!isObject(properties)) return false;
  const told = Object.entries(properties).flatMap(([key, property]) => {
    const only = Object.hasOwn(value, key) && isObject(property) ? onlyValue({ node: property, root }) : [];
    return only.map((constant) => isDeepStrictEqual(constant, value[key]));
  });
  return told.length > 0 && told.every((same) => same);
}

/** The one value of a constant; none for what may vary. */
function onlyValue(schema: Schema): unknown[] {
  const values = forms(schema).map(allowedValues);
  const [only] = values;
  return values.length === 1 && only?.length === 1 ? only : [];
}

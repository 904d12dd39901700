import { isObject, type JsonObject } from "../../wire/types.ts";
import { anyOf, forms } from "./forms.ts";
import { mayBe } from "./kinds.ts";
import type { Schema } from "./node.ts";

/** A path of keys and indices. */
export type Path = readonly (string | number)[];

/** The schema of an object's field, null when none is declared. */
export function fieldSchema(schema: Schema, key: string): Schema | null {
  return anyOf(forms(schema).flatMap((form) => fieldIn(form, key)));
}

function fieldIn({ node, root }: Schema, key: string): Schema[] {
  const found = at(node["properties"], key) ?? node["additionalProperties"];
  return isObject(found) ? [{ node: found, root }] : [];
}

/** The schema of a list's entry. */
export function itemSchema(schema: Schema, index: number): Schema | null {
  return anyOf(forms(schema).flatMap((form) => itemIn(form, index)));
}

function itemIn({ node, root }: Schema, index: number): Schema[] {
  const places = Array.isArray(node["prefixItems"]) ? node["prefixItems"] : [];
  const found = places[index] ?? node["items"];
  return isObject(found) ? [{ node: found, root }] : [];
}

/** The schema at a path, null where none is declared. */
export function schemaAt(schema: Schema | null, path: Path): Schema | null {
  return path.reduce<Schema | null>(
    (found, key) => found && (typeof key === "number" ? itemSchema(found, key) : fieldSchema(found, key)),
    schema,
  );
}

export interface Field {
  name: string;
  schema: Schema;
  /** In every form of the object. */
  required: boolean;
}

/** The declared fields of an object, required ones first. */
export function fieldsOf(schema: Schema): Field[] {
  const objects = objectForms(schema);
  const names = new Set(objects.flatMap(({ node }) => Object.keys(node["properties"] ?? {})));
  const fields = [...names].map((name) => ({
    name,
    schema: anyOf(objects.flatMap(({ node, root }) => declaredIn(node, root, name)))!,
    required: objects.every(({ node }) => requires(node, name)),
  }));
  return [...fields.filter((field) => field.required), ...fields.filter((field) => !field.required)];
}

/** The forms in which it is an object. */
function objectForms(schema: Schema): Schema[] {
  return forms(schema).filter((form) => isObject(form.node["properties"]) && mayBe(form, "object"));
}

function declaredIn(node: JsonObject, root: JsonObject, name: string): Schema[] {
  const found = at(node["properties"], name);
  return isObject(found) ? [{ node: found, root }] : [];
}

function requires({ required }: JsonObject, name: string): boolean {
  return Array.isArray(required) && required.includes(name);
}

/** The keys that an object of this form takes; null when any will do. */
export function declaredKeys({ node }: Schema): string[] | null {
  const { properties, additionalProperties, unevaluatedProperties } = node;
  const isOpen = [additionalProperties, unevaluatedProperties].some(
    (rest) => rest === true || isObject(rest),
  );
  const more = ["patternProperties", "dependentSchemas"].some((keyword) => keyword in node);
  return isOpen || more || !isObject(properties) ? null : Object.keys(properties);
}

function at(holder: unknown, key: string): unknown {
  return isObject(holder) && Object.hasOwn(holder, key) ? holder[key] : undefined;
}

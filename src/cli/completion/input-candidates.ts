import { appSchemas } from "../../api/resources/app.ts";
import { descriptionOf, typeName } from "../../input/schema/describe.ts";
import { asSchema } from "../../input/schema/document.ts";
import { type Field, fieldsOf } from "../../input/schema/fields.ts";
import { isFileField, spelled, suggestionsOf } from "../../input/schema/kinds.ts";
import type { Schema } from "../../input/schema/node.ts";
import type { JsonObject } from "../../wire/types.ts";

/** What may be typed, and what it is. */
export interface Candidate {
  value: string;
  about?: string | undefined;
}

/** The inputs of every function of an app. */
export function appInputCandidates(app: JsonObject): Candidate[] {
  const { functions } = appSchemas(app);
  const schemas = Object.values(functions).map(({ input }) => asSchema(input));
  const all = schemas.flatMap((schema) => (schema ? inputCandidates(schema) : []));
  return [...new Map(all.map((candidate) => [candidate.value, candidate])).values()];
}

/** Each key with its `=`, each value of those that have a choice, and the keys inside objects. */
export function inputCandidates(schema: Schema): Candidate[] {
  return fieldsOf(schema).flatMap((field) => [
    ...keyAndValues("", field),
    ...(isFileField(field.schema) ? [] : fieldsOf(field.schema)).flatMap((inner) =>
      keyAndValues(`${written(field)}.`, inner),
    ),
  ]);
}

function keyAndValues(prefix: string, field: Field): Candidate[] {
  const key = `${prefix}${written(field)}`;
  const values = suggestionsOf(field.schema);
  const about = descriptionOf(field.schema) || (values.length > 0 ? "" : typeName(field.schema));
  return [{ value: `${key}=`, about }, ...values.map((value) => ({ value: `${key}=${spelled(value)}` }))];
}

function written({ name }: Field): string {
  return name.replaceAll(".", "\\.");
}

import { isSecretName } from "../../secret-names.ts";
import { fieldSchema, itemSchema } from "./fields.ts";
import { forms } from "./forms.ts";
import type { Schema } from "./node.ts";

/** True for a place that the schema, or the name of a field on the way, calls secret, whatever stands there. */
export function isSecretPlace(schema: Schema | null, path: readonly string[]): boolean {
  if (schema && isMarkedSecret(schema)) return true;
  const [key, ...rest] = path;
  if (key === undefined) return false;
  if (isSecretName(key) || isSecretPlace(schema && fieldSchema(schema, key), rest)) return true;
  const isIndex = /^\d+$/.test(key);
  return isIndex && schema !== null && isSecretPlace(itemSchema(schema, Number(key)), rest);
}

/** True for what the schema itself calls secret. */
export function isMarkedSecret(schema: Schema): boolean {
  return forms(schema).some(({ node }) => node["format"] === "password" || node["writeOnly"] === true);
}

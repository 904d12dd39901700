import { isObject, type JsonObject } from "../wire/types.ts";
import { closest } from "./closest.ts";
import { DEEPEST_KEY } from "./raw-value.ts";
import { shorten } from "./reasons.ts";
import { declaredKeys, fieldSchema, itemSchema, type Path } from "./schema/fields.ts";
import { anyOf, forms } from "./schema/forms.ts";
import { meantForms } from "./schema/meant-form.ts";
import type { Schema } from "./schema/node.ts";

export interface UnknownKey {
  path: Path;
  message: string;
  /** The key that was probably meant, as a path. */
  meant: Path | null;
}

/** Keys that an object does not declare, in the forms that can have been meant, unless it takes others. */
export function findUnknown(value: unknown, schema: Schema | null, path: Path = []): UnknownKey[] {
  if (!schema || path.length > DEEPEST_KEY) return [];
  if (Array.isArray(value)) {
    if (!value.some((item) => typeof item === "object")) return [];
    return value.flatMap((item, index) => findUnknown(item, itemSchema(schema, index), [...path, index]));
  }
  if (!isObject(value)) return [];
  const meant = meantForms(forms(schema), value);
  const form = anyOf(meant);
  const declared = keysOf(meant);
  return Object.entries(value).flatMap(([key, field]) => {
    if (!declared || declared.includes(key))
      return findUnknown(field, form && fieldSchema(form, key), [...path, key]);
    return [unknownKey(key, declared, value, path)];
  });
}

/** The keys of any of these forms; null when one of them takes others, too. */
function keysOf(all: readonly Schema[]): string[] | null {
  const keys = all.map(declaredKeys);
  return keys.length === 0 || keys.includes(null) ? null : [...new Set(keys.flatMap((some) => some ?? []))];
}

function unknownKey(key: string, declared: string[], value: JsonObject, path: Path): UnknownKey {
  const free = declared.filter((name) => !Object.hasOwn(value, name));
  const meant = closest(key, free);
  const message = meant === null ? `is unknown${listed(declared)}` : `is unknown; did you mean ${meant}?`;
  return { path: [...path, key], message, meant: meant === null ? null : [...path, meant] };
}

function listed(names: string[]): string {
  return names.length === 0 ? ", for there are none" : `; there are ${shorten(names.join(", "), 300)}`;
}

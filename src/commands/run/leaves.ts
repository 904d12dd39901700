import { hasFields, RawValue } from "../../input/raw-value.ts";
import { spelled } from "../../input/schema/kinds.ts";

export interface Leaf {
  path: readonly string[];
  text: string;
}

/** Every value that holds no others, by its place. */
export function leaves(
  value: unknown,
  path: readonly string[] = [],
  found = new Map<string, Leaf>(),
): Map<string, Leaf> {
  const inner = hasFields(value) || Array.isArray(value) ? Object.entries(value) : [];
  if (inner.length === 0 && path.length > 0) found.set(path.join("."), { path, text: leafText(value) });
  for (const [key, field] of inner) leaves(field, [...path, key], found);
  return found;
}

function leafText(value: unknown): string {
  if (!(value instanceof RawValue)) return spelled(value);
  return value.parts.map((part) => ("text" in part ? part.text : `@${part.file}`)).join(" ");
}

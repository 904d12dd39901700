import { BeltError } from "../errors.ts";
import { isObject, type JsonObject } from "../wire/types.ts";
import { isFailed } from "./many-view.ts";

/**
 * The field at a dotted path; of a list, unless the path begins with a place in it, that of each
 * element. The error is for those that lack it: an id that failed is judged by whoever asked for it.
 */
export function fieldsAt(value: unknown, path: string): { found: unknown[]; error: BeltError | null } {
  const isList = Array.isArray(value) && !/^\d/.test(path);
  const items: unknown[] = isList ? value : [value];
  const fields = items.map((item) => fieldAt(item, path));
  const found = fields.filter((field) => field !== MISSING);
  const lacking = items.filter((item, at) => fields[at] === MISSING && !(isList && isFailed(item))).length;
  if (lacking === 0) return { found, error: null };
  return { found, error: found.length === 0 ? noField(path) : partlyNoField(path, lacking, items.length) };
}

const MISSING = Symbol("missing");

function fieldAt(value: unknown, path: string): unknown {
  let found = value;
  for (const part of path.split(".")) {
    const holder = isObject(found) || Array.isArray(found) ? (found as JsonObject) : {};
    if (!Object.hasOwn(holder, part)) return MISSING;
    found = holder[part];
  }
  return found;
}

/** What `--field` says when there is nothing of that name (cli.md section 2). */
export function noField(path: string): BeltError {
  return new BeltError({
    code: "no_such_field",
    message: `the result has no field ${path}`,
    hint: "run again with --json to see the whole result",
    exit: "failure",
  });
}

function partlyNoField(path: string, lacking: number, all: number): BeltError {
  return noField(path).with({ message: `${lacking} of ${all} results lack the field ${path}` });
}

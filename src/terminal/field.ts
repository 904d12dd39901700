import { BeltError } from "../errors.ts";
import { isObject, type JsonObject } from "../wire/types.ts";

/** The field at a dotted path; of a list, unless the path begins with a place in it, that of each element. Throws exit 1 where there is none. */
export function fieldsAt(value: unknown, path: string): unknown[] {
  const items = Array.isArray(value) && !/^\d/.test(path) ? value : [value];
  return items.map((item) => fieldAt(item, path));
}

function fieldAt(value: unknown, path: string): unknown {
  let found = value;
  for (const part of path.split(".")) {
    const holder = isObject(found) || Array.isArray(found) ? (found as JsonObject) : {};
    if (!Object.hasOwn(holder, part)) throw noField(path);
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

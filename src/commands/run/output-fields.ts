import { taskDocument } from "../../api/resources/task.ts";
import { closest } from "../../input/closest.ts";
import { fieldsOf } from "../../input/schema/fields.ts";
import type { Schema } from "../../input/schema/node.ts";
import type { FieldPath } from "../../terminal/field-path.ts";
import type { Context } from "../shared/context.ts";

/** Of every task, so that an output's own field of that name is not meant. */
const OF_TASKS = Object.keys(taskDocument({}, { word: "unknown", code: null, ambiguous: false }, null));

/** Warns of a `--field` that the output will not have, by what the app tells of it: it would be found missing once the run is paid. */
export function warnOfFields({ out }: Context, app: string, schema: Schema | null): void {
  const names = schema === null ? [] : fieldsOf(schema).map(({ name }) => name);
  if (names.length === 0) return;
  for (const { text, keys } of out.fields ?? []) {
    const meant = meantBy(keys, names);
    if (meant === undefined) continue;
    const question = meant === null ? "" : `; did you mean output.${meant}?`;
    out.warn(`--field ${text} may not be there: the output of ${app} has ${names.join(", ")}${question}`);
  }
}

/** The field of the output that was meant, null for none near; undefined where there is nothing wrong. */
function meantBy([first = "", second]: FieldPath["keys"], names: string[]): string | null | undefined {
  if (first !== "output") return names.includes(first) && !OF_TASKS.includes(first) ? first : undefined;
  return second === undefined || names.includes(second) ? undefined : closest(second, names);
}

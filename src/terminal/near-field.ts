import { closest } from "../input/closest.ts";
import { isObject } from "../wire/types.ts";
import { writtenPath } from "./field-path.ts";

/** Fields that are looked at, and how deep they are looked for. */
const MOST = 1_000;
const DEEPEST = 5;

/** Words of other tools. */
const SYNONYMS = new Map([
  ["state", "status"],
  ["url", "uri"],
  ["created", "created_at"],
  ["updated", "updated_at"],
]);

/** What a path that leads nowhere may mean: one that ends with it, or is nearly it. Null for none. */
export function nearPath(value: unknown, keys: readonly string[]): string | null {
  // What came out is asked for, not what went in.
  const isOutput = ([first]: string[]) => first === "output";
  const paths = pathsIn(value);
  const all = [...paths.filter(isOutput), ...paths.filter((path) => !isOutput(path))];
  const wanted = keys.map((key) => SYNONYMS.get(key) ?? key).join("\n");
  const inside = all.find((path) => path.slice(-keys.length).join("\n") === wanted);
  if (inside) return writtenPath(inside);
  const near = closest(
    wanted,
    all.map((path) => path.join("\n")),
  );
  return near === null ? null : writtenPath(near.split("\n"));
}

/** Of objects alone, what is nearest to the top first. */
function pathsIn(value: unknown): string[][] {
  const found: string[][] = [];
  let level: { path: string[]; value: unknown }[] = [{ path: [], value }];
  for (let depth = 0; depth < DEEPEST && found.length < MOST; depth++) {
    level = level.flatMap(({ path, value }) =>
      isObject(value)
        ? Object.entries(value).map(([key, field]) => ({ path: [...path, key], value: field }))
        : [],
    );
    found.push(...level.slice(0, MOST - found.length).map(({ path }) => path));
  }
  return found;
}

import { randomUUID } from "node:crypto";
import { usageError } from "../../errors.ts";
import { withValue } from "../../input/coerce.ts";
import { parseInput } from "../../input/parse-input.ts";
import { define, hasFields, RawValue, valueAt } from "../../input/raw-value.ts";
import type { Readers } from "../../input/read-object.ts";
import type { Path } from "../../input/schema/fields.ts";
import { kindOf } from "../../input/schema/kinds.ts";
import { parseJson } from "../../wire/json.ts";
import { isObject, type JsonObject } from "../../wire/types.ts";
import type { InputFile } from "../run/receipt-document.ts";
import type { Recipe } from "./recipe.ts";

export type Root = "input" | "setup";

/** One tree of a recipe with what was typed in it, and the files that are still those of the recipe. */
export interface Filled {
  tree: JsonObject;
  /** With the path in the tree. */
  files: { file: InputFile; path: string[] }[];
}

/**
 * The recipe's tree with `specs` over it, later ones win. Files of the recipe that nothing was given
 * for are `RawValue`s in it, as if they had been typed.
 */
export async function fillTree(
  recipe: Recipe,
  root: Root,
  specs: readonly string[],
  readers: Readers,
): Promise<Filled> {
  const mark = randomUUID();
  const own = recipe.files.filter(({ field }) => field[0] === root);
  const marked = own.reduce<JsonObject>(
    (tree, { field }, index) => placeMark(recipe, tree, field.slice(1), `${mark}:${index}`),
    recipe[root] ?? {},
  );
  const parsed = await parseInput(specs, `--${root}`, readers, structuredCopy(marked) as JsonObject);
  const files: Filled["files"] = [];
  const tree = replaceTexts(parsed, [], (text, path) => {
    if (!text.startsWith(`${mark}:`)) return text;
    const file = own[Number(text.slice(mark.length + 1))]!;
    files.push({ file, path });
    return new RawValue([{ file: file.path ?? file.name }]);
  });
  return { tree: tree as JsonObject, files };
}

/** A text that nobody else can have written stands for a file, until it is known which are still wanted. */
function placeMark(recipe: Recipe, tree: JsonObject, path: Path, mark: string): JsonObject {
  if (path.length > 0 && valueAt(tree, path) !== undefined) return withValue(tree, path, mark) as JsonObject;
  throw usageError(
    `${recipe.reference} is damaged: it tells of a file at ${path.join(".") || "no place"}, where its input has none`,
  );
}

/** What is typed is put into objects and lists, which the receipt's own must survive. */
function structuredCopy(value: unknown): unknown {
  return replaceTexts(value, [], (text) => text);
}

/** A copy with each text replaced; what was typed stays as it is. */
function replaceTexts(
  value: unknown,
  path: string[],
  replace: (text: string, path: string[]) => unknown,
): unknown {
  if (typeof value === "string") return replace(value, path);
  if (Array.isArray(value))
    return value.map((item, index) => replaceTexts(item, [...path, String(index)], replace));
  if (!isObject(value) || !hasFields(value)) return value;
  const copy: JsonObject = {};
  for (const [key, inner] of Object.entries(value))
    define(copy, key, replaceTexts(inner, [...path, key], replace));
  return copy;
}

/**
 * What was typed where the recipe has a number, a truth, a list or an object is one, too: of an older
 * version no schema may be known that would say so.
 */
export async function typedAsBefore(tree: unknown, before: unknown): Promise<unknown> {
  if (tree instanceof RawValue) return await sameKind(tree, before);
  if (!hasFields(tree) && !Array.isArray(tree)) return tree;
  const copy = Array.isArray(tree) ? [] : {};
  for (const [key, inner] of Object.entries(tree))
    define(copy as JsonObject, key, await typedAsBefore(inner, valueAt(before, [key])));
  return copy;
}

async function sameKind(typed: RawValue, before: unknown): Promise<unknown> {
  const [part, ...more] = typed.parts;
  if (!part || !("text" in part) || more.length > 0 || before === undefined) return typed;
  if (typeof before === "string") return typed;
  const value = await parseJson(part.text).catch(() => undefined);
  return value !== undefined && kindOf(value) === kindOf(before) ? value : typed;
}

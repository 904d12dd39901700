import { isObject, type JsonObject } from "../../wire/types.ts";
import { mergeNodes } from "./merge.ts";
import { pointedAt, type Schema } from "./node.ts";

/** Forms of one field that are told apart. */
const MOST = 64;

/** Schemas passed through on the way to one form. */
const DEEPEST = 40;

/**
 * The forms a value may have: each a schema without references or unions, in which everything
 * that counts for that form is combined, also what stands beside a union.
 */
export function forms({ node, root }: Schema): readonly Schema[] {
  const known = FLATTENED.get(node);
  if (known) return known;
  const found = flatten(node, root, 0).map((form) => ({ node: form, root }));
  FLATTENED.set(node, found);
  return found;
}

/** A list of a hundred thousand asks for the forms of its entries as often; a schema does not change. */
const FLATTENED = new WeakMap<JsonObject, readonly Schema[]>();

function flatten(node: JsonObject, root: JsonObject, depth: number): JsonObject[] {
  const { $ref, allOf, anyOf, oneOf, if: _, then, else: otherwise, ...own } = node;
  if (depth > DEEPEST) return [own];
  const inside = (part: JsonObject) => flatten(part, root, depth + 1);
  const target = pointedAt(root, $ref);
  const conditional = [then, otherwise].filter(isObject);
  const alternatives = [
    ...(target ? [inside(target)] : []),
    ...nodesIn(allOf).map(inside),
    ...[anyOf, oneOf, conditional].map((union) => nodesIn(union).flatMap(inside)),
  ].filter((options) => options.length > 0);
  return alternatives.reduce<JsonObject[]>(combine, [own]);
}

/** Each of the one with each of the other; when none can be, what was there before. */
function combine(found: JsonObject[], options: JsonObject[]): JsonObject[] {
  const combined = found.flatMap((form) => options.map((option) => mergeNodes(form, option)));
  const possible = combined.filter((form) => form !== null);
  return possible.length === 0 ? found : possible.slice(0, MOST);
}

function nodesIn(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** One schema for what may have any of these forms. */
export function anyOf(schemas: readonly Schema[]): Schema | null {
  const [first] = schemas;
  if (!first) return null;
  const nodes = [...new Set(schemas.map(({ node }) => node))];
  return { node: nodes.length === 1 ? nodes[0]! : { anyOf: nodes }, root: first.root };
}

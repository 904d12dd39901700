import { isObject, type JsonObject } from "../../wire/types.ts";
import { forEachNode, type Note, pointedAt } from "./node.ts";

/** Schemas that one value may have to be tried against, for one field. */
const MOST = 1_000;

const UNIONS = ["anyOf", "oneOf", "allOf", "if", "then", "else"];

/** Leaves out what makes trying a value endless: references in a circle, and unions that double level by level. */
export function boundUnions(root: JsonObject, note: Note): void {
  const widths = new Map<JsonObject, number>();
  forEachNode(root, (node) => void widthOf(node, root, widths, note));
}

/** How many schemas a value is tried against at this place; 0 while that is being counted. */
function widthOf(node: JsonObject, root: JsonObject, widths: Map<JsonObject, number>, note: Note): number {
  const known = widths.get(node);
  if (known !== undefined) return known;
  widths.set(node, 0);
  let width = 1 + throughReference(node, root, widths, note);
  for (const keyword of UNIONS) {
    if (/^(any|all)Of$/.test(keyword)) onceEach(node, keyword);
    const parts = [node[keyword]].flat().filter(isObject);
    const inside = parts.map((part) => widthOf(part, root, widths, note));
    const sum = inside.reduce((sum, one) => sum + one, 0);
    if (inside.includes(0) || width + sum > MOST) {
      delete node[keyword];
      note(`${keyword} is too wide to be checked`);
    } else width += sum;
  }
  widths.set(node, width);
  return width;
}

function throughReference(
  node: JsonObject,
  root: JsonObject,
  widths: Map<JsonObject, number>,
  note: Note,
): number {
  const target = pointedAt(root, node["$ref"]);
  if (!target) return 0;
  const width = widthOf(target, root, widths, note);
  if (width > 0 && width < MOST) return width;
  delete node["$ref"];
  note("a reference leads in a circle");
  return 0;
}

function onceEach(node: JsonObject, keyword: string): void {
  const parts = node[keyword];
  if (!Array.isArray(parts)) return;
  node[keyword] = [...new Map(parts.map((part) => [JSON.stringify(part), part])).values()];
}

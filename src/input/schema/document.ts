import { isObject, type JsonObject } from "../../wire/types.ts";
import { boundUnions } from "./bound-unions.ts";
import { normalizeKeyword, withNull } from "./dialects.ts";
import { forEachNode, LISTS, MAPS, type Note, ONE, pointedAt, type Schema } from "./node.ts";

/**
 * A schema as the API sends it, if it says anything at all, in the words of draft 2020-12. What
 * cannot be used of it is left out and noted; what is left is bounded in depth and in its unions,
 * and no `$ref` leads nowhere or in a circle.
 */
export function asSchema(value: unknown, note: Note = () => {}): Schema | null {
  if (!isObject(value) || Object.keys(value).length === 0) return null;
  const names = new Map<string, string>();
  const root = normalize(value, "#", names, note, 0);
  forEachNode(root, (node) => pointRightly(node, root, names, note));
  boundUnions(root, note);
  return { node: root, root };
}

/** Schemas inside schemas; what is deeper may be anything. */
const DEEPEST = 100;

function normalize(
  value: JsonObject,
  at: string,
  names: Map<string, string>,
  note: Note,
  depth: number,
): JsonObject {
  if (depth > DEEPEST) return {};
  const inside = (inner: unknown, ...way: (string | number)[]) =>
    asNode(inner, (found) =>
      normalize(found, [at, ...way.map(escapePointer)].join("/"), names, note, depth + 1),
    );
  for (const name of [value["$id"], value["id"], anchorOf(value)]) {
    if (typeof name === "string") names.set(name, at);
  }
  const node: JsonObject = {};
  for (const [keyword, found] of normalizeKeyword(value, (text) => note(`${text} at ${at}`))) {
    if (ONE.includes(keyword))
      set(node, keyword, typeof found === "boolean" ? found : inside(found, keyword));
    else if (LISTS.includes(keyword))
      set(
        node,
        keyword,
        listOf(found, (one, i) => inside(one, keyword, i)),
      );
    else if (MAPS.includes(keyword))
      set(
        node,
        keyword,
        mapOf(found, (one, key) => inside(one, keyword, key)),
      );
    else set(node, keyword, found);
  }
  return value["nullable"] === true ? withNull(node) : node;
}

function anchorOf({ $anchor }: JsonObject): string | null {
  return typeof $anchor === "string" ? `#${$anchor}` : null;
}

/** `true` is a schema that takes anything, `false` one that takes nothing. */
function asNode(value: unknown, normalized: (value: JsonObject) => JsonObject): JsonObject | undefined {
  if (typeof value === "boolean") return value ? {} : { not: {} };
  return isObject(value) ? normalized(value) : undefined;
}

function listOf(value: unknown, node: (value: unknown, index: number) => JsonObject | undefined) {
  const nodes = Array.isArray(value) ? value.map(node).filter((one) => one !== undefined) : [];
  return nodes.length > 0 ? nodes : undefined;
}

const HALF_CHARACTER = /\p{Cs}/u;

function mapOf(value: unknown, node: (value: unknown, key: string) => JsonObject | undefined) {
  if (!isObject(value)) return undefined;
  const nodes: JsonObject = {};
  for (const [key, one] of Object.entries(value)) {
    // A key with half a character has no address, and nobody can write it.
    if (!HALF_CHARACTER.test(key)) set(nodes, key, node(one, key));
  }
  return nodes;
}

function set(node: JsonObject, key: string, value: unknown): void {
  if (value === undefined) return;
  Object.defineProperty(node, key, { value, enumerable: true, writable: true, configurable: true });
}

/** A reference by a name becomes one by place; one that leads nowhere is left out. */
function pointRightly(node: JsonObject, root: JsonObject, names: Map<string, string>, note: Note): void {
  const { $ref } = node;
  if ($ref === undefined || pointedAt(root, $ref)) return;
  const text = typeof $ref === "string" ? $ref : "";
  const [name = "", fragment = ""] = text.split("#");
  const place = names.get(text) ?? names.get(name);
  const reference = place !== undefined && fragment.startsWith("/") ? place + fragment : place;
  if (pointedAt(root, reference)) node["$ref"] = reference;
  else {
    delete node["$ref"];
    note(`nothing is at ${text || "a reference that is no text"}`);
  }
}

function escapePointer(part: string | number): string {
  return encodeURIComponent(String(part).replaceAll("~", "~0").replaceAll("/", "~1"));
}

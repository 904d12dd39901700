/** What a list is asked for: a page of it, and which items. What cannot be honored is refused, never ignored in silence. */
import { isObject, type JsonObject } from "../../wire/types.ts";
import { invalidField } from "../errors.ts";
import type { Message } from "../events.ts";
import { ignoredFields, readPage } from "./validate.ts";

export interface ListQuery {
  limit: number;
  cursor: string | null;
  /** Null when every item is wanted. */
  matches: ((item: JsonObject) => boolean) | null;
  messages: Message[];
}

/** What items of a list have that can be asked for. */
export interface ListFields {
  /** Those a filter may name. */
  filters: string[];
  /** Those a search looks into. */
  search: string[];
}

type Test = (item: JsonObject) => boolean;

/** Fields of the SDK's list request that change nothing here. */
const IGNORED = ["page", "preloads", "fields", "permissions", "include_others", "include_private"];

export function readListQuery(body: JsonObject, fields: ListFields): ListQuery {
  refuse(body, "sort", "is not honored by the local server, which lists the newest first");
  refuse(body, "direction", "is not honored by the local server, which lists the newest first");
  const tests = [
    ...readFilters(body["filters"], fields.filters),
    ...readSearch(body["search"], fields.search),
  ];
  return {
    ...readPage(body),
    matches: tests.length === 0 ? null : (item) => tests.every((test) => test(item)),
    messages: ignoredFields(body, IGNORED),
  };
}

function refuse(body: JsonObject, field: string, problem: string): void {
  const value = body[field] ?? "";
  if (value !== "" && !(Array.isArray(value) && value.length === 0)) throw invalidField(field, problem);
}

function readFilters(filters: unknown, names: string[]): Test[] {
  const all = filters ?? [];
  if (!Array.isArray(all)) throw invalidField("filters", "must be a list of {field, operator, value}");
  return all.map((filter: unknown, index) => readFilter(filter, `filters.${index}`, names));
}

function readFilter(filter: unknown, place: string, names: string[]): Test {
  if (!isObject(filter)) throw invalidField(place, "must be an object {field, operator, value}");
  const { field, operator, value } = filter;
  if (typeof field !== "string" || !names.includes(field)) {
    throw invalidField(`${place}.field`, `must be one of ${names.join(", ")}`);
  }
  const compare = typeof operator === "string" ? OPERATORS.get(operator) : undefined;
  if (!compare) throw invalidField(`${place}.operator`, `must be one of ${[...OPERATORS.keys()].join(", ")}`);
  if (/^(not_)?in$/.test(String(operator)) && !Array.isArray(value)) {
    throw invalidField(`${place}.value`, `must be a list for the operator ${operator}`);
  }
  return (item) => compare(item[field] ?? null, value ?? null);
}

type Compare = (found: unknown, value: unknown) => boolean;

const equals: Compare = (found, value) => found === value;
const isIn: Compare = (found, value) => Array.isArray(value) && value.includes(found);
const contains: Compare = (found, value) => textOf(found).includes(textOf(value));
const isEmpty: Compare = (found) => found === null || found === "";
const ordered = (holds: (order: number) => boolean): Compare => {
  return (found, value) => found !== null && value !== null && holds(order(found, value));
};
const not = (compare: Compare): Compare => {
  return (found, value) => !compare(found, value);
};

const OPERATORS = new Map<string, Compare>([
  ["eq", equals],
  ["neq", not(equals)],
  ["in", isIn],
  ["not_in", not(isIn)],
  ["gt", ordered((by) => by > 0)],
  ["gte", ordered((by) => by >= 0)],
  ["lt", ordered((by) => by < 0)],
  ["lte", ordered((by) => by <= 0)],
  ["contains", contains],
  ["not_contains", not(contains)],
  ["is_null", (found) => found === null],
  ["is_not_null", (found) => found !== null],
  ["is_empty", isEmpty],
  ["is_not_empty", not(isEmpty)],
]);

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function order(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [one, other] = [textOf(a), textOf(b)];
  return one === other ? 0 : one < other ? -1 : 1;
}

/** `{term, exact}`, in older SDKs with `fields`. */
function readSearch(search: unknown, names: string[]): Test[] {
  if ((search ?? null) === null) return [];
  if (!isObject(search)) throw invalidField("search", "must be an object {term, exact}");
  const { term = "", exact = false, fields = names } = search;
  if (typeof term !== "string") throw invalidField("search.term", "must be a string");
  if (typeof exact !== "boolean") throw invalidField("search.exact", "must be true or false");
  if (!Array.isArray(fields) || !fields.every((field) => names.includes(field))) {
    throw invalidField("search.fields", `must be a list of ${names.join(", ")}`);
  }
  if (term === "") return [];
  const wanted = term.toLowerCase();
  const fits = (text: string) => (exact ? text === wanted : text.includes(wanted));
  return [(item) => fields.some((field: string) => fits(textOf(item[field] ?? "").toLowerCase()))];
}

export function page(
  items: JsonObject[],
  next: string | null,
  cursor: string | null,
  limit: number,
  total: number,
): JsonObject {
  return {
    items,
    next_cursor: next ?? "",
    has_next: next !== null,
    prev_cursor: "",
    has_previous: cursor !== null,
    items_per_page: limit,
    total_items: total,
  };
}

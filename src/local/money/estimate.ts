/** What a run will cost, from the price of its app and its input (src/local/README.md, "Prices"). */
import { isObject, type JsonObject } from "../../wire/types.ts";
import type { Price } from "../apps/price.ts";
import { usd } from "./usd.ts";

/** In microcents; null where there is no bound. */
export interface Estimate {
  min: number | null;
  max: number | null;
  /** The inputs that leave it open. */
  dependsOn: string[];
}

/** How much of an input a run has, at least and at most. */
interface Bounds {
  min: number | null;
  max: number | null;
}

/** `schema` is that of the input; it tells what is not given. */
export function estimate({ run, per }: Price, input: JsonObject, schema: unknown): Estimate {
  const counted = Object.entries(per).map(([key, price]) => ({
    key,
    price,
    count: countOf(key, input, schema),
  }));
  const total = (bound: keyof Bounds) =>
    counted.reduce<number | null>((sum, { price, count }) => plus(sum, price, count[bound]), run);
  const open = counted.filter(({ count: { min, max } }) => min === null || min !== max);
  return { min: total("min"), max: total("max"), dependsOn: open.map(({ key }) => key) };
}

function plus(sum: number | null, price: number, count: number | null): number | null {
  return sum === null || count === null ? null : sum + Math.round(price * count);
}

function countOf(key: string, input: JsonObject, schema: unknown): Bounds {
  const given = input[key] ?? defaultOf(key, schema);
  if (given !== undefined) return exactly(given);
  const { minimum, maximum } = fieldOf(key, schema);
  return { min: asCount(minimum) ?? 0, max: asCount(maximum) };
}

function exactly(value: unknown): Bounds {
  const count = asCount(value);
  return { min: count, max: count };
}

function defaultOf(key: string, schema: unknown): unknown {
  return fieldOf(key, schema)["default"] ?? undefined;
}

function fieldOf(key: string, schema: unknown): JsonObject {
  const properties = isObject(schema) ? schema["properties"] : null;
  const field = isObject(properties) ? properties[key] : null;
  return isObject(field) ? field : {};
}

function asCount(value: unknown): number | null {
  return typeof value === "number" && value >= 0 && value < Number.MAX_SAFE_INTEGER ? value : null;
}

/** As the estimate route answers. */
export function serializeEstimate(price: Price | null, estimated: Estimate | null): JsonObject {
  const about = price === null ? {} : { pricing_description: describePrice(price) };
  if (!estimated || estimated.max === null || estimated.min === null)
    return { confidence: "unknown", depends_on: estimated?.dependsOn ?? [], ...about };
  const { min, max, dependsOn } = estimated;
  if (min === max) return { confidence: "exact", microcents: max, ...about };
  return { confidence: "range", min, max, depends_on: dependsOn, ...about };
}

function describePrice({ run, per }: Price): string {
  const parts = Object.entries(per).map(([key, price]) => `${usd(price)} USD for each of ${key}`);
  return [`${usd(run)} USD a run`, ...parts].join(", and ");
}

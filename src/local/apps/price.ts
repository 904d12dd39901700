/** What a run of an app costs here, as its inf.yml says: `belt: {price: {run: 0.003, per: {steps: 0.001}}}`. */
import { MICROCENTS_PER_USD } from "../../wire/money.ts";
import { isObject, type JsonObject } from "../../wire/types.ts";

/** In microcents. */
export interface Price {
  run: number;
  /** For each unit of a number in the input. */
  per: Record<string, number>;
}

/** Null where nothing is said: then what a run costs is not known. Throws for a price that cannot be one. */
export function readPrice(belt: unknown): Price | null {
  const price = isObject(belt) ? belt["price"] : undefined;
  if (price === undefined || price === null) return null;
  if (!isObject(price))
    throw new Error("inf.yml: belt.price must be written like {run: 0.003, per: {steps: 0.001}}");
  const { run = 0, per = {}, ...others } = price;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new Error(`inf.yml: belt.price has ${unknown}; it takes run and per`);
  return { run: readAmount(run, "run"), per: readPer(per ?? {}) };
}

function readPer(per: unknown): Record<string, number> {
  if (!isObject(per)) throw new Error("inf.yml: belt.price.per must name inputs, like {steps: 0.001}");
  return Object.fromEntries(
    Object.entries(per as JsonObject).map(([key, usd]) => [key, readAmount(usd, `per.${key}`)]),
  );
}

/** Dollars as microcents, of which what is less than one is rounded. */
function readAmount(usd: unknown, field: string): number {
  const amount = typeof usd === "number" ? Math.round(usd * Number(MICROCENTS_PER_USD)) : Number.NaN;
  if (Number.isSafeInteger(amount) && amount >= 0) return amount;
  throw new Error(`inf.yml: belt.price.${field} must be an amount in USD, such as 0.003`);
}

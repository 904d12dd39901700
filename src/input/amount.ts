import { usageError } from "../errors.ts";
import { MICROCENTS_PER_USD } from "../wire/money.ts";

/** Decimals of a dollar that a microcent is. */
const DECIMALS = 8;

/** An amount in USD as microcents, what is less than one cut off; throws a usage error that names where it was written. */
export function parseAmount(text: string, from: string): bigint {
  const [match = "", whole = "", fraction = ""] = /^(\d*)(?:\.(\d*))?$/.exec(text.trim()) ?? [];
  if (!/\d/.test(match))
    throw usageError(`${from}: "${text}" is not an amount in USD`, "write it like 0.50, in dollars");
  const below = fraction.slice(0, DECIMALS).padEnd(DECIMALS, "0");
  return BigInt(whole || "0") * MICROCENTS_PER_USD + BigInt(below);
}

import { MICROCENTS_PER_USD } from "../../wire/money.ts";

/** "0.003": an amount that is not negative, with at least two decimals. */
export function usd(microcents: number): string {
  const amount = BigInt(microcents);
  const decimals = String(amount % MICROCENTS_PER_USD)
    .padStart(8, "0")
    .replace(/0{1,6}$/, "");
  return `${amount / MICROCENTS_PER_USD}.${decimals}`;
}

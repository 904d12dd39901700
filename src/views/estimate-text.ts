import type { EstimateDocument } from "../api/resources/money.ts";

/** "estimated at 0.003 USD"; what is not known is never 0. */
export function estimateText({ confidence, min_usd, max_usd }: EstimateDocument): string {
  if (max_usd === null) return "cost not known";
  if (confidence === "exact") return `estimated at ${max_usd} USD`;
  return `estimated at ${min_usd === null ? "up to " : `${min_usd} to `}${max_usd} USD`;
}

import { MICROCENTS_PER_USD } from "../../wire/money.ts";
import { isObject, type JsonObject } from "../../wire/types.ts";

/** An amount in the unit of the API. */
export type Microcents = bigint;

/** "2.50": as many decimals as the amount has, at least two. */
export function formatUsd(amount: Microcents): string {
  const size = amount < 0n ? -amount : amount;
  const fraction = String(size % MICROCENTS_PER_USD).padStart(8, "0");
  const shown = fraction.replace(/0+$/, "").padEnd(2, "0");
  return `${amount < 0n ? "-" : ""}${size / MICROCENTS_PER_USD}.${shown}`;
}

/** An amount as the API sends it; null for what is no whole number, or has lost digits on the way. */
export function readMicrocents(value: unknown): Microcents | null {
  return Number.isSafeInteger(value) ? BigInt(value as number) : null;
}

/** What a run may cost, as the API says before it; an estimate is never a bill. */
export interface Estimate {
  confidence: "exact" | "range" | "unknown";
  /** Null where it is not known, which is not 0. */
  min: Microcents | null;
  /** The upper bound, which counts; null when the cost is not known. */
  max: Microcents | null;
  /** What the price depends on that is known only after the run. */
  dependsOn: string[];
  /** How the app is priced, in the API's words. */
  description: string | null;
  /** Why the cost is not known, where that was told. */
  reason: string | null;
}

/** Reads the answer of the estimate route. Bounds that cannot be are no bounds. */
export function readEstimate(answer: unknown): Estimate {
  const told = isObject(answer) ? answer : {};
  const about = {
    dependsOn: texts(told["depends_on"]),
    description: text(told["pricing_description"]),
    reason: text(told["estimate_error"]),
  };
  const bounds = readBounds(told);
  if (bounds === null) return { confidence: "unknown", min: null, max: null, ...about };
  return { ...bounds, ...about };
}

function readBounds(told: JsonObject): Pick<Estimate, "confidence" | "min" | "max"> | null {
  const exact = readMicrocents(told["microcents"]);
  const [min, max] = [readMicrocents(told["min"]), readMicrocents(told["max"])];
  switch (told["confidence"]) {
    case "exact":
      return exact === null || exact < 0n ? null : { confidence: "exact", min: exact, max: exact };
    case "range":
      return max === null || max < 0n || (min ?? 0n) > max ? null : { confidence: "range", min, max };
    default:
      return null;
  }
}

/** An estimate as belt prints it (src/cli/README.md, "Money"); amounts are decimal texts, null when not known. */
export interface EstimateDocument {
  confidence: Estimate["confidence"];
  min_usd: string | null;
  max_usd: string | null;
  depends_on: string[];
  description: string | null;
}

export function estimateDocument({
  confidence,
  min,
  max,
  dependsOn,
  description,
}: Estimate): EstimateDocument {
  return {
    confidence,
    min_usd: usdOrNull(min),
    max_usd: usdOrNull(max),
    depends_on: dependsOn,
    description,
  };
}

/** The credit of the account (src/cli/README.md, "Money"). */
export interface BalanceDocument {
  balance_usd: string;
  microcents: number;
}

export function balanceDocument(balance: Microcents): BalanceDocument {
  return { balance_usd: formatUsd(balance), microcents: Number(balance) };
}

export const USAGE_RANGES = ["1h", "1d", "7d", "30d", "90d"] as const;

export type UsageRange = (typeof USAGE_RANGES)[number];

/** What was spent, by app and by day (src/cli/README.md, "Money"); amounts that cannot be read are null. */
export interface UsageDocument {
  from: string | null;
  to: string | null;
  total_usd: string | null;
  apps: { app: string; calls: number | null; usd: string | null }[];
  days: { date: string; usd: string | null }[];
}

/** Reads the answer of `/usage/breakdown`; its shorter steps than a day are added up. */
export function readUsage(answer: JsonObject): UsageDocument {
  const { period_start, period_end, total_cost, per_model, timeseries } = answer;
  return {
    from: text(period_start),
    to: text(period_end),
    total_usd: usdOrNull(readMicrocents(total_cost)),
    apps: objects(per_model).map(({ app_endpoint, call_count, cost }) => ({
      app: text(app_endpoint) ?? "",
      calls: typeof call_count === "number" ? call_count : null,
      usd: usdOrNull(readMicrocents(cost)),
    })),
    days: sumByDay(objects(timeseries)),
  };
}

function sumByDay(steps: JsonObject[]): UsageDocument["days"] {
  const days = new Map<string, Microcents | null>();
  for (const { date, per_app } of steps) {
    const day = (text(date) ?? "").slice(0, "2026-05-28".length);
    const costs = Object.values(isObject(per_app) ? per_app : {}).map(readMicrocents);
    days.set(day, [days.has(day) ? days.get(day)! : 0n, ...costs].reduce(add));
  }
  return [...days].map(([date, sum]) => ({ date, usd: usdOrNull(sum) }));
}

/** What is not known makes the sum unknown, too. */
function add(one: Microcents | null, other: Microcents | null): Microcents | null {
  return one === null || other === null ? null : one + other;
}

function usdOrNull(amount: Microcents | null): string | null {
  return amount === null ? null : formatUsd(amount);
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

import { describe, expect, test } from "vitest";
import { estimateDocument, formatUsd, readEstimate, readUsage } from "../../src/api/resources/money.ts";
import { Budget, budgetOf, type RunCost } from "../../src/commands/run/budget.ts";
import { parseAmount } from "../../src/input/amount.ts";
import { randomFrom } from "../support/random.ts";

const UP_TO_2_53 = 9_007_199_254_740_991;

test.each([
  [250_000_000n, "2.50"],
  [300_000n, "0.003"],
  [1n, "0.00000001"],
  [0n, "0.00"],
  [100_000_000n, "1.00"],
  [123_456_789n, "1.23456789"],
  [-250_000_000n, "-2.50"],
  [9_007_199_254_740_993n, "90071992.54740993"],
])("%s microcents are %s USD", (amount, text) => {
  expect(formatUsd(amount)).toBe(text);
});

describe("an amount as it is typed", () => {
  test.each([
    ["2.5", 250_000_000n],
    ["0.003", 300_000n],
    [".5", 50_000_000n],
    ["7", 700_000_000n],
    ["0", 0n],
    ["0.019999999999", 1_999_999n],
    ["90071992.54740993", 9_007_199_254_740_993n],
  ])("%s", (text, amount) => expect(parseAmount(text, "--max-cost")).toBe(amount));

  test.each(["", " ", ".", "-1", "+1", "1e3", "$1", "1,50", "0x10", "NaN", "Infinity", "1 USD", "1.2.3"])(
    '"%s" is none',
    (text) => expect(() => parseAmount(text, "--max-cost")).toThrow("--max-cost"),
  );
});

test("a sum near 2^53 is exact", () => {
  const { days, total_usd } = readUsage({
    total_cost: UP_TO_2_53,
    timeseries: [
      { date: "2026-05-28T10:00:00Z", per_app: { "a/b": UP_TO_2_53, "c/d": UP_TO_2_53 } },
      { date: "2026-05-28T11:00:00Z", per_app: { "a/b": 1 } },
      { date: "2026-05-29", per_app: { "a/b": 250_000_000 } },
      { date: "2026-05-30", per_app: { "a/b": 1.5 } },
    ],
  });
  expect(total_usd).toBe("90071992.54740991");
  expect(days).toEqual([
    { date: "2026-05-28", usd: "180143985.09481983" },
    { date: "2026-05-29", usd: "2.50" },
    { date: "2026-05-30", usd: null },
  ]);
});

test("usage, as the API tells it", () => {
  const usage = readUsage({
    period_start: "2026-05-28T00:00:00Z",
    period_end: "2026-06-04T12:00:00Z",
    total_cost: 1_500_000_000,
    per_model: [{ app_endpoint: "myteam/flux-dev", call_count: 42, cost: 1_200_000_000 }],
  });
  expect(usage).toEqual({
    from: "2026-05-28T00:00:00Z",
    to: "2026-06-04T12:00:00Z",
    total_usd: "15.00",
    apps: [{ app: "myteam/flux-dev", calls: 42, usd: "12.00" }],
    days: [],
  });
});

describe("an estimate", () => {
  test("has its bounds as texts", () => {
    const told = { confidence: "range", min: 300_000, max: 2_300_000, depends_on: ["steps"] };
    expect(estimateDocument(readEstimate({ ...told, pricing_description: "per step" }))).toEqual({
      confidence: "range",
      min_usd: "0.003",
      max_usd: "0.023",
      depends_on: ["steps"],
      description: "per step",
    });
  });

  test.each([
    { confidence: "exact" },
    { confidence: "exact", microcents: 1.5 },
    { confidence: "exact", microcents: -1 },
    { confidence: "exact", microcents: "12" },
    { confidence: "exact", microcents: 2 ** 60 },
    { confidence: "range", min: 1 },
    { confidence: "range", min: 2, max: 1 },
    { confidence: "unknown", microcents: 0, min: 0, max: 0 },
    { microcents: 5 },
    {},
    [],
    "free",
    null,
  ])("%j is not known, and not 0", (told) => {
    expect(estimateDocument(readEstimate(told))).toMatchObject({
      confidence: "unknown",
      min_usd: null,
      max_usd: null,
    });
  });
});

describe("a budget that many runs share", () => {
  const cost = (microcents: number | null): RunCost => ({
    app: "a/b",
    estimate: readEstimate(microcents === null ? null : { confidence: "exact", microcents }),
    failure: null,
  });
  const fits = (budget: Budget, amount: number | null) => {
    try {
      return budget.reserve(cost(amount));
    } catch {
      return null;
    }
  };

  test("never counts more than its cap, and gives back just what was not spent", () => {
    const random = randomFrom(17);
    for (let round = 0; round < 300; round++) {
      const cap = random(1000);
      const budget = new Budget({ amount: BigInt(cap), from: "--max-cost" }, false);
      const open: { amount: number; reservation: NonNullable<ReturnType<typeof fits>> }[] = [];
      let [spent, aside] = [0, 0];
      for (let step = 0; step < 40; step++) {
        const amount = random(200);
        const reservation = fits(budget, amount);
        expect(reservation !== null).toBe(spent + aside + amount <= cap);
        if (reservation) {
          aside += amount;
          open.push({ amount, reservation });
        }
        const [ended] = open.length > 0 && random(2) === 0 ? open.splice(random(open.length), 1) : [];
        if (!ended) continue;
        aside -= ended.amount;
        if (random(2) === 0) ended.reservation.release();
        else {
          ended.reservation.settle();
          spent += ended.amount;
        }
        // What has ended has ended.
        ended.reservation.release();
      }
    }
  });

  test("takes what is not known only where that is allowed", () => {
    const cap = { amount: 5n, from: "BELT_MAX_COST" } as const;
    expect(fits(new Budget(cap, false), null)).toBeNull();
    const budget = new Budget(cap, true);
    expect(fits(budget, null)).not.toBeNull();
    expect(fits(budget, 6)).toBeNull();
    expect(fits(budget, 5)).not.toBeNull();
  });

  test("the option counts before the variable, and no variable is no cap", () => {
    expect(budgetOf({ maxCost: "abc" }, { maxCost: 3n }).isCapped).toBe(true);
    expect(budgetOf({ maxCost: null }, {}).isCapped).toBe(false);
    expect(() => budgetOf({ maxCost: "abc" }, {})).toThrow("BELT_MAX_COST");
  });
});

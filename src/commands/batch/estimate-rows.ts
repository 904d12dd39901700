import type { Api } from "../../api/client.ts";
import type { Estimate } from "../../api/resources/money.ts";
import { asBeltError, type BeltError } from "../../errors.ts";
import type { Budget, RunCost } from "../run/budget.ts";
import { costOf } from "../run/prepare.ts";
import type { RunContext } from "../shared/context.ts";
import { mapLimit } from "../shared/map-limit.ts";
import { type PlannedRow, type Planning, type PreparedRow, readPlanned } from "./plan.ts";
import { parsedRow } from "./source.ts";

/** Rows whose cost is asked for at the same time. */
const AT_ONCE = 16;

/** Rows that are to be run, and the money that there is for them. */
interface Asked {
  rows: readonly PlannedRow[];
  isWanted(row: PlannedRow): boolean;
  budget: Budget;
}

/** What rows may cost together, and how far the budget goes. */
export interface RowsCost {
  estimate: Estimate;
  /** How many of them it allows before it refuses one, and the last of these. */
  fits: number;
  last: PlannedRow | null;
  refusal: { row: number; error: BeltError } | null;
}

/** Asks for the cost of one row after the other; together it is unknown as soon as one of them is. */
export async function estimateRows(
  ctx: RunContext,
  api: Api,
  planning: Planning,
  { rows, isWanted, budget }: Asked,
): Promise<RowsCost> {
  const found: RowsCost = { estimate: NOTHING, fits: 0, last: null, refusal: null };
  let some: { planned: PlannedRow; prepared: PreparedRow }[] = [];
  const add = async () => {
    const costs = await mapLimit(some, AT_ONCE, ({ prepared: { candidate, coerced } }) =>
      costOf(ctx, api, parsedRow(planning.source, candidate), coerced),
    );
    for (const [index, cost] of costs.entries()) take(found, budget, some[index]!.planned, cost);
    some = [];
  };
  for await (const row of readPlanned(planning, rows, isWanted)) {
    if (row) some.push(row);
    if (some.length === AT_ONCE) await add();
    const isCapTold = !budget.isCapped || found.refusal !== null;
    if (found.estimate.confidence === "unknown" && isCapTold) return found;
  }
  await add();
  return found;
}

function take(found: RowsCost, budget: Budget, planned: PlannedRow, cost: RunCost): void {
  found.estimate = together(found.estimate, cost.estimate);
  if (found.refusal) return;
  try {
    budget.reserve(cost);
    found.fits++;
    found.last = planned;
  } catch (thrown) {
    found.refusal = { row: planned.row, error: asBeltError(thrown) };
  }
}

const NOTHING: Estimate = {
  confidence: "exact",
  min: 0n,
  max: 0n,
  dependsOn: [],
  description: null,
  reason: null,
};

function together(one: Estimate, other: Estimate): Estimate {
  const about = {
    dependsOn: [...new Set([...one.dependsOn, ...other.dependsOn])],
    description: one.description ?? other.description,
    reason: one.reason ?? other.reason,
  };
  if (one.max === null || other.max === null)
    return { confidence: "unknown", min: null, max: null, ...about };
  const isExact = one.confidence === "exact" && other.confidence === "exact";
  return {
    confidence: isExact ? "exact" : "range",
    min: (one.min ?? 0n) + (other.min ?? 0n),
    max: one.max + other.max,
    ...about,
  };
}

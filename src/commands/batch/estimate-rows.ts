import type { Api } from "../../api/client.ts";
import { type Estimate, type EstimateDocument, estimateDocument } from "../../api/resources/money.ts";
import { costOf } from "../run/prepare.ts";
import type { RunContext } from "../shared/context.ts";
import { mapLimit } from "../shared/map-limit.ts";
import { type PlannedRow, type Planning, type PreparedRow, readPlanned } from "./plan.ts";
import { parsedRow } from "./source.ts";

/** Rows whose cost is asked for at the same time. */
const AT_ONCE = 16;

/** What these rows may cost together; unknown as soon as one of them is. */
export async function estimateRows(
  ctx: RunContext,
  api: Api,
  planning: Planning,
  rows: readonly PlannedRow[],
  isWanted: (row: PlannedRow) => boolean,
): Promise<EstimateDocument> {
  let sum: Estimate = NOTHING;
  let some: PreparedRow[] = [];
  const add = async () => {
    const costs = await mapLimit(some, AT_ONCE, ({ candidate, coerced }) =>
      costOf(ctx, api, parsedRow(planning.source, candidate), coerced),
    );
    sum = costs.reduce((total, { estimate }) => together(total, estimate), sum);
    some = [];
  };
  for await (const found of readPlanned(planning, rows, isWanted)) {
    if (found) some.push(found.prepared);
    if (some.length === AT_ONCE) await add();
    if (sum.confidence === "unknown") break;
  }
  if (sum.confidence !== "unknown") await add();
  return estimateDocument(sum);
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

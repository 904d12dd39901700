import type { Api } from "../../api/client.ts";
import { type EstimateDocument, estimateDocument, formatUsd } from "../../api/resources/money.ts";
import { parseAmount } from "../../input/amount.ts";
import type { BatchState } from "../../store/batch-state.ts";
import { isObject, type JsonObject } from "../../wire/types.ts";
import type { Budget } from "../run/budget.ts";
import { costOf } from "../run/prepare.ts";
import type { Context, RunContext } from "../shared/context.ts";
import type { PreparedRow } from "./plan.ts";
import { parsedRow, type SourceOptions } from "./source.ts";

/** Leave to submit a row, and what of the batch's money is set aside for it. */
export interface Admission {
  /** What the row is said to cost, as it stands in its results; null where nobody asked. */
  estimate: JsonObject | null;
  /** The row was taken on, or may have been: the amount stays counted. */
  settle(): void;
  /** The row certainly was not taken on: the amount is free again. */
  release(): void;
}

/** Asked before anything of a row is uploaded; throws exit 7 where the money does not allow it. */
export type Admit = (row: PreparedRow) => Promise<Admission>;

const FREE: Admission = { estimate: null, settle() {}, release() {} };

/** Lets rows in as long as the budget of the batch allows; a cost that no cap and no receipt needs is not asked for. */
export function admission(
  ctx: RunContext,
  api: Api,
  source: SourceOptions,
  budget: Budget,
  wantsReceipt: boolean,
): Admit {
  return async ({ candidate, coerced }) => {
    if (!budget.isCapped && !wantsReceipt) return FREE;
    const ask = () => costOf(ctx, api, parsedRow(source, candidate), coerced);
    let cost = await ask();
    // One answer that fails is not to end a long batch.
    for (const pause of api.policy.retries) {
      if (!cost.failure?.facts.retryable) break;
      await api.sleep(pause, ctx.signal);
      cost = await ask();
    }
    const { settle, release } = budget.reserve(cost);
    const estimate: EstimateDocument = estimateDocument(cost.estimate);
    return { estimate: { ...estimate }, settle, release };
  };
}

/** Counts what earlier commands of the batch have, or may have, spent; says so where that is not known. */
export function countSpent({ out }: Context, budget: Budget, state: BatchState): void {
  const unknown = countEarlier(budget, state);
  if (budget.isCapped && unknown > 0)
    out.warn(`${unknown} submits of this batch were made without a cap; what they cost is not counted`);
}

/** Gives how many submits have no estimate, since they were made without a cap. */
function countEarlier(budget: Budget, { rows }: BatchState): number {
  let unknown = 0;
  for (const { costs } of rows.values()) {
    for (const { estimate } of costs) {
      const max = isObject(estimate) ? estimate["max_usd"] : null;
      if (typeof max === "string") budget.count(parseAmount(max, "the journal"));
      else unknown++;
    }
  }
  return unknown;
}

/** "0.30 of 5.00 USD"; null without a cap. */
export function spentText(budget: Budget): string | null {
  const { counted, cap } = budget;
  return cap === null ? null : `${formatUsd(counted)} of ${formatUsd(cap)} USD`;
}

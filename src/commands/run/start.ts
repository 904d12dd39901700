import type { Api } from "../../api/client.ts";
import type { Estimate } from "../../api/resources/money.ts";
import { BeltError } from "../../errors.ts";
import type { Context } from "../shared/context.ts";
import type { Budget, Reservation } from "./budget.ts";
import type { Clock } from "./clock.ts";
import { type HashedFile, hashInputs, requireUnchanged } from "./file-hash.ts";
import type { ParsedRun } from "./parse-run.ts";
import { costOf, prepareRun } from "./prepare.ts";
import { type Submission, submit } from "./submit.ts";
import { type CoercedRun, validateRun } from "./validate-input.ts";

/** A run on its way, and what it was said to cost before; null where nobody asked. */
export interface Started {
  submission: Submission;
  estimate: Estimate | null;
  parsed: ParsedRun;
  coerced: CoercedRun;
  /** The files that were uploaded, by the name they were given; null where nobody wants a receipt. */
  inputs: ReadonlyMap<string, HashedFile> | null;
}

/**
 * From what was typed to a task: checked, its cost within the budget, its files uploaded, submitted. What
 * the budget refuses uploads and submits nothing.
 */
export async function startRun(
  ctx: Context,
  api: Api,
  parsed: ParsedRun,
  budget: Budget,
  clock: Clock,
  { wantsReceipt = false, isFollowed = true }: { wantsReceipt?: boolean; isFollowed?: boolean } = {},
): Promise<Started> {
  const coerced = await clock.bound(validateRun(ctx, parsed, { api, ask: true }));
  // What a person was asked took as long as it took.
  clock.start();
  const cost = budget.isCapped || wantsReceipt ? await clock.bound(costOf(ctx, api, parsed, coerced)) : null;
  const reservation = cost && budget.reserve(cost);
  try {
    const inputs = wantsReceipt ? await clock.bound(hashInputs(ctx, parsed, coerced)) : null;
    const request = await clock.bound(prepareRun(ctx, api, parsed, coerced));
    if (inputs) await requireUnchanged(inputs);
    const submission = await submit(ctx, api, request, { deadline: clock.signal, isFollowed });
    reservation?.settle();
    return { submission, estimate: cost?.estimate ?? null, parsed, coerced, inputs };
  } catch (thrown) {
    if (reservation) account(reservation, thrown);
    throw thrown;
  }
}

/** What may have been taken on may have to be paid. */
function account(reservation: Reservation, thrown: unknown): void {
  const isOver = thrown instanceof BeltError && !thrown.isStop && thrown.facts.exit !== "inDoubt";
  if (isOver) reservation.release();
  else reservation.settle();
}

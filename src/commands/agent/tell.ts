import { turnView } from "../../views/agent-views.ts";
import type { Context } from "../shared/context.ts";
import { requireAnswer } from "./result.ts";
import type { TurnResult } from "./turn.ts";

/** Prints what came of a turn, and judges it. */
export function tellTurn(
  ctx: Context,
  { turn, failure, error, shown }: TurnResult,
  wantsOutput: boolean,
): void {
  let printed: unknown = null;
  if (turn && !(ctx.out.showsGrowth && shown.finish(turn.text))) {
    try {
      ctx.out.result(turn, turnView);
    } catch (thrown) {
      printed = thrown;
    }
  }
  ctx.out.endGrowth();
  if (error) throw error;
  if (!turn) return;
  if (wantsOutput && turn.output === null && turn.status === "completed")
    ctx.out.warn("the agent did not finish its structured output");
  // How the turn ended outweighs a field that is not there.
  requireAnswer(turn, failure);
  if (printed) throw printed;
}

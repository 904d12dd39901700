import { BeltError } from "../../errors.ts";
import { belt } from "../../hint.ts";
import { turnView } from "../../views/agent-views.ts";
import type { Context } from "../shared/context.ts";
import { onceSubmitted } from "../shared/once-submitted.ts";
import { requireAnswer } from "./result.ts";
import type { TurnResult } from "./turn.ts";

export interface Telling {
  /** The agent has structured output to give. */
  wantsOutput: boolean;
  /** Of a conversation: one line of many with --json. */
  isOneOfMany: boolean;
}

/** Prints what came of a turn, and judges it; the message was taken, so it never looks as if it could be sent again. */
export async function tellTurn(ctx: Context, result: TurnResult, how: Telling): Promise<void> {
  try {
    printTurn(ctx, result, how);
    await ctx.out.written();
  } catch (thrown) {
    throw onceSubmitted(thrown, result.turn?.task_id ?? undefined);
  }
}

function printTurn(
  ctx: Context,
  { chatId, turn, failure, error, shown }: TurnResult,
  { wantsOutput, isOneOfMany }: Telling,
): void {
  let printed: unknown = null;
  if (turn && !(ctx.out.showsGrowth && shown.finish(turn.text))) {
    try {
      if (isOneOfMany) ctx.out.event(turn, turnView);
      else ctx.out.result(turn, turnView);
    } catch (thrown) {
      printed = thrown;
    }
  }
  shown.pause();
  if (error) throw error;
  if (!turn) return;
  if (wantsOutput && turn.output === null && turn.status === "completed")
    ctx.out.warn("the agent did not finish its structured output");
  // How the turn ended outweighs a field that is not there.
  requireAnswer(turn, failure);
  if (printed instanceof BeltError && printed.facts.code === "no_such_field")
    throw printed.with({ hint: belt("chat get", chatId) });
  if (printed) throw printed;
}

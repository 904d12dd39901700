import { type Cancellation, cancelTask } from "../../api/cancel.ts";
import type { TaskDocument } from "../../api/resources/task.ts";
import { BeltError, usageError } from "../../errors.ts";
import { belt } from "../../hint.ts";
import { cancellationView } from "../../views/task-views.ts";
import { isTerminal } from "../../wire/status.ts";
import type { Context } from "../shared/context.ts";
import { forEachId, type Outcome, printResults } from "../shared/for-each-id.ts";
import { resolveIds } from "../shared/ids.ts";
import { aboutTask } from "../shared/task-errors.ts";
import { followAll } from "./follow-many.ts";

export interface CancelFlags {
  /** Stays until the tasks have ended. */
  wait?: boolean;
  /** Milliseconds. */
  timeout?: number;
}

/** `belt task cancel <id…>`: says what really happened to each. */
export async function cancel(
  ctx: Context,
  references: string[],
  { wait = false, timeout }: CancelFlags,
): Promise<void> {
  if (timeout !== undefined && !wait)
    throw usageError("--timeout bounds a wait", "add --wait to stay until the task has ended");
  const { ids, asArray } = await resolveIds(ctx, references, "task");
  const api = await ctx.api();
  const outcomes = await forEachId(
    ctx,
    ids,
    aboutTask((id) => cancelTask(api, id, ctx.signal).catch((thrown) => maybeSent(thrown, id))),
  );
  printResults(ctx, wait ? await untilEnded(ctx, outcomes, timeout) : outcomes, asArray, cancellationView);
}

/** Why the user left; the request may have gone out before. */
function maybeSent(thrown: unknown, id: string): never {
  if (!(thrown instanceof BeltError) || !thrown.isStop) throw thrown;
  throw thrown.with({
    message: `${thrown.message}; whether task ${id} is cancelled is not known`,
    hint: belt("task get", id),
    taskId: id,
  });
}

/** The same once the tasks have ended; `cancelled` then says how. */
async function untilEnded(
  ctx: Context,
  outcomes: Outcome<Cancellation>[],
  timeout: number | undefined,
): Promise<Outcome<Cancellation>[]> {
  const left = outcomes.flatMap(({ id, document }) => (document && !isTerminal(document.status) ? [id] : []));
  const ended = await followAll(ctx, left, {
    command: belt("task wait"),
    timeout,
    onEvent(event) {
      if (event.type === "status")
        ctx.out.progress.phase(event.task_id, event.status, isTerminal(event.status));
    },
    onEnd: (outcome) => outcome,
  });
  const byId = new Map(ended.map((outcome) => [outcome.id, outcome]));
  return outcomes.map((outcome) => {
    const end = byId.get(outcome.id);
    return end ? cancelled(end) : outcome;
  });
}

function cancelled({ id, document, error }: Outcome<TaskDocument>): Outcome<Cancellation> {
  if (!document) return { id, document, error };
  const { status, status_code } = document;
  // One that is still on its way was asked to, all the same.
  const cancelled = status === "cancelled" || !isTerminal(status);
  return { id, document: { id, status, status_code, cancelled }, error };
}

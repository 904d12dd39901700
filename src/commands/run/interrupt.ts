import { requestCancel, untold } from "../../api/cancel.ts";
import type { Api } from "../../api/client.ts";
import { getTask } from "../../api/get-task.ts";
import { deadline } from "../../api/http/network-errors.ts";
import type { Submitted, TaskDocument } from "../../api/resources/task.ts";
import { asBeltError, BeltError } from "../../errors.ts";
import { belt } from "../../hint.ts";
import { isTerminal } from "../../wire/status.ts";
import type { RunContext } from "../shared/context.ts";

/** How a run ended: the task as last seen, and why that is not the whole story. */
export interface RunResult {
  task: TaskDocument | null;
  error: BeltError | null;
}

/** Milliseconds for the cancel to be answered, and for the task to come to rest after it. */
const CANCEL_PATIENCE = 15_000;
const REST_PATIENCE = 5_000;

/** After Ctrl-C, SIGTERM or a lost terminal: leaves the task running, and says how to find it. */
export function detach(ctx: RunContext, taskId: string): RunResult {
  const reason = stopOf(ctx.signal);
  const error = reason.with({
    message: `${reason.message}; task ${taskId} goes on`,
    hint: [belt("task watch", taskId), " follows it again, ", belt("task cancel", taskId), " stops it"],
    taskId,
  });
  return { task: null, error };
}

/**
 * After Ctrl-C, SIGTERM or a lost terminal: cancels the task, seen or not, and says what came of
 * it. A task that ended by itself meanwhile has the last word.
 */
export async function cancel(
  ctx: RunContext,
  api: Api,
  taskId: string,
  submitted: Submitted,
): Promise<RunResult> {
  const reason = stopOf(ctx.signal);
  ctx.out.progress.phase(taskId, "cancelling");
  const answer = await requestCancel(api, taskId, deadline(CANCEL_PATIENCE)).catch(asBeltError);
  const task = await atRest(api, taskId, submitted);
  const ended = task !== null && isTerminal(task.status);
  if (ended && task.status !== "cancelled") {
    ctx.out.note(`${reason.message}, but task ${taskId} had already ended`);
    return { task, error: null };
  }
  const told = answer === "unclear" && task === null ? untold(taskId) : answer;
  const refused = told instanceof BeltError && task?.status !== "cancelling" ? told : null;
  const outcome = ended
    ? `; task ${taskId} was cancelled`
    : refused
      ? `, but task ${taskId} could not be cancelled and may still be running: ${refused.message}`
      : `; task ${taskId} ${answer === "cancelled" && task === null ? "was" : "is being"} cancelled`;
  const hint = ended ? undefined : belt(refused ? "task cancel" : "task get", taskId);
  return {
    task: refused && !ended ? null : task,
    error: reason.with({ message: `${reason.message}${outcome}`, hint, taskId }),
  };
}

/** Why the user left; throws where nobody is left to tell. */
export function stopOf({ reason }: AbortSignal): BeltError {
  if (reason instanceof BeltError) return reason;
  throw reason;
}

/** Looks that may fail before a cancelled task is left unseen. */
const MOST_FAILURES = 3;

/** The task once it has ended, or as it was last seen when patience ends. */
async function atRest(api: Api, taskId: string, submitted: Submitted): Promise<TaskDocument | null> {
  const signal = deadline(REST_PATIENCE);
  let seen: TaskDocument | null = null;
  for (let failures = 0; failures < MOST_FAILURES && !signal.aborted; ) {
    try {
      seen = await getTask(api, taskId, signal, submitted, "never");
      if (isTerminal(seen.status)) return seen;
    } catch {
      failures++;
    }
    await api.sleep(Math.min(api.policy.poll, 250), signal).catch(() => {});
  }
  return seen;
}

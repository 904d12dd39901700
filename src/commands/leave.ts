import { cancelTask } from "../api/cancel.ts";
import type { Api } from "../api/client.ts";
import { lookAt } from "../api/get-task.ts";
import type { Submitted, TaskDocument } from "../api/task.ts";
import { asBeltError, type BeltError, shellWord } from "../errors.ts";
import { isTerminal, type StatusWord } from "../wire/status.ts";
import type { Context } from "./context.ts";

/** How a run ended: the task as last seen, and why that is not the whole story. */
export interface Ending {
  task: TaskDocument | null;
  error: BeltError | null;
}

/** Milliseconds for the cancel to be answered, and for the task to come to rest after it. */
const CANCEL_PATIENCE = 15_000;
const REST_PATIENCE = 5_000;

/** After Ctrl-C, SIGTERM or a lost terminal: leaves the task running, and says how to find it. */
export function detach(ctx: Context, taskId: string): Ending {
  const reason = asBeltError(ctx.signal.reason);
  const id = shellWord(taskId);
  const error = reason.with({
    message: `${reason.message}; task ${taskId} goes on`,
    hint: `belt task watch ${id} follows it again, belt task cancel ${id} stops it`,
    taskId,
  });
  return { task: null, error };
}

/** After Ctrl-C, SIGTERM or a lost terminal: cancels the task, and says what came of it. */
export async function cancel(ctx: Context, api: Api, taskId: string, submitted: Submitted): Promise<Ending> {
  const reason = asBeltError(ctx.signal.reason);
  ctx.out.progress.phase(taskId, "cancelling");
  try {
    const { cancelled, status } = await cancelTask(api, taskId, AbortSignal.timeout(CANCEL_PATIENCE));
    const task = await atRest(api, taskId, submitted).catch(() => null);
    const ended = task !== null && isTerminal(task.status);
    const outcome = cancelled ? whatBecame(task?.status ?? status) : endedBefore(status);
    const hint = ended ? undefined : `belt task get ${shellWord(taskId)}`;
    return {
      task,
      error: reason.with({ message: `${reason.message}; task ${taskId} ${outcome}`, hint, taskId }),
    };
  } catch (thrown) {
    const error = reason.with({
      message: `${reason.message}, but task ${taskId} could not be cancelled and may still be running: ${asBeltError(thrown).message}`,
      hint: `belt task get ${shellWord(taskId)}`,
      taskId,
    });
    return { task: null, error };
  }
}

function whatBecame(status: StatusWord): string {
  if (status === "cancelled") return "was cancelled";
  return isTerminal(status) ? `${status} before it could be cancelled` : "is being cancelled";
}

function endedBefore(status: StatusWord): string {
  return status === "cancelled" ? "had already been cancelled" : `had already ${status}`;
}

/** The task once it has ended, or as it is when patience ends. */
async function atRest(api: Api, taskId: string, submitted: Submitted): Promise<TaskDocument> {
  const signal = AbortSignal.timeout(CANCEL_PATIENCE);
  const deadline = api.now() + REST_PATIENCE;
  for (;;) {
    const document = await lookAt(api, taskId, signal, submitted);
    if (isTerminal(document.status) || api.now() >= deadline) return document;
    await api.sleep(Math.min(api.pace.poll, 250), signal);
  }
}

import { BeltError } from "../errors.ts";
import { belt } from "../hint.ts";
import { isTerminal, type StatusWord } from "../wire/status.ts";
import { isObject } from "../wire/types.ts";
import type { Api } from "./client.ts";
import { tryGetTask } from "./get-task.ts";
import { notAsExpected } from "./paths.ts";

/**
 * What a cancel came to (src/cli/README.md, "Commands with rules of their own"): `cancelled` is
 * false when the task had ended before.
 */
export interface Cancellation {
  id: string;
  status: StatusWord;
  status_code: number | null;
  cancelled: boolean;
}

/**
 * Asks the API to cancel, then finds out what really happened: cancelled, still cancelling, or
 * ended before. The request goes out whether or not the task can be looked at. Throws what the
 * API or the network said when the outcome cannot be told.
 */
export async function cancelTask(api: Api, id: string, signal: AbortSignal): Promise<Cancellation> {
  const before = await tryGetTask(api, id, signal);
  if (before && isTerminal(before.status)) return cancellation(before, before.status, false);
  const answer = await requestCancel(api, id, signal);
  const after = await tryGetTask(api, id, signal);
  if (after && isTerminal(after.status))
    return cancellation(after, after.status, after.status === "cancelled");
  if (after?.status === "cancelling") return cancellation(after, after.status, true);
  // That it has ended already is a refusal that the task itself explains; this one is not.
  if (answer instanceof BeltError) throw answer;
  // Neither the answer nor the task says that this is the API.
  if (answer === "unclear" && !before && !after) throw untold(id);
  // `cancelled: true` is the API's word, whatever the number says (src/api/README.md, "Status numbers", rule 5).
  const status = answer === "cancelled" ? "cancelled" : (after?.status ?? "cancelling");
  return cancellation(after ?? { id, status_code: null }, status, true);
}

/** What the API made of the request to cancel, "unclear" where the answer does not say; throws only the reason of `signal`. */
export async function requestCancel(
  api: Api,
  taskId: string,
  signal: AbortSignal,
): Promise<"cancelled" | "accepted" | "unclear" | BeltError> {
  try {
    const answer = await api.cancel(taskId, signal);
    const { cancelled } = isObject(answer) ? answer : {};
    if (cancelled === false) return denied(taskId);
    const tells = answer === null || (isObject(answer) && ("status" in answer || "id" in answer));
    return cancelled === true ? "cancelled" : tells ? "accepted" : "unclear";
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof BeltError) return thrown;
    throw thrown;
  }
}

/** For who cannot look at the task either. */
export function untold(id: string): BeltError {
  return notAsExpected(`its answer does not tell whether task ${id} is cancelled`);
}

function denied(id: string): BeltError {
  return new BeltError({
    code: "not_cancelled",
    message: `the API did not cancel task ${id}`,
    hint: belt("task get", id),
    exit: "failure",
  });
}

function cancellation(
  { id, status_code }: { id: string; status_code: number | null },
  status: StatusWord,
  cancelled: boolean,
): Cancellation {
  return { id, status, status_code, cancelled };
}

import { BeltError } from "../errors.ts";
import { isTerminal, type StatusWord } from "../wire/status.ts";
import { isObject } from "../wire/types.ts";
import type { Api } from "./client.ts";
import { lookAt } from "./get-task.ts";
import type { TaskDocument } from "./task.ts";

/** What a cancel came to (cli.md section 3): `cancelled` is false when the task had ended before. */
export interface Cancellation {
  id: string;
  status: StatusWord;
  status_code: number | null;
  cancelled: boolean;
}

/**
 * Asks the API to cancel, then finds out what really happened: cancelled, still cancelling, or
 * ended before. Throws what the API or the network said when that cannot be told.
 */
export async function cancelTask(api: Api, id: string, signal: AbortSignal): Promise<Cancellation> {
  const before = await glance(api, id, signal);
  if (before && isTerminal(before.status)) return cancellation(before, before.status, false);
  const answer = await api.cancel(id, signal).then(acceptance, refused);
  const after = await glance(api, id, signal);
  if (after && isTerminal(after.status))
    return cancellation(after, after.status, after.status === "cancelled");
  if (answer instanceof BeltError) throw answer;
  // `cancelled: true` is the API's word, whatever the number says (api.md section 3, rule 5).
  const status =
    answer === "cancelled" && after?.status !== "cancelling" ? "cancelled" : (after?.status ?? "cancelling");
  return cancellation(after ?? { id, status_code: null }, status, true);
}

/** Milliseconds; a look that takes longer must not keep a task from being cancelled. */
const GLANCE = 3_000;

/** The task as it is, or null when it cannot be seen for now; throws when there is none, or none for this key. */
async function glance(api: Api, id: string, signal: AbortSignal): Promise<TaskDocument | null> {
  try {
    return await lookAt(api, id, AbortSignal.any([signal, AbortSignal.timeout(GLANCE)]));
  } catch (thrown) {
    if (!signal.aborted && thrown instanceof BeltError && thrown.facts.exit === "unavailable") return null;
    throw thrown;
  }
}

function cancellation(
  { id, status_code }: { id: string; status_code: number | null },
  status: StatusWord,
  cancelled: boolean,
): Cancellation {
  return { id, status, status_code, cancelled };
}

function acceptance(answer: unknown): "cancelled" | "accepted" {
  return isObject(answer) && answer["cancelled"] === true ? "cancelled" : "accepted";
}

/** "It has ended already" is a refusal that the task itself then explains. */
function refused(thrown: unknown): BeltError {
  if (thrown instanceof BeltError && thrown.facts.exit === "failure") return thrown;
  throw thrown;
}

import { BeltError } from "../errors.ts";
import { isTerminal, type StatusWord } from "../wire/status.ts";
import { isObject } from "../wire/types.ts";
import type { Api } from "./client.ts";
import { lookAt } from "./look.ts";

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
export async function cancelTask(api: Api, id: string, signal?: AbortSignal): Promise<Cancellation> {
  const before = await lookAt(api, id, signal);
  if (isTerminal(before.status)) return cancellation(before, before.status, false);
  const answer = await api.cancel(id, signal).then(acceptance, refused);
  const after = await lookAt(api, id, signal);
  if (isTerminal(after.status)) return cancellation(after, after.status, after.status === "cancelled");
  if (answer instanceof BeltError) throw answer;
  // `cancelled: true` is the API's word, whatever the number says (api.md section 3, rule 5).
  const settled = answer === "cancelled" && after.status !== "cancelling";
  return cancellation(after, settled ? "cancelled" : after.status, true);
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

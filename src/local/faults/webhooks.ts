/** What a step does to a webhook, as its receiver would: `fetch` with faults. */
import type { Action, Step } from "./scenario.ts";

/** `drop` is delivered and not answered; `reset` is not delivered. */
export async function applyToWebhook(
  { do: action }: Step,
  deliver: () => Promise<Response>,
): Promise<Response> {
  if (action.kind === "refuse") return refused(action);
  if (action.kind === "lose" && action.answer === "drop") await deliver();
  throw new Error("the connection was closed without an answer");
}

function refused({ status, retryAfter }: Extract<Action, { kind: "refuse" }>): Response {
  return new Response(null, {
    status,
    headers: retryAfter === null ? {} : { "Retry-After": String(retryAfter) },
  });
}

import { BeltError } from "../../errors.ts";
import { belt } from "../../hint.ts";
import type { Api } from "../client.ts";
import { isRefusal } from "../follow/contact.ts";
import { deadline } from "../http/network-errors.ts";
import { type FollowedTurn, saysEnd } from "./followed-turn.ts";
import type { TurnChange } from "./turn-state.ts";

/** The chat as it stands at the end, without which no answer is told as whole; asked for a bounded time. */
export async function readFinalTurn(
  api: Api,
  { state, chatId, signal }: FollowedTurn,
): Promise<TurnChange[]> {
  const { finalRead, reconnects } = api.policy;
  const until = api.now() + finalRead;
  for (let tries = 0; ; tries++) {
    const left = AbortSignal.any([signal, deadline(until - api.now())]);
    const chat = await api.agents.chat(chatId, left, "never").catch((thrown) => {
      signal.throwIfAborted();
      if (thrown instanceof BeltError) return thrown;
      throw thrown;
    });
    if (!(chat instanceof BeltError) && saysEnd(chat, state.runId)) return state.takeWhole(chat);
    const error = chat instanceof BeltError ? chat : stale();
    const next = reconnects[Math.min(tries, reconnects.length - 1)] ?? 0;
    const delay = Math.max(next, error.facts.retryAfter ?? 0);
    if (isRefusal(error) || api.now() + delay >= until) throw noFinal(chatId, error);
    await api.sleep(delay, signal);
  }
}

function stale(): BeltError {
  return new BeltError({
    code: "stale_answer",
    message: "asked for it, the API still shows the chat as busy",
    exit: "unavailable",
    retryable: true,
  });
}

function noFinal(chatId: string, error: BeltError): BeltError {
  return error.with({
    code: "no_final_document",
    message: `chat ${chatId} is said to have been answered, but the whole answer could not be had: ${error.message}`,
    hint: belt("chat get", chatId),
    exit: "stillRunning",
    retryable: false,
  });
}

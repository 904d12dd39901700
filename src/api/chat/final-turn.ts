import type { BeltError } from "../../errors.ts";
import { belt } from "../../hint.ts";
import type { Api } from "../client.ts";
import { askForEnd } from "../follow/ask-for-end.ts";
import { type FollowedTurn, saysEnd } from "./followed-turn.ts";
import type { TurnChange } from "./turn-state.ts";

/** The chat as it stands at the end, without which no answer is told as whole; asked for a bounded time. */
export async function readFinalTurn(
  api: Api,
  { state, chatId, signal }: FollowedTurn,
): Promise<TurnChange[]> {
  const chat = await askForEnd(api, {
    ask: (until) => api.agents.chat(chatId, until, "never"),
    isEnd: (chat) => saysEnd(chat, state.runId),
    stale: "shows the chat as busy",
    missing: (error) => noFinal(chatId, error),
    signal,
  });
  return state.takeWhole(chat);
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

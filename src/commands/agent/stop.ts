import type { TurnState } from "../../api/chat/turn-state.ts";
import type { Api } from "../../api/client.ts";
import { deadline } from "../../api/http/network-errors.ts";
import { type Chat, isBusy } from "../../api/resources/agent.ts";
import { asBeltError, type BeltError } from "../../errors.ts";
import { belt } from "../../hint.ts";
import type { Context } from "../shared/context.ts";

/** Milliseconds for the stop to be answered, and for the chat to come to rest after it. */
const STOP_PATIENCE = 15_000;
const REST_PATIENCE = 5_000;

/** Looks that may fail before a stopped chat is left unseen. */
const LOOKS = 3;

/** What came of stopping. */
export interface Stopped {
  /** Null when the turn had ended by itself meanwhile. */
  error: BeltError | null;
  /** True when the chat was read as a whole after the turn had ended. */
  isWhole: boolean;
}

/**
 * After Ctrl-C, SIGTERM or a lost terminal: stops the answer, and says what came of it. A message that still waits behind another turn is taken back: to
 * stop the chat would stop that turn instead.
 */
export async function stopTurn(
  ctx: Context,
  api: Api,
  chatId: string,
  state: TurnState,
  reason: BeltError,
): Promise<Stopped> {
  ctx.out.progress.busy("stopping");
  const userMessage = state.messages.find(({ role }) => role === "user")?.id;
  const stop = () => refusalOf(api.agents.stop(chatId, deadline(STOP_PATIENCE)));
  let waiting = state.status === "queued" && userMessage !== undefined;
  let refusal = waiting
    ? await refusalOf(api.agents.cancelMessage(userMessage!, deadline(STOP_PATIENCE)))
    : await stop();
  if (waiting && refusal?.facts.httpStatus === 409) {
    // It waits no longer: what the chat is at is this message's own turn.
    waiting = false;
    refusal = await stop();
  }
  const chat = await atRest(api, chatId, state);
  if (chat) state.takeWhole(chat);
  if (waiting && refusal === null)
    return {
      error: reason.with({ message: `${reason.message}; the message was taken back` }),
      isWhole: false,
    };
  const isWhole = chat !== null && state.ended;
  if (isWhole && state.status !== "cancelled") {
    ctx.out.note(`${reason.message}, but chat ${chatId} had already been answered`, { chat: chatId });
    return { error: null, isWhole };
  }
  const outcome = state.ended
    ? "; the answer was stopped"
    : refusal
      ? `, but the answer could not be stopped and may go on: ${refusal.message}`
      : "; the answer is being stopped";
  const hint = state.ended ? undefined : belt(refusal ? "chat stop" : "chat get", chatId);
  return { error: reason.with({ message: `${reason.message}${outcome}`, hint }), isWhole };
}

/** Why it was refused; null when it was not. */
async function refusalOf(asked: Promise<unknown>): Promise<BeltError | null> {
  return await asked.then(() => null, asBeltError);
}

/** The chat once this turn has ended, or as it was last seen when patience ends. */
async function atRest(api: Api, chatId: string, state: TurnState): Promise<Chat | null> {
  const signal = deadline(REST_PATIENCE);
  let seen: Chat | null = null;
  for (let failures = 0; failures < LOOKS && !signal.aborted; ) {
    try {
      seen = await api.agents.chat(chatId, signal, "never");
      if (!isBusy(seen) || (seen.run && seen.run.id !== state.runId)) return seen;
    } catch {
      failures++;
    }
    await api.sleep(Math.min(api.policy.poll, 250), signal).catch(() => {});
  }
  return seen;
}

import type { AgentRequest, Sent } from "../../api/agents.ts";
import { type EventStream, readEvents } from "../../api/chat/chat-events.ts";
import type { Api } from "../../api/client.ts";
import { asBeltError, BeltError } from "../../errors.ts";
import { belt } from "../../hint.ts";
import { remember, whileUnanswered } from "../run/submit.ts";
import type { Context, ForceQuit } from "../shared/context.ts";

/** A message that was taken, and the stream of its chat where that was there before. */
export interface SentMessage {
  sent: Sent;
  opened: EventStream | null;
  /** Milliseconds since 1970. */
  at: number;
}

export interface Sending {
  signal: AbortSignal;
  deadline: AbortSignal;
}

const LOOK = belt("api", "POST", "/chats/list");

/**
 * Sends a message once, and makes the chat's id safe before anything else is done with it. The
 * stream of an existing chat is opened first, so that nothing is missed.
 */
export async function sendMessage(
  ctx: Context,
  api: Api,
  request: AgentRequest,
  { signal, deadline }: Sending,
): Promise<SentMessage> {
  signal.throwIfAborted();
  ctx.out.progress.busy(`sending to ${request.agent}`);
  const leaving = AbortSignal.any([signal, deadline]);
  const opened = request.chat_id === null ? null : await openChat(api, request.chat_id, leaving);
  const at = ctx.now();
  const uninterruptible = () => whileUnanswered(ctx, api, "message", UNANSWERED);
  const sent = await api.agents.send(request, { uninterruptible, signal, deadline }).catch((thrown) => {
    opened?.end(thrown);
    throw signal.aborted ? notSent(signal.reason, thrown) : explain(thrown, request);
  });
  const { chatId } = sent.assistant;
  if (request.chat_id === null) {
    const time = new Date(at).toISOString();
    await remember(ctx, api, { type: "chat", id: chatId, app: request.agent, time });
    ctx.out.note(`chat ${chatId}`, { chat: chatId });
  }
  return { sent, opened, at };
}

/** Null where there is no such stream; a chat that is not there is told before anything is sent. */
async function openChat(api: Api, chatId: string, signal: AbortSignal): Promise<EventStream | null> {
  const ending = new AbortController();
  try {
    const stream = await api.agents.stream(chatId, AbortSignal.any([signal, ending.signal]));
    return { batches: readEvents(stream), end: (reason) => ending.abort(reason) };
  } catch (thrown) {
    signal.throwIfAborted();
    const { httpStatus } = asBeltError(thrown).facts;
    if (httpStatus === 405 || httpStatus === 406) return null;
    // The stream may be missing, or the chat.
    if (httpStatus === 404)
      await api.agents.chat(chatId, signal).catch((error) => {
        throw asBeltError(error).with({ hint: "--chat @last is the newest chat of this machine" });
      });
    else throw thrown;
    return null;
  }
}

const UNANSWERED: ForceQuit = {
  message: "the message was not answered yet, so it may have been sent",
  hint: LOOK,
};

/** Why the user left, and what became of the message. */
function notSent(reason: unknown, thrown: unknown): unknown {
  if (!(reason instanceof BeltError) || thrown === reason) return reason;
  const error = asBeltError(thrown);
  return error.facts.exit === "inDoubt"
    ? reason.with({
        message: `${reason.message}; the message got no answer, so it may have been sent: ${error.message}`,
        hint: LOOK,
      })
    : reason.with({ message: `${reason.message}; nothing was sent: ${error.message}` });
}

function explain(thrown: unknown, { agent }: AgentRequest): unknown {
  if (!(thrown instanceof BeltError)) return thrown;
  const { exit, httpStatus, code } = thrown.facts;
  if (exit === "inDoubt")
    return thrown.with({
      hint: ["look before sending it again (", LOOK, "); belt does not repeat it by itself"],
    });
  if (httpStatus === 404)
    return thrown.with({ hint: [belt("api", "POST", "/agents/list"), " shows the agents there are"] });
  // Of what cannot be loaded it is not known what it takes.
  if ((httpStatus === 400 || httpStatus === 422) && code !== "invalid_app")
    return thrown.with({ hint: [belt("api", "GET", `/agents/${agent}`), " shows what it takes"] });
  return thrown;
}

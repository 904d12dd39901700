import type { AgentRequest } from "../../api/agents.ts";
import type { Api } from "../../api/client.ts";
import { BeltError } from "../../errors.ts";
import { belt, type Hint } from "../../hint.ts";
import { createClock } from "../run/clock.ts";
import type { Context, Lines, Signal } from "../shared/context.ts";
import { tellTurn } from "./tell.ts";
import { type TurnOptions, takeTurn } from "./turn.ts";

export interface Conversation extends Omit<TurnOptions, "signal" | "clock"> {
  /** Milliseconds, for each answer. */
  timeout: number | undefined;
}

/**
 * Asks for one message after the other, each in the same chat, until Ctrl-D. Ctrl-C stops an answer, and at
 * the prompt leaves. Gives the exit code of the last message, as a shell does.
 */
export async function converse(
  ctx: Context,
  api: Api,
  first: AgentRequest,
  lines: Lines,
  options: Conversation,
): Promise<number> {
  ctx.out.note(`talking to ${first.agent}; Ctrl-D ends it`);
  let request = first;
  let code = 0;
  const goesOn = (): Hint | null =>
    request.chat_id && [belt("agent run", first.agent, "--chat", request.chat_id), " goes on with it"];
  try {
    for (let text = await lines.next(); text !== null; text = await lines.next()) {
      if (text.trim() === "") continue;
      const message = { ...request, input: { ...request.input, text } };
      const { chatId, error } = await say(ctx, api, message, lines, options);
      code = error?.exitCode ?? 0;
      // Files go with the first message, and what the chat knows need not be told again.
      const input = { ...request.input, images: [], files: [] };
      if (chatId !== null) request = { ...request, chat_id: chatId, stream: false, input };
    }
  } catch (thrown) {
    const hint = goesOn();
    throw thrown instanceof BeltError && thrown.isStop && hint ? thrown.with({ hint }) : thrown;
  }
  const hint = goesOn();
  if (hint) ctx.out.hint(hint);
  return code;
}

/** What came of one message. */
interface Said {
  /** Null when the message was not taken. */
  chatId: string | null;
  /** Told already. */
  error: BeltError | null;
}

/** One message and its answer. */
async function say(
  ctx: Context,
  api: Api,
  request: AgentRequest,
  lines: Lines,
  options: Conversation,
): Promise<Said> {
  const stop = new AbortController();
  // The first Ctrl-C is for the answer alone; whatever follows it is for belt.
  const letGo = ctx.signals.capture((signal) => {
    letGo();
    lines.forgetTypedAhead();
    stop.abort(stopped(signal));
  });
  const signal = AbortSignal.any([ctx.signal, stop.signal]);
  const clock = createClock(options.timeout);
  clock.start();
  let chatId = request.chat_id;
  try {
    const result = await takeTurn(ctx, api, request, { ...options, clock, signal });
    chatId = result.chatId;
    await tellTurn(ctx, result, { wantsOutput: false, isOneOfMany: true });
    return { chatId, error: null };
  } catch (thrown) {
    if (!(thrown instanceof BeltError) || ctx.signal.aborted || endsAll(thrown)) throw thrown;
    if (thrown.isStop) lines.forgetTypedAhead();
    ctx.out.error(thrown);
    return { chatId, error: thrown };
  } finally {
    clock.stop();
    letGo();
  }
}

/** SIGTERM and a terminal that is gone end more than an answer; a refused key refuses the next message, too. */
function endsAll({ facts: { exit } }: BeltError): boolean {
  return ["terminated", "hangup", "auth", "notFound"].includes(exit);
}

function stopped(signal: Signal): BeltError {
  const exit = ({ SIGINT: "interrupted", SIGTERM: "terminated", SIGHUP: "hangup" } as const)[signal];
  return new BeltError({ code: "interrupted", message: exit, exit });
}

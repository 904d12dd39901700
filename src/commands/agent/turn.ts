import type { AgentRequest } from "../../api/agents.ts";
import { chatSubject, followTurn, type TurnFact } from "../../api/chat/follow-turn.ts";
import { TurnState } from "../../api/chat/turn-state.ts";
import type { Api } from "../../api/client.ts";
import { asBeltError, BeltError } from "../../errors.ts";
import { belt } from "../../hint.ts";
import { formatDuration } from "../../terminal/text.ts";
import type { TurnDocument } from "../../views/agent-views.ts";
import type { Clock } from "../run/clock.ts";
import { stopOf } from "../run/interrupt.ts";
import type { Context } from "../shared/context.ts";
import type { Approval } from "./approval.ts";
import type { AgentEvents } from "./events.ts";
import { GrowingAnswer } from "./growing-answer.ts";
import { HeldUp } from "./held-up.ts";
import { turnDocument } from "./result.ts";
import { type SentMessage, sendMessage } from "./send.ts";
import { type Stopped, stopTurn } from "./stop.ts";
import { ToolDesk } from "./tool-desk.ts";

export interface TurnOptions {
  tools: ReadonlyMap<string, string>;
  approval: Approval;
  clock: Clock;
  events: AgentEvents | null;
  /** Aborted when the user wants the answer to stop. */
  signal: AbortSignal;
}

/** How a turn went: the document where there is one, and what went wrong on belt's side. */
export interface TurnResult {
  chatId: string;
  turn: TurnDocument | null;
  /** Why the agent failed, in its words. */
  failure: string | null;
  error: BeltError | null;
  /** What of the text has been shown already. */
  shown: GrowingAnswer;
}

/** Sends a message and follows the answer to its end. What goes wrong once it was taken is told with it, and never thrown. */
export async function takeTurn(
  ctx: Context,
  api: Api,
  request: AgentRequest,
  options: TurnOptions,
): Promise<TurnResult> {
  const { clock, events, signal } = options;
  const message = await sendMessage(ctx, api, request, { signal, deadline: clock.signal });
  const { chatId } = message.sent.assistant;
  if (api.outlivesCommand)
    ctx.signals.onForceQuit({
      message: `chat ${chatId} may still be answering`,
      hint: belt("chat get", chatId),
    });
  const state = new TurnState({ isNewChat: request.chat_id === null });
  const over = new AbortController();
  const ending = AbortSignal.any([signal, clock.signal, over.signal]);
  const desk = new ToolDesk(ctx, api, { ...options, signal: ending, turn: state });
  const shown = new GrowingAnswer(ctx);
  const document = () => turnDocument(state, request.agent, chatId, desk.denied);
  events?.about(chatId, state);
  try {
    await follow(ctx, api, { message, state, desk, shown, options });
    const turn = document();
    events?.result(turn);
    return { chatId, turn, failure: state.error, error: null, shown };
  } catch (thrown) {
    // Tools end before anybody is told how it went.
    over.abort();
    const { error, isWhole } = await brokenOff(ctx, api, { chatId, state, desk, options, thrown });
    if (!state.ended) await desk.leave();
    const turn = isWhole ? document() : null;
    if (error) events?.error(error);
    else if (turn) events?.result(turn);
    return { chatId, turn, failure: state.error, error, shown };
  } finally {
    over.abort();
    ctx.out.progress.stop();
    ctx.signals.onForceQuit(null);
  }
}

interface Turn {
  message: SentMessage;
  state: TurnState;
  desk: ToolDesk;
  shown: GrowingAnswer;
  options: TurnOptions;
}

async function follow(ctx: Context, api: Api, { message, state, desk, shown, options }: Turn): Promise<void> {
  const { clock, events } = options;
  const { sent, opened, at: submittedAt } = message;
  const signal = AbortSignal.any([options.signal, clock.signal, desk.failed]);
  let thought = "";
  const { chatId } = sent.assistant;
  const heldUp = new HeldUp(ctx, chatId, api.policy.giveUp);
  for await (const facts of followTurn(api, { state, sent, opened, submittedAt, signal })) {
    for (const fact of facts) {
      events?.fact(fact);
      if (fact.type === "reasoning") thought = (thought + fact.text).slice(-SHOWN_THOUGHT);
      // What is drawn would take the place of half a line.
      if (DRAWN.includes(fact.type)) shown.pause();
      show(ctx, fact, sent.assistant.chatId, thought);
      if (fact.type === "tool" || fact.type === "approval") desk.take(fact);
      if (fact.type === "text") shown.grow(fact.message_id, fact.text);
    }
    heldUp.look(state, desk.isIdle);
    if (state.blocked !== null) throw blocked(chatId, state.blocked);
    await events?.drained();
  }
}

/** Characters of what the model thinks, the newest, that are shown beside the spinner. */
const SHOWN_THOUGHT = 60;

/** Facts that are shown beside the spinner. */
const DRAWN: TurnFact["type"][] = ["status", "calling", "tool"];

function show(ctx: Context, fact: TurnFact, chatId: string, thought: string): void {
  const { progress } = ctx.out;
  if (fact.type === "reasoning") progress.detail(thought.trim());
  if (fact.type === "link" && fact.state !== "open") ctx.out.trace(`chat ${chatId}: ${fact.state}`);
  if (fact.type === "status") progress.phase({ chat: chatId }, fact.status);
  if (fact.type === "calling") progress.busy(`calling ${fact.name}`);
  if (fact.type === "tool" && /^(in_progress|awaiting)/.test(fact.status))
    progress.busy(`${fact.name} ${fact.status.replaceAll("_", " ")}`);
}

interface BrokenOff {
  chatId: string;
  state: TurnState;
  desk: ToolDesk;
  options: TurnOptions;
  thrown: unknown;
}

/** What ended the following before the turn did, and what came of it. */
async function brokenOff(
  ctx: Context,
  api: Api,
  { chatId, state, desk, options, thrown }: BrokenOff,
): Promise<Stopped> {
  const { signal, clock } = options;
  // Ctrl-C at a question comes as an answer of its own.
  const asked = desk.failed.reason;
  const left = asked instanceof BeltError && asked.isStop ? asked : null;
  if (signal.aborted || left) return await stopTurn(ctx, api, chatId, state, left ?? stopOf(signal));
  const error = asBeltError(thrown);
  if (error.facts.code === "agent_blocked") {
    const stopped = await stopTurn(ctx, api, chatId, state, error);
    const { hint } = error.facts;
    return {
      ...stopped,
      error: stopped.error?.with({ hint: stopped.error.facts.hint ?? hint }) ?? null,
    };
  }
  if (clock.signal.aborted) return { error: outOfTime(chatId, clock, api), isWhole: false };
  const { name, next } = chatSubject(chatId);
  const message = error.message.includes(chatId)
    ? error.message
    : `${name} may still be answering: ${error.message}`;
  return {
    error: error.with({ message, exit: "stillRunning", retryable: false, hint: next }),
    isWhole: false,
  };
}

function outOfTime(chatId: string, { timeout }: Clock, api: Api): BeltError {
  const goesOn = api.outlivesCommand;
  return new BeltError({
    code: "still_running",
    message: `chat ${chatId} is not answered after ${formatDuration(timeout)}${goesOn ? "" : ", and ends with this command's own server"}`,
    hint: goesOn
      ? belt("chat get", chatId)
      : ["start ", belt("dev"), ", so that agents outlive the command that talks to them"],
    exit: "stillRunning",
    retryable: false,
  });
}

/** Nobody here can give it, so nothing is waited for. */
function blocked(chatId: string, what: string): BeltError {
  return new BeltError({
    code: "agent_blocked",
    message: `the agent waits for ${what}, which belt cannot give`,
    hint: ["give it in your inference.sh settings; ", belt("chat get", chatId), " shows the chat"],
    exit: "partial",
  });
}

import {
  type AgentRun,
  type Chat,
  type ChatMessage,
  endOf,
  isBusy,
  type TurnWord,
} from "../resources/agent.ts";
import type { ChatEvent } from "./chat-events.ts";
import { approvalOf } from "./tool-watch.ts";
import { type MessageChange, TurnMessages, type TurnStart } from "./turn-messages.ts";

/** What one event changed in the turn. */
export type TurnChange = MessageChange | { type: "status"; status: TurnWord };

/**
 * One turn of a chat, put together from snapshots, events and deltas in whatever order they come. Of
 * an existing chat the events from before the message was taken are kept until it is known which
 * turn they belong to.
 */
export class TurnState {
  readonly #isNewChat: boolean;
  #messages: TurnMessages | null = null;
  #assistantId = "";
  /** Of its messages and runs, as they name it; "" as long as they do not. */
  #ownRun = "";
  /** Of other turns: what tells them apart while the own run is not known. */
  readonly #earlierRuns = new Set<string>();
  #early: ChatEvent[] = [];
  #run: AgentRun | null = null;
  #chat: Chat | null = null;
  /** As the chat was last seen; null before that. */
  #busy: boolean | null = null;
  #sawBusy = false;
  #status: TurnWord | null = null;
  #standsStill = false;

  /** Of a new chat there is no other turn. */
  constructor({ isNewChat }: { isNewChat: boolean }) {
    this.#isNewChat = isNewChat;
  }

  /** The message was taken: from now on it is known what belongs to its turn. */
  begin(start: TurnStart): TurnChange[] {
    this.#messages = new TurnMessages(start);
    this.#assistantId = start.assistant.id;
    this.#ownRun = start.assistant.runId;
    for (const event of this.#early) this.#noteEarlier(event);
    // What an existing chat was doing before says nothing about this turn.
    const early = this.#early.filter(({ kind }) => kind !== "chat");
    this.#early = [];
    const first = [start.assistant, ...(start.user ? [start.user] : [])].map(
      (message): ChatEvent => ({ kind: "message", message, fields: null }),
    );
    return [...first, ...early].flatMap((event) => this.take(event));
  }

  #noteEarlier(event: ChatEvent): void {
    const run = event.kind === "run" ? event.run : event.kind === "chat" ? event.chat.run : null;
    if (!run || run.id === "") return;
    if (this.#ownRun === "" ? endOf(run.state) : run.id !== this.#ownRun) this.#earlierRuns.add(run.id);
  }

  /** True once the run has ended, or the chat is idle after it was seen at work on this turn. */
  get ended(): boolean {
    if (!this.#messages) return false;
    if (this.#run && endOf(this.#run.state)) return true;
    if (this.#busy !== false || this.#messages.isQueued) return false;
    return this.#sawBusy || this.#standsStill || this.#messages.end !== null;
  }

  /** An idle chat that does not change any more has nothing to come. */
  standStill(): void {
    this.#standsStill = true;
  }

  get status(): TurnWord {
    const run = this.#run && endOf(this.#run.state);
    if (run) return run;
    if (this.ended) return this.#messages?.end ?? "completed";
    if (this.#messages?.isQueued) return "queued";
    return this.#run?.state === "input_required" ? "waiting" : "working";
  }

  /** Why it failed. */
  get error(): string | null {
    return (
      this.#run?.error ?? this.messages.map(({ error }) => error).find((error) => error !== null) ?? null
    );
  }

  /** Why nothing goes on: the agent waits for what belt cannot give. */
  get blocked(): string | null {
    return this.#run?.state === "auth_required" ? "an authorization" : null;
  }

  /** True while it waits behind a turn that waits for somebody itself. */
  get isHeldUp(): boolean {
    return this.status === "queued" && this.#chat?.status === "awaiting_input";
  }

  get runId(): string | null {
    return this.#run?.id || this.#ownRun || null;
  }

  /** The model's task that writes a message, else its newest. */
  taskId(messageId: string | null = null): string | null {
    return this.#messages?.taskOf(messageId) ?? null;
  }

  get output(): unknown {
    return this.#run?.output ?? this.#chat?.output ?? null;
  }

  /** Of this turn, in their order. */
  get messages(): ChatMessage[] {
    return this.#messages?.all ?? [];
  }

  /** What the agent has said so far, message by message. */
  get text(): string {
    const said = this.messages.filter(({ role, text }) => role === "assistant" && text !== "");
    return said.map(({ text }) => text).join("\n");
  }

  take(event: ChatEvent): TurnChange[] {
    if (!this.#messages) {
      if (event.kind !== "heartbeat" && event.kind !== "noise") this.#early.push(event);
      return [];
    }
    const changes = this.#take(this.#messages, event);
    const { status } = this;
    if (status === this.#status) return changes;
    this.#status = status;
    return [{ type: "status", status }, ...changes];
  }

  /** A chat with its messages, as an answer to a question. */
  takeWhole(chat: Chat): TurnChange[] {
    const messages = (chat.messages ?? []).flatMap((message) =>
      this.take({ kind: "message", message, fields: null }),
    );
    return [...messages, ...this.take({ kind: "chat", chat })];
  }

  #take(messages: TurnMessages, event: ChatEvent): TurnChange[] {
    switch (event.kind) {
      case "message":
        if (event.message.id === this.#assistantId) this.#learnRun(event.message.runId);
        return messages.take(event.message, event.fields);
      case "delta":
        return messages.append(event.messageId, event.delta, event.seq);
      case "run":
        this.#takeRun(event.run);
        return [];
      case "chat":
        return this.#takeChat(messages, event.chat);
      default:
        return [];
    }
  }

  /** What was taken for its run while that was not known is another turn's. */
  #learnRun(id: string): void {
    if (this.#ownRun !== "" || id === "") return;
    this.#ownRun = id;
    if (this.#run && this.#run.id !== id) this.#run = null;
  }

  #takeRun(run: AgentRun): void {
    if (this.#isOther(run)) this.#noteOther(run);
    else this.#takeOwnRun(run);
  }

  #takeOwnRun(run: AgentRun): void {
    // A run that has ended does not begin again.
    if (this.#run && endOf(this.#run.state) && !endOf(run.state)) return;
    this.#run = run;
    if (this.#sawBusy || !isBusy({ run, status: "" })) return;
    this.#sawBusy = true;
    // An idle chat was told before the turn had begun.
    this.#busy = null;
  }

  #takeChat(messages: TurnMessages, chat: Chat): TurnChange[] {
    this.#chat = chat;
    const { run } = chat;
    if (run && this.#isOther(run)) {
      this.#noteOther(run);
      // One that still shows an earlier turn says nothing about this one.
      if (!this.#earlierRuns.has(run.id)) this.#busy = isBusy(chat);
      return [];
    }
    if (run) this.#takeOwnRun(run);
    this.#busy = isBusy(chat);
    if (this.#busy) this.#sawBusy = true;
    return this.ended ? [] : chat.interrupts.flatMap((interrupt) => approvalOf(messages.tools, interrupt));
  }

  /**
   * True for a run that is certainly not its own. As long as the message does not name that, other ones are
   * what it waits behind, and what had ended before it was at work.
   */
  #isOther({ id, state }: AgentRun): boolean {
    if (this.#ownRun !== "") return id !== "" && id !== this.#ownRun;
    if (this.#isNewChat) return false;
    const isBefore = this.#messages?.isQueued === true || (this.#hasNotBegun && endOf(state) !== null);
    return isBefore || this.#earlierRuns.has(id);
  }

  /** What is another's while the own run is not known, or has not begun, was there before it. */
  #noteOther({ id }: AgentRun): void {
    if (id !== "" && (this.#ownRun === "" || this.#hasNotBegun)) this.#earlierRuns.add(id);
  }

  get #hasNotBegun(): boolean {
    return !this.#sawBusy && this.#messages?.end === null;
  }
}

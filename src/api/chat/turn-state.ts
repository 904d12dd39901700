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
  #messages: TurnMessages | null = null;
  /** Of its messages and runs, as they name it; "" where they do not. */
  #ownRun = "";
  #early: ChatEvent[] = [];
  #run: AgentRun | null = null;
  #chat: Chat | null = null;
  /** As the chat was last seen; null before that. */
  #busy: boolean | null = null;
  #sawBusy = false;
  #status: TurnWord | null = null;
  #standsStill = false;

  /** The message was taken: from now on it is known what belongs to its turn. */
  begin(start: TurnStart): TurnChange[] {
    this.#messages = new TurnMessages(start);
    this.#ownRun = start.assistant.runId;
    // What an existing chat was doing before says nothing about this turn.
    const early = this.#early.filter(({ kind }) => kind !== "chat");
    this.#early = [];
    const first = [start.assistant, ...(start.user ? [start.user] : [])].map(
      (message): ChatEvent => ({ kind: "message", message, fields: null }),
    );
    return [...first, ...early].flatMap((event) => this.take(event));
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

  #takeRun(run: AgentRun): void {
    if (!this.#isOwn(run)) return;
    // A run that has ended does not begin again.
    if (this.#run && endOf(this.#run.state) && !endOf(run.state)) return;
    this.#run = run;
    this.#sawBusy ||= isBusy({ run, status: "" });
  }

  #takeChat(messages: TurnMessages, chat: Chat): TurnChange[] {
    this.#chat = chat;
    this.#busy = isBusy(chat);
    if (chat.run && !this.#isOwn(chat.run)) return [];
    if (this.#busy) this.#sawBusy = true;
    if (chat.run) this.#takeRun(chat.run);
    return this.ended ? [] : chat.interrupts.flatMap((interrupt) => approvalOf(messages.tools, interrupt));
  }

  /** True for a run that is not certainly another one. */
  #isOwn({ id }: AgentRun): boolean {
    return id === "" || this.#ownRun === "" || id === this.#ownRun;
  }
}

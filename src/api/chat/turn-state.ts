import { isObject, type JsonObject } from "../../wire/types.ts";
import {
  type AgentRun,
  type Chat,
  type ChatMessage,
  endOf,
  type Interrupt,
  isBusy,
  readMessage,
  type TurnWord,
} from "../resources/agent.ts";
import type { ChatEvent } from "./chat-events.ts";
import { Growth } from "./growth.ts";
import { mergeToolCalls, type ToolCallDelta } from "./tool-call-deltas.ts";
import { approvalOf, type ToolChange, ToolWatch } from "./tool-watch.ts";

/** What one event changed in the turn. */
export type TurnChange =
  | { type: "status"; status: TurnWord }
  | { type: "text" | "reasoning"; message_id: string; text: string }
  /** The model is writing a call of this tool. */
  | { type: "calling"; name: string }
  | ToolChange;

/** What is known of the message that began the turn. */
export interface TurnStart {
  user: ChatMessage | null;
  assistant: ChatMessage;
}

interface KnownMessage {
  message: ChatMessage;
  text: Growth;
  reasoning: Growth;
  calls: ToolCallDelta[];
  lastSeq: number;
}

/**
 * One turn of a chat, put together from snapshots, events and deltas in whatever order they come. Of
 * an existing chat the events from before the message was taken are kept until it is known which
 * turn they belong to.
 */
export class TurnState {
  readonly #known = new Map<string, KnownMessage>();
  readonly #tools = new ToolWatch();
  #start: TurnStart | null = null;
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
    this.#start = start;
    const early = this.#early;
    this.#early = [];
    const { user, assistant } = start;
    const first = [...(user ? [user] : []), assistant].map(
      (message): ChatEvent => ({ kind: "message", message, fields: null }),
    );
    // What an existing chat was doing before says nothing about this turn.
    return [...first, ...early.filter(({ kind }) => kind !== "chat")].flatMap((event) => this.take(event));
  }

  /** True once the run has ended, or the chat is idle after it was seen at work on this turn. */
  get ended(): boolean {
    if (!this.#start) return false;
    if (this.#run && endOf(this.#run.state)) return true;
    if (this.#busy !== false || this.#isQueued) return false;
    return this.#sawBusy || this.#standsStill || this.#messagesEnded;
  }

  /** An idle chat that does not change any more has nothing to come. */
  standStill(): void {
    this.#standsStill = true;
  }

  get status(): TurnWord {
    const run = this.#run && endOf(this.#run.state);
    if (run) return run;
    if (this.ended) return endOf(this.#last?.status ?? "") ?? "completed";
    if (this.#isQueued) return "queued";
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

  get runId(): string | null {
    return this.#run?.id || this.#start?.assistant.runId || null;
  }

  get output(): unknown {
    return this.#run?.output ?? this.#chat?.output ?? null;
  }

  get agent(): string | null {
    return this.#chat?.agent ?? null;
  }

  /** Of this turn, in their order. */
  get messages(): ChatMessage[] {
    const all = [...this.#known.values()].map(({ message, text }) => ({ ...message, text: text.whole }));
    return all.sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
  }

  /** What the agent has said so far, message by message. */
  get text(): string {
    const said = this.messages.filter(({ role, text }) => role === "assistant" && text !== "");
    return said.map(({ text }) => text).join("\n");
  }

  take(event: ChatEvent): TurnChange[] {
    if (!this.#start) {
      if (event.kind !== "heartbeat" && event.kind !== "noise") this.#early.push(event);
      return [];
    }
    const changes = this.#take(event);
    const { status } = this;
    if (status === this.#status) return changes;
    this.#status = status;
    return [{ type: "status", status }, ...changes];
  }

  #take(event: ChatEvent): TurnChange[] {
    switch (event.kind) {
      case "message":
        return this.#takeMessage(event.message, event.fields);
      case "delta":
        return this.#takeDelta(event.messageId, event.delta, event.seq);
      case "run":
        return this.#takeRun(event.run);
      case "chat":
        return this.#takeChat(event.chat);
      default:
        return [];
    }
  }

  /** A chat with its messages, as an answer to a question. */
  takeWhole(chat: Chat): TurnChange[] {
    const messages = (chat.messages ?? []).flatMap((message) =>
      this.take({ kind: "message", message, fields: null }),
    );
    return [...messages, ...this.take({ kind: "chat", chat, raw: chat.raw, fields: null })];
  }

  #takeMessage(told: ChatMessage, fields: string[] | null): TurnChange[] {
    const known = this.#known.get(told.id);
    const message = fields ? withFields(known?.message, told, fields) : told;
    if (!message || !this.#belongs(message)) return [];
    if (!known) {
      const fresh = { message, text: new Growth(), reasoning: new Growth(), calls: [], lastSeq: -1 };
      this.#known.set(message.id, fresh);
      return this.#update(fresh, message);
    }
    // A stream that was opened again may tell what lies behind.
    return endOf(known.message.status) && !endOf(message.status) ? [] : this.#update(known, message);
  }

  #update(known: KnownMessage, message: ChatMessage): TurnChange[] {
    known.message = message;
    if (message.role !== "assistant") return [];
    const isFinal = endOf(message.status) !== null;
    return [
      ...grown("reasoning", message.id, known.reasoning.snapshot(message.reasoning, isFinal)),
      ...grown("text", message.id, known.text.snapshot(message.text, isFinal)),
      ...this.#tools.take(message),
    ];
  }

  #takeDelta(id: string, { response, reasoning, tool_calls }: JsonObject, seq: number | null): TurnChange[] {
    const known = this.#known.get(id);
    if (!known || endOf(known.message.status)) return [];
    if (seq !== null && seq <= known.lastSeq) return [];
    known.lastSeq = seq ?? known.lastSeq;
    const isFirst = seq !== null && seq <= 1;
    const named = known.calls.filter(({ name }) => name !== "").length;
    known.calls = mergeToolCalls(known.calls, tool_calls);
    const calling = known.calls.filter(({ name }) => name !== "").slice(named);
    return [
      ...grown(
        "reasoning",
        id,
        typeof reasoning === "string" ? known.reasoning.append(reasoning, isFirst) : "",
      ),
      ...grown("text", id, typeof response === "string" ? known.text.append(response, isFirst) : ""),
      ...calling.map(({ name }) => ({ type: "calling" as const, name })),
    ];
  }

  #takeRun(run: AgentRun): TurnChange[] {
    const ours = this.#start?.assistant.runId;
    if (ours && run.id && run.id !== ours) return [];
    // A run that has ended does not begin again.
    if (this.#run && endOf(this.#run.state) && !endOf(run.state)) return [];
    this.#run = run;
    this.#sawBusy ||= isBusy({ run, status: "" });
    return [];
  }

  #takeChat(chat: Chat): TurnChange[] {
    this.#chat = chat;
    const isOurs =
      !chat.run?.id || !this.#start?.assistant.runId || chat.run.id === this.#start.assistant.runId;
    this.#busy = isBusy(chat);
    if (isOurs && this.#busy) this.#sawBusy = true;
    if (isOurs && chat.run) this.#takeRun(chat.run);
    if (!isOurs || this.ended) return [];
    return chat.interrupts.flatMap((interrupt: Interrupt) => approvalOf(this.#tools, interrupt));
  }

  /** By its run, else by its place after the user's message. */
  #belongs({ id, runId, order }: ChatMessage): boolean {
    const { user, assistant } = this.#start!;
    if (id === assistant.id || id === user?.id) return true;
    if (runId && assistant.runId) return runId === assistant.runId;
    return order !== null && assistant.order !== null && order > assistant.order;
  }

  get #last(): ChatMessage | undefined {
    return this.messages.findLast(({ role }) => role === "assistant");
  }

  get #isQueued(): boolean {
    const first = this.#known.get(this.#start?.assistant.id ?? "");
    return first?.message.status === "queued" && !(this.#run && endOf(this.#run.state));
  }

  get #messagesEnded(): boolean {
    return this.#known.size > 0 && endOf(this.#last?.status ?? "") !== null;
  }
}

function grown(type: "text" | "reasoning", message_id: string, text: string): TurnChange[] {
  return text === "" ? [] : [{ type, message_id, text }];
}

/** Only the fields said to have changed: the rest of a partial message may be zero values. */
function withFields(known: ChatMessage | undefined, told: ChatMessage, fields: string[]): ChatMessage | null {
  if (!known) return null;
  const names = new Set(fields.map((field) => field.split(".")[0]!));
  const changed = Object.entries(told.raw).filter(([key]) => names.has(key));
  const raw = { ...known.raw, ...Object.fromEntries(changed) };
  return isObject(raw) ? readMessage(raw) : null;
}

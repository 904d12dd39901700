import type { JsonObject } from "../../wire/types.ts";
import { type ChatMessage, endOf, readMessage } from "../resources/agent.ts";
import { Growth } from "./growth.ts";
import { mergeToolCalls, type ToolCallDelta } from "./tool-call-deltas.ts";
import { type ToolChange, ToolWatch } from "./tool-watch.ts";

/** What one event changed in the messages of a turn. */
export type MessageChange =
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

/** The messages of one turn, each put together from snapshots, partial messages and deltas. */
export class TurnMessages {
  readonly tools = new ToolWatch();
  readonly #start: TurnStart;
  readonly #known = new Map<string, KnownMessage>();
  /** Of the newest message that has one. */
  #newestTask: { id: string; order: number } | null = null;

  constructor(start: TurnStart) {
    this.#start = start;
  }

  /** In their order. */
  get all(): ChatMessage[] {
    const all = [...this.#known.values()].map(({ message, text }) => ({ ...message, text: text.whole }));
    return all.sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
  }

  /** How the agent's newest message has ended; null while it has not. */
  get end(): ReturnType<typeof endOf> {
    const last = this.all.findLast(({ role }) => role === "assistant");
    return endOf(last?.status ?? "");
  }

  /** True while the turn waits behind another one. */
  get isQueued(): boolean {
    return this.#known.get(this.#start.assistant.id)?.message.status === "queued";
  }

  taskOf(messageId: string | null): string | null {
    const written = messageId === null ? null : this.#known.get(messageId)?.message.taskId;
    return written ?? this.#newestTask?.id ?? null;
  }

  take(told: ChatMessage, fields: string[] | null): MessageChange[] {
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

  #update(known: KnownMessage, message: ChatMessage): MessageChange[] {
    known.message = message;
    const { taskId, order } = message;
    if (taskId !== null && (order ?? 0) >= (this.#newestTask?.order ?? 0))
      this.#newestTask = { id: taskId, order: order ?? 0 };
    if (message.role !== "assistant") return [];
    const isFinal = endOf(message.status) !== null;
    return [
      ...grown("reasoning", message.id, known.reasoning.snapshot(message.reasoning, isFinal)),
      ...grown("text", message.id, known.text.snapshot(message.text, isFinal)),
      ...this.tools.take(message),
    ];
  }

  /** A repeated one is passed over, and one of a message that is not known: the message itself tells it in the end. */
  append(id: string, { response, reasoning, tool_calls }: JsonObject, seq: number | null): MessageChange[] {
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

  /** By its run, else by its place after the user's message. */
  #belongs({ id, runId, order }: ChatMessage): boolean {
    const { user, assistant } = this.#start;
    if (id === assistant.id || id === user?.id) return true;
    if (runId && assistant.runId) return runId === assistant.runId;
    return order !== null && assistant.order !== null && order > assistant.order;
  }
}

function grown(type: "text" | "reasoning", message_id: string, text: string): MessageChange[] {
  return text === "" ? [] : [{ type, message_id, text }];
}

/** Only the fields said to have changed: the rest of a partial message may be zero values. */
function withFields(known: ChatMessage | undefined, told: ChatMessage, fields: string[]): ChatMessage | null {
  if (!known) return null;
  const names = new Set(fields.map((field) => field.split(".")[0]!));
  const changed = Object.entries(told.raw).filter(([key]) => names.has(key));
  return readMessage({ ...known.raw, ...Object.fromEntries(changed) });
}

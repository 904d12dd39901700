/** A chat as it is kept, on disk and in memory. Times are milliseconds since 1970. */
import type { JsonObject } from "../../wire/types.ts";

export type ChatStatus = "busy" | "idle" | "awaiting_input";
type MessageStatus = "pending" | "queued" | "ready" | "failed" | "cancelled";
type RunState = "submitted" | "working" | "input_required" | "completed" | "failed" | "canceled";
type InvocationStatus =
  | "pending"
  | "in_progress"
  | "awaiting_approval"
  | "completed"
  | "failed"
  | "cancelled";

export interface Invocation {
  id: string;
  messageId: string;
  /** The model's own name for the call. */
  callId: string;
  name: string;
  type: "app" | "client";
  arguments: JsonObject;
  status: InvocationStatus;
  /** Of an app, its output with references to stored files in it; of a client, its text. */
  result: unknown;
  /** The task of an app. */
  executionId: string | null;
  createdAt: number;
  updatedAt: number;
}

export interface Message {
  id: string;
  runId: string;
  order: number;
  role: "user" | "assistant" | "tool";
  status: MessageStatus;
  text: string;
  reasoning: string;
  images: string[];
  files: string[];
  error: string | null;
  /** The model's task. */
  taskId: string | null;
  toolCallId: string | null;
  invocations: Invocation[];
  /** Of deltas told of it, so that a client knows one that it has. */
  deltas: number;
  createdAt: number;
  updatedAt: number;
}

/** One message of the user's and what answers it. */
export interface AgentRun {
  id: string;
  userMessageId: string;
  assistantMessageId: string;
  state: RunState;
  error: string | null;
  output: unknown;
  interruptReason: "tool_approval" | "client_tool" | null;
  interruptToolId: string | null;
  createdAt: number;
  updatedAt: number;
}

export interface Interrupt {
  id: string;
  runId: string;
  invocationId: string;
  toolName: string;
  arguments: JsonObject;
  status: "pending" | "resolved" | "cancelled";
  resolution: "allow" | "deny" | null;
  createdAt: number;
  updatedAt: number;
}

export interface Chat {
  id: string;
  /** `namespace/name`. */
  agent: string;
  version: string;
  context: Record<string, string>;
  output: unknown;
  messages: Message[];
  runs: AgentRun[];
  interrupts: Interrupt[];
  createdAt: number;
  updatedAt: number;
  /** The process whose server answers in it. */
  pid: number;
}

/** What changed, for those who follow. */
export type ChatChange =
  | { kind: "chat" }
  | { kind: "run"; run: AgentRun }
  | { kind: "message"; message: Message }
  | { kind: "delta"; message: Message; delta: JsonObject; seq: number };

const ENDED: RunState[] = ["completed", "failed", "canceled"];

export function hasEnded({ state }: AgentRun): boolean {
  return ENDED.includes(state);
}

/** The run that is answered now: those before it have ended, those after it wait. */
export function activeRun({ runs }: Chat): AgentRun | null {
  return runs.find((run) => !hasEnded(run)) ?? null;
}

export function statusOf(chat: Chat): ChatStatus {
  const run = activeRun(chat);
  if (!run) return "idle";
  return run.state === "input_required" ? "awaiting_input" : "busy";
}

/** A chat of this server, and who follows it. */
export class LiveChat {
  readonly chat: Chat;
  readonly #listeners = new Set<(change: ChatChange) => void>();
  /** Ends the run that is answered now. */
  stopRun: (() => void) | null = null;
  /** Of the client tools and approvals that are waited for, by the invocation's id. */
  readonly answers = new Map<string, (answer: Answer) => void>();

  constructor(chat: Chat) {
    this.chat = chat;
  }

  listen(listener: (change: ChatChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  notify(change: ChatChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  message(id: string): Message {
    return this.chat.messages.find((message) => message.id === id)!;
  }
}

/** What somebody outside makes of a tool call. */
export type Answer =
  | { kind: "approve" }
  | { kind: "reject"; reason: string }
  | { kind: "result"; text: string };

/** The chats of this server: begun, gone on with, stopped, and remembered. */
import type { JsonObject } from "../../wire/types.ts";
import type { Clock } from "../clock.ts";
import { ApiError, notFound } from "../errors.ts";
import type { IdKind } from "../ids.ts";
import { ownPid } from "../process-ids.ts";
import type { AgentVersion } from "./agent-version.ts";
import { type AgentRun, activeRun, type Chat, hasEnded, LiveChat, type Message } from "./chat.ts";
import type { ChatStore } from "./chat-store.ts";

export interface ChatsOptions {
  clock: Clock;
  nextId: (kind: IdKind) => string;
  store: ChatStore;
  /** Answers one run to its end; never throws. */
  answer(live: LiveChat, version: AgentVersion, run: AgentRun): Promise<void>;
}

/** A message of the user's. */
export interface UserMessage {
  text: string;
  images: string[];
  files: string[];
}

export interface Taken {
  live: LiveChat;
  run: AgentRun;
  user: Message;
  assistant: Message;
}

export class Chats {
  readonly #options: ChatsOptions;
  readonly #live = new Map<string, LiveChat>();
  /** Chats whose runs are being answered, one after the other. */
  readonly #answering = new Map<LiveChat, Promise<void>>();
  readonly #writes = new Map<string, Promise<void>>();
  #closing = false;

  constructor(options: ChatsOptions) {
    this.#options = options;
  }

  begin({ agent, hash }: AgentVersion, context: Record<string, string>): LiveChat {
    const { clock, nextId } = this.#options;
    const now = clock.now();
    const chat: Chat = {
      id: nextId("chat"),
      agent,
      version: hash,
      context,
      output: null,
      messages: [],
      runs: [],
      interrupts: [],
      createdAt: now,
      updatedAt: now,
      pid: ownPid(),
    };
    const live = new LiveChat(chat);
    this.#live.set(chat.id, live);
    return live;
  }

  /** None for one that nobody has asked for yet. */
  find(id: string): LiveChat | undefined {
    return this.#live.get(id);
  }

  async get(id: string): Promise<LiveChat> {
    const known = this.#live.get(id);
    if (known) return known;
    const chat = await this.#options.store.read(id);
    if (!chat) throw notFound(`no chat ${JSON.stringify(id)}`);
    const live = this.#live.get(id) ?? new LiveChat(chat);
    this.#live.set(id, live);
    return live;
  }

  /** Newest first. */
  async list(): Promise<Chat[]> {
    const ids = new Set([...(await this.#options.store.ids()), ...this.#live.keys()]);
    const chats = await Promise.all([...ids].map((id) => this.get(id).catch(() => null)));
    return chats.flatMap((live) => live?.chat ?? []).sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  /** Puts a message into a chat; it waits behind those that are not answered yet. */
  take(live: LiveChat, version: AgentVersion, message: UserMessage): Taken {
    const { chat } = live;
    const { clock, nextId } = this.#options;
    if (this.#closing) throw new ApiError(503, "unavailable", "the local server is ending");
    const status = activeRun(chat) ? "queued" : "pending";
    const now = clock.now();
    const runId = nextId("run");
    const given = { ...message, status: status === "queued" ? ("queued" as const) : ("ready" as const) };
    const user = addMessage(live, { id: nextId("msg"), runId, role: "user", now, ...given });
    const assistant = addMessage(live, { id: nextId("msg"), runId, role: "assistant", now, status });
    const run: AgentRun = {
      id: runId,
      userMessageId: user.id,
      assistantMessageId: assistant.id,
      state: "submitted",
      error: null,
      output: null,
      interruptReason: null,
      interruptToolId: null,
      createdAt: now,
      updatedAt: now,
    };
    Object.assign(chat, { updatedAt: now, pid: ownPid(), version: version.hash });
    chat.runs.push(run);
    live.notify({ kind: "message", message: user });
    live.notify({ kind: "message", message: assistant });
    live.notify({ kind: "chat" });
    if (!this.#answering.has(live)) this.#answering.set(live, this.#answerAll(live, version));
    return { live, run, user, assistant };
  }

  /** True when something was stopped. */
  stop(live: LiveChat): boolean {
    const run = activeRun(live.chat);
    if (!run) return false;
    // One that was taken just now is not being answered yet.
    if (live.stopRun) live.stopRun();
    else this.#cancelRun(live, run);
    return true;
  }

  /** Takes back a message that is not answered yet. */
  cancelQueued(messageId: string): Message {
    for (const live of this.#live.values()) {
      const message = live.chat.messages.find(({ id }) => id === messageId);
      if (!message) continue;
      const run = live.chat.runs.find(({ id }) => id === message.runId)!;
      if (message.status !== "queued" || run.state !== "submitted")
        throw new ApiError(409, "conflict", `message ${messageId} is not queued any more`);
      this.#cancelRun(live, run);
      return message;
    }
    throw notFound(`no message ${JSON.stringify(messageId)}`);
  }

  /** The chat and the invocation in it of this id. */
  findInvocation(id: string): { live: LiveChat; status: string } {
    for (const live of this.#live.values()) {
      for (const { invocations } of live.chat.messages) {
        const found = invocations.find((invocation) => invocation.id === id);
        if (found) return { live, status: found.status };
      }
    }
    throw notFound(`no tool call ${JSON.stringify(id)}`);
  }

  findInterrupt(id: string): { live: LiveChat; invocationId: string } {
    for (const live of this.#live.values()) {
      const found = live.chat.interrupts.find((interrupt) => interrupt.id === id);
      if (found) return { live, invocationId: found.invocationId };
    }
    throw notFound(`no interrupt ${JSON.stringify(id)}`);
  }

  interruptsOf(runId: string): { live: LiveChat; run: AgentRun } {
    for (const live of this.#live.values()) {
      const run = live.chat.runs.find(({ id }) => id === runId);
      if (run) return { live, run };
    }
    throw notFound(`no run ${JSON.stringify(runId)}`);
  }

  /** One write after the other. */
  save({ chat }: LiveChat): Promise<void> {
    const write = (this.#writes.get(chat.id) ?? Promise.resolve()).then(async () => {
      await this.#options.store.write(chat).catch(() => {});
    });
    this.#writes.set(chat.id, write);
    return write;
  }

  /** Stops what is being answered; resolves when all of it has ended and is on disk. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const [live] of this.#answering) {
      for (const run of live.chat.runs) if (run.state === "submitted") this.#cancelRun(live, run);
      this.stop(live);
    }
    await Promise.all(this.#answering.values());
    await Promise.all(this.#writes.values());
  }

  async #answerAll(live: LiveChat, version: AgentVersion): Promise<void> {
    await this.save(live);
    for (let run = activeRun(live.chat); run; run = activeRun(live.chat)) {
      await this.#options.answer(live, version, run);
      await this.save(live);
    }
    this.#answering.delete(live);
  }

  #cancelRun(live: LiveChat, run: AgentRun): void {
    const updatedAt = this.#options.clock.now();
    for (const message of live.chat.messages.filter(({ runId }) => runId === run.id)) {
      Object.assign(message, { status: "cancelled", updatedAt });
      live.notify({ kind: "message", message });
    }
    Object.assign(run, { state: "canceled", updatedAt });
    live.notify({ kind: "run", run });
    live.notify({ kind: "chat" });
    if (hasEnded(run)) void this.save(live);
  }
}

type NewMessage = Partial<Message> & Pick<Message, "id" | "runId" | "role" | "status"> & { now: number };

/** Adds a message at the end of the chat. */
export function addMessage({ chat }: LiveChat, { now, ...given }: NewMessage): Message {
  const message: Message = {
    order: chat.messages.length,
    text: "",
    reasoning: "",
    images: [],
    files: [],
    error: null,
    taskId: null,
    toolCallId: null,
    invocations: [],
    deltas: 0,
    createdAt: now,
    updatedAt: now,
    ...given,
  };
  chat.messages.push(message);
  return message;
}

/** Every required value that is not there gets its default; throws for those that have none. */
export function completeContext({ context }: AgentVersion, given: JsonObject): Record<string, string> {
  const complete: Record<string, string> = {};
  for (const [key, value] of Object.entries(given)) if (value !== null) complete[key] = String(value);
  for (const field of context) {
    if (complete[field.name] !== undefined) continue;
    if (field.default !== null) complete[field.name] = field.default;
    else if (field.required)
      throw new ApiError(400, "validation_error", `context.${field.name} is required`, {
        field: `context.${field.name}`,
      });
  }
  return complete;
}

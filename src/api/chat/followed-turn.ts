import type { Sent } from "../agents.ts";
import type { Api } from "../client.ts";
import type { Contact } from "../follow/contact.ts";
import { type Followed, type Link, type StreamRead, tryRefresh } from "../follow/keep-following.ts";
import type { RetryPolicy } from "../http/retry-policy.ts";
import { type Chat, isBusy } from "../resources/agent.ts";
import { type ChatEvent, type EventStream, readEvents } from "./chat-events.ts";
import type { TurnChange, TurnState } from "./turn-state.ts";

type Fact = TurnChange | Link;

/** Polls without a change after which an idle chat has nothing to come. */
const STANDSTILL = 3;

interface Following {
  state: TurnState;
  contact: Contact;
  signal: AbortSignal;
  opened: EventStream | null;
  sent: Sent;
}

/** A turn that is followed: by snapshots, by the chat's stream, by asking. */
export class FollowedTurn implements Followed<Fact> {
  readonly state: TurnState;
  readonly contact: Contact;
  readonly signal: AbortSignal;
  readonly chatId: string;
  /** True once the chat was read as a whole after the turn had ended. */
  isWhole = false;
  readonly #api: Api;
  /** Streams that are open already; each is read once. */
  #opened: EventStream | null;

  constructor(api: Api, { state, contact, signal, opened, sent }: Following) {
    this.#api = api;
    this.state = state;
    this.contact = contact;
    this.signal = signal;
    this.chatId = sent.assistant.chatId;
    this.#opened = opened ?? sent.snapshots;
  }

  get policy(): RetryPolicy {
    return this.#api.policy;
  }

  get ended(): boolean {
    return this.state.ended;
  }

  trace(line: string): void {
    this.#api.trace(`stream of chat ${this.chatId}: ${line}`);
  }

  reopening(): void {}

  streamEnded(): Fact[][] {
    return [];
  }

  polled(unchanged: number): Fact[][] {
    if (unchanged >= STANDSTILL) this.state.standStill();
    return [];
  }

  async *readStream(read: StreamRead): AsyncGenerator<Fact[], void> {
    const batches = await this.#batches();
    yield [{ type: "link", state: "open" }];
    let lastNews = this.#api.now();
    for await (const events of batches) {
      const changes = this.#apply(events);
      if (events.some(({ kind }) => kind !== "noise")) this.contact.answered();
      read.news += changes.length;
      yield changes;
      if (this.ended) return;
      if (changes.length > 0) lastNews = this.#api.now();
      else if (this.#api.now() - lastNews >= this.policy.silence) {
        // Heartbeats alone do not say that the agent goes on.
        yield* tryRefresh(this);
        if (this.ended) return;
        lastNews = this.#api.now();
      }
    }
    read.end = "clean";
  }

  #apply(events: ChatEvent[]): TurnChange[] {
    return events.flatMap((event) => {
      if (event.kind === "noise") this.trace(`not JSON: ${event.text.slice(0, 200)}`);
      return this.state.take(event);
    });
  }

  async *refresh(): AsyncGenerator<Fact[], number> {
    const before = this.contact.failures;
    const chat = await this.#api.agents.chat(this.chatId, this.signal, "never");
    this.contact.answered();
    if (before > 1) yield [{ type: "link", state: "polling" }];
    const changes = this.state.takeWhole(chat);
    this.isWhole = this.ended && saysEnd(chat, this.state.runId);
    yield changes;
    return changes.length;
  }

  /** The stream that is open, else a new one. */
  async #batches(): Promise<AsyncIterable<ChatEvent[]>> {
    const opened = this.#opened;
    this.#opened = null;
    if (!opened) return readEvents(await this.#api.agents.stream(this.chatId, this.signal));
    const end = () => opened.end(this.signal.reason);
    if (this.signal.aborted) end();
    else this.signal.addEventListener("abort", end, { once: true });
    return opened.batches;
  }
}

/** It may be busy with somebody else's turn by now. */
export function saysEnd(chat: Chat, runId: string | null): boolean {
  return !isBusy(chat) || (runId !== null && chat.run !== null && chat.run.id !== runId);
}

import { BeltError } from "../../errors.ts";
import { isTerminal } from "../../wire/status.ts";
import { isObject, type JsonObject } from "../../wire/types.ts";
import type { Api } from "../client.ts";
import { detectStatusTable } from "../get-task.ts";
import { deadline } from "../http/network-errors.ts";
import type { RetryPolicy } from "../http/retry-policy.ts";
import { readMessages, type StreamMessage } from "../http/stream.ts";
import { flattenBase, type IdentifiedTask } from "../resources/task.ts";
import type { Change, TaskState } from "../resources/task-state.ts";
import type { Contact } from "./contact.ts";
import type { Fact } from "./events.ts";
import { type Followed, type StreamEnd, type StreamRead, tryRefresh } from "./keep-following.ts";

/** Polls without a change after which a finished-looking task with a bare 9 is taken for completed. */
const STANDSTILL = 3;

/** Milliseconds; a log that does not come must not keep the task from being told. */
const LOG_PATIENCE = 5_000;

/** A task that is followed: what its stream tells, and what answers to polls do. */
export class FollowedTask implements Followed<Fact> {
  readonly api: Api;
  readonly state: TaskState;
  readonly contact: Contact;
  readonly signal: AbortSignal;
  /** The whole task as it ended, once an answer has told it. */
  final: IdentifiedTask | null = null;
  /** Routes not every server has; asked for until it turns out that this one does not. */
  #hasLogs = true;
  #hasTimings = true;
  #lastEventId: string | undefined;

  constructor(api: Api, state: TaskState, contact: Contact, signal: AbortSignal) {
    this.api = api;
    this.state = state;
    this.contact = contact;
    this.signal = signal;
  }

  get policy(): RetryPolicy {
    return this.api.policy;
  }

  get ended(): boolean {
    return this.state.ended;
  }

  trace(line: string): void {
    this.api.trace(`stream of ${this.state.id}: ${line}`);
  }

  reopening(): void {
    this.state.reopened();
  }

  async *readStream(read: StreamRead): AsyncGenerator<Fact[], void> {
    const { api, state, contact, signal } = this;
    const { chunks, contentType } = await api.stream(state.id, this.#lastEventId, signal);
    yield [{ type: "link", state: "open" }];
    let lastNews = api.now();
    for await (const messages of readMessages(chunks, contentType)) {
      const changes: Change[] = [];
      const end = this.#applyMessages(messages, changes);
      if (messages.some(({ kind }) => kind !== "noise")) contact.answered();
      read.news += changes.length;
      yield changes;
      if (end) {
        read.end = end;
        return;
      }
      if (changes.length > 0) lastNews = api.now();
      else if (api.now() - lastNews >= api.policy.silence) {
        // Heartbeats alone do not say that the task goes on.
        yield* tryRefresh(this);
        if (state.ended) return;
        lastNews = api.now();
      }
    }
    read.end = "clean";
  }

  /** Takes messages until one of them ends the stream, and collects what they change. */
  #applyMessages(messages: StreamMessage[], changes: Change[]): StreamEnd | null {
    const { state } = this;
    for (const message of messages) {
      if ("eventId" in message) this.#lastEventId = message.eventId ?? this.#lastEventId;
      if (message.kind === "task") add(changes, advance(state, flattenBase(message.task), message.fields));
      else if (message.kind === "delta") add(changes, state.append(message.delta, message.seq));
      else if (message.kind === "noise") this.trace(`not JSON: ${message.text.slice(0, 200)}`);
      else if (message.kind === "error") this.trace(message.message);
      else if (message.kind === "done") return "clean";
      // A bare 9 and nothing but heartbeats after it: only polling can tell whether that was the end.
      else if (state.ambiguous) return "silent";
      if (state.ended) return "clean";
    }
    return null;
  }

  async *refresh(): AsyncGenerator<Fact[], number> {
    const { api, state, contact, signal } = this;
    const before = contact.failures;
    const task = await api.task(state.id, signal, "never");
    contact.answered();
    if (before > 1) yield [{ type: "link", state: "polling" }];
    const changes = state.merge(task);
    if (state.ended) this.final = task;
    yield changes;
    if (!("logs" in task)) yield* this.readLogs();
    return changes.length;
  }

  async *streamEnded(end: StreamEnd): AsyncGenerator<Fact[]> {
    if (this.state.ambiguous && end === "clean") yield* this.#settleNine(this.state.finished);
  }

  async *polled(unchanged: number): AsyncGenerator<Fact[]> {
    const { state } = this;
    if (state.ambiguous) yield* this.#settleNine(unchanged >= STANDSTILL && state.finished);
  }

  /** Rule 4 of src/api/README.md, "Status numbers": a bare 9 is settled by `/timings`, else by a finished task at a standstill. */
  async *#settleNine(standsFinished: boolean): AsyncGenerator<Fact[]> {
    const { api, state, signal } = this;
    const timings = this.#hasTimings ? await detectStatusTable(api, state.id, signal) : null;
    this.#hasTimings = timings !== null;
    if (timings?.word && isTerminal(timings.word)) yield state.setStatus(timings.word);
    else if (!timings && standsFinished) yield state.setStatus("completed");
    else yield state.merge({});
  }

  /** Log lines that came by no other way, where the server keeps them apart from the task. */
  async *readLogs(): AsyncGenerator<Fact[]> {
    const { api, state, signal } = this;
    if (!this.#hasLogs) return;
    try {
      const answer = await api.logs(state.id, AbortSignal.any([signal, deadline(LOG_PATIENCE)]), "never");
      if (isObject(answer)) yield state.takeLogs(answer["logs"]);
    } catch (thrown) {
      signal.throwIfAborted();
      if (!(thrown instanceof BeltError)) throw thrown;
      this.#hasLogs = thrown.facts.retryable ?? false;
    }
  }
}

/** A message about another task says nothing of this one. */
function advance(state: TaskState, task: JsonObject, fields: unknown): Change[] {
  return state.isAbout(task) ? state.advance(task, fields) : [];
}

/** One by one: a log told at once may hold more entries than a call can take arguments. */
function add(changes: Change[], more: Change[]): void {
  for (const change of more) changes.push(change);
}

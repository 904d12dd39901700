import { BeltError } from "../../errors.ts";
import type { JsonObject } from "../../wire/types.ts";
import { readMessages, type StreamMessage } from "../http/stream.ts";
import { flattenBase } from "../resources/task.ts";
import type { Change, TaskState } from "../resources/task-state.ts";
import type { Fact } from "./events.ts";
import type { FollowState } from "./follow-state.ts";
import { refresh, settleNine } from "./poll.ts";

interface Position {
  lastEventId: string | undefined;
}

/** "clean": it said its last; "broken": it was cut; "silent": it has nothing (more) to say. */
type StreamEnd = "clean" | "broken" | "silent";

interface StreamRead {
  end: StreamEnd;
  /** Changes that it told. */
  news: number;
}

/** Reads the stream, opening it again when it breaks, until the task has ended or polling must take over. */
export async function* readStreams(follow: FollowState): AsyncGenerator<Fact[]> {
  const { api, state, contact } = follow;
  const position: Position = { lastEventId: undefined };
  for (let tries = 0; ; tries++) {
    const read = yield* tryStream(follow, position);
    if (state.ended || read.end === "silent") return;
    const told = contact.mustWait ? 0 : yield* refresh(follow);
    if (state.ambiguous && read.end === "clean") yield* settleNine(follow, state.finished);
    if (state.ended) return;
    if (read.news + told > 0) tries = 0;
    const delay = api.policy.reconnects[tries];
    if (delay === undefined) return;
    state.reopened();
    yield [{ type: "link", state: "retrying" }];
    await contact.pause(delay);
  }
}

/** One stream to its end, however it ends. */
async function* tryStream(follow: FollowState, position: Position): AsyncGenerator<Fact[], StreamRead> {
  const { api, state, contact, signal } = follow;
  const read: StreamRead = { end: "broken", news: 0 };
  try {
    yield* readStream(follow, position, read);
  } catch (thrown) {
    signal.throwIfAborted();
    api.trace(`stream of ${state.id}: ${thrown instanceof Error ? thrown.message : thrown}`);
    if (hasNoStream(thrown)) read.end = "silent";
    // What breaks a stream that was open says nothing of the API; whether it answers is asked next.
    else if (thrown instanceof BeltError) contact.failed(thrown);
  }
  return read;
}

async function* readStream(
  follow: FollowState,
  position: Position,
  read: StreamRead,
): AsyncGenerator<Fact[], void> {
  const { api, state, contact, signal } = follow;
  const { chunks, contentType } = await api.stream(state.id, position.lastEventId, signal);
  yield [{ type: "link", state: "open" }];
  let lastNews = api.now();
  for await (const messages of readMessages(chunks, contentType)) {
    const changes: Change[] = [];
    const end = applyMessages(follow, position, messages, changes);
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
      yield* refresh(follow);
      if (state.ended) return;
      lastNews = api.now();
    }
  }
  read.end = "clean";
}

/** Takes messages until one of them ends the stream, and collects what they change. */
function applyMessages(
  { api, state }: FollowState,
  position: Position,
  messages: StreamMessage[],
  changes: Change[],
): StreamEnd | null {
  for (const message of messages) {
    if ("eventId" in message) position.lastEventId = message.eventId ?? position.lastEventId;
    if (message.kind === "task") add(changes, advance(state, flattenBase(message.task), message.fields));
    else if (message.kind === "delta") add(changes, state.append(message.delta, message.seq));
    else if (message.kind === "noise")
      api.trace(`stream of ${state.id}: not JSON: ${message.text.slice(0, 200)}`);
    else if (message.kind === "error") api.trace(`stream of ${state.id}: ${message.message}`);
    else if (message.kind === "done") return "clean";
    // A bare 9 and nothing but heartbeats after it: only polling can tell whether that was the end.
    else if (state.ambiguous) return "silent";
    if (state.ended) return "clean";
  }
  return null;
}

/** A message about another task says nothing of this one; one without an id is about this. */
function advance(state: TaskState, task: JsonObject, fields: unknown): Change[] {
  const { id } = task;
  return typeof id === "string" && id !== "" && id !== state.id ? [] : state.advance(task, fields);
}

/** One by one: a log told at once may hold more entries than a call can take arguments. */
function add(changes: Change[], more: Change[]): void {
  for (const change of more) changes.push(change);
}

/** 404, 405 and 406 on the stream mean that there is none: poll (src/api/README.md, "Following a task"). */
function hasNoStream(thrown: unknown): boolean {
  return thrown instanceof BeltError && [404, 405, 406].includes(thrown.facts.httpStatus ?? 0);
}

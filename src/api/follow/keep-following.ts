import { BeltError } from "../../errors.ts";
import type { RetryPolicy } from "../http/retry-policy.ts";
import type { Contact } from "./contact.ts";

/** How the API is reached at the moment. */
export interface Link {
  type: "link";
  state: "open" | "retrying" | "polling";
}

/** "clean": it said its last; "broken": it was cut; "silent": it has nothing (more) to say. */
export type StreamEnd = "clean" | "broken" | "silent";

export interface StreamRead {
  end: StreamEnd;
  /** Changes that it told. */
  news: number;
}

/** What is followed to its end: a task, or an agent's answer. */
export interface Followed<F> {
  readonly policy: RetryPolicy;
  readonly contact: Contact;
  readonly signal: AbortSignal;
  readonly ended: boolean;
  trace(line: string): void;
  /** One stream until it ends, which is noted in `read`; throws when it breaks. */
  readStream(read: StreamRead): AsyncGenerator<(F | Link)[], void>;
  /** Asks once, and takes the answer; gives the number of changes. Throws when there is none. */
  refresh(): AsyncGenerator<(F | Link)[], number>;
  /** A stream has ended, and what it is about was asked for: what follows from both. */
  streamEnded(end: StreamEnd): AsyncIterable<F[]> | Iterable<F[]>;
  /** Polled once more; so many times in a row without a change. */
  polled(unchanged: number): AsyncIterable<F[]> | Iterable<F[]>;
  /** The stream is about to be opened again, and may tell its history anew. */
  reopening(): void;
}

/** Reads streams, and where they do not help polls, until it has ended. */
export async function* keepFollowing<F>(
  followed: Followed<F>,
  { stream }: { stream: boolean },
): AsyncGenerator<(F | Link)[]> {
  if (!followed.ended && stream) yield* readStreams(followed);
  if (!followed.ended) yield* poll(followed);
}

/** Reads the stream, opening it again when it breaks, until it has ended or polling must take over. */
async function* readStreams<F>(followed: Followed<F>): AsyncGenerator<(F | Link)[]> {
  const { policy, contact } = followed;
  for (let tries = 0; ; tries++) {
    const read = yield* tryStream(followed);
    if (followed.ended || read.end === "silent") return;
    const told = contact.mustWait ? 0 : yield* tryRefresh(followed);
    yield* followed.streamEnded(read.end);
    if (followed.ended) return;
    if (read.news + told > 0) tries = 0;
    const delay = policy.reconnects[tries];
    if (delay === undefined) return;
    followed.reopening();
    yield [{ type: "link", state: "retrying" }];
    await contact.pause(delay);
  }
}

/** One stream to its end, however it ends. */
async function* tryStream<F>(followed: Followed<F>): AsyncGenerator<(F | Link)[], StreamRead> {
  const { contact, signal } = followed;
  const read: StreamRead = { end: "broken", news: 0 };
  try {
    yield* followed.readStream(read);
  } catch (thrown) {
    signal.throwIfAborted();
    followed.trace(thrown instanceof Error ? thrown.message : String(thrown));
    if (hasNoStream(thrown)) read.end = "silent";
    // What breaks a stream that was open says nothing of the API; whether it answers is asked next.
    else if (thrown instanceof BeltError) contact.failed(thrown);
  }
  return read;
}

/** Asks again and again until it has ended. */
async function* poll<F>(followed: Followed<F>): AsyncGenerator<(F | Link)[]> {
  const { policy, contact } = followed;
  yield [{ type: "link", state: "polling" }];
  for (let unchanged = 0; !followed.ended; ) {
    await contact.pause(Math.min(policy.poll * 2 ** contact.failures, policy.slowestPoll));
    const changes = yield* tryRefresh(followed);
    if (contact.failures > 0) continue;
    unchanged = changes === 0 ? unchanged + 1 : 0;
    yield* followed.polled(unchanged);
  }
}

/** Asks once; gives the number of changes. A try that fails changes nothing. */
export async function* tryRefresh<F>(followed: Followed<F>): AsyncGenerator<(F | Link)[], number> {
  const { contact } = followed;
  try {
    return yield* followed.refresh();
  } catch (thrown) {
    contact.failed(thrown);
    if (contact.failures === 2) yield [{ type: "link", state: "retrying" }];
    return 0;
  }
}

/** 404, 405 and 406 on the stream mean that there is none: poll (src/api/README.md, "Following a task"). */
function hasNoStream(thrown: unknown): boolean {
  return thrown instanceof BeltError && [404, 405, 406].includes(thrown.facts.httpStatus ?? 0);
}

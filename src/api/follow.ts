import { BeltError, shellWord } from "../errors.ts";
import { isTerminal } from "../wire/status.ts";
import { isObject } from "../wire/types.ts";
import type { Api, IdentifiedTask } from "./client.ts";
import { learnFromTimings } from "./get-task.ts";
import { readMessages, type StreamMessage } from "./http/stream.ts";
import { flattenBase, type Submitted, type TaskDocument } from "./task.ts";
import { type Change, TaskState } from "./task-state.ts";

type Fact =
  | (Change & { elapsed_ms?: number })
  | { type: "link"; state: "open" | "retrying" | "polling" }
  | { type: "result"; task: TaskDocument };

/** One line of a task's life (cli.md section 5, Events). */
export type TaskEvent = { seq: number; time: string; task_id: string } & Fact;

export interface FollowOptions {
  /** What is known so far: the answer to the submit, or to `GET /tasks/:id`. */
  task: IdentifiedTask;
  submitted: Submitted | null;
  /** Told of the session the task runs in, as soon as the API gives it. */
  onSession?: (id: string) => void;
  /** False polls from the start, for those beyond the number of streams kept open at once. */
  stream?: boolean;
  /** Ends the following with its reason; the task itself goes on. */
  signal: AbortSignal;
}

/**
 * A task's life as events, by the batch that came together, ending with `result` once it is
 * terminal. A broken stream is resumed, then replaced by polling; that, too, is an event. Throws
 * when the API refuses, or when it stays out of reach (exit 6, the task may still be running).
 */
export async function* follow(api: Api, options: FollowOptions): AsyncGenerator<TaskEvent[]> {
  const start = api.now();
  let seq = 0;
  for await (const batch of facts(api, options)) {
    const now = api.now();
    const time = new Date(now).toISOString();
    yield batch.map((fact) => {
      const event = { seq: ++seq, time, task_id: options.task.id, ...fact };
      return event.type === "status" ? { ...event, elapsed_ms: now - start } : event;
    });
  }
}

/** A following under way. */
interface Watch {
  api: Api;
  state: TaskState;
  signal: AbortSignal;
  /** Routes not every server has; asked for until it turns out that this one does not. */
  hasLogs: boolean;
  hasTimings: boolean;
}

/** What is learnt, by the batch that came together: handing over each fact by itself costs more than reading it. */
async function* facts(api: Api, options: FollowOptions): AsyncGenerator<Fact[]> {
  const { task, submitted, signal, stream = true } = options;
  const state = new TaskState(task.id, api.statuses, submitted, options.onSession);
  const watch: Watch = { api, state, signal, hasLogs: true, hasTimings: true };
  yield state.merge(task);
  if (!state.ended) {
    const ended = stream && (yield* readStreams(watch));
    if (!ended) yield* poll(watch);
  }
  const whole = await api.task(state.id, signal).catch((thrown) => {
    if (signal.aborted) throw thrown;
    return null;
  });
  if (whole && !("logs" in whole)) yield* readLogs(watch);
  const { changes, document } = whole ? state.conclude(whole) : { changes: [], document: state.document() };
  yield changes;
  yield [{ type: "result", task: document }];
}

/** Reads the stream, opening it again when it breaks. True once the task ended; false when polling must take over. */
async function* readStreams(watch: Watch): AsyncGenerator<Fact[], boolean> {
  const { api, state, signal } = watch;
  const position: Position = { lastEventId: undefined };
  for (let tries = 0; ; tries++) {
    let end: StreamEnd;
    let news = 0;
    try {
      ({ end, news } = yield* readStream(watch, position));
    } catch (thrown) {
      if (signal.aborted) throw signal.reason;
      if (isRefusal(thrown)) throw withTask(thrown, state.id);
      end = hasNoStream(thrown) ? "silent" : "broken";
      api.trace(`stream of ${state.id}: ${thrown instanceof Error ? thrown.message : thrown}`);
    }
    if (state.ended) return true;
    if (end === "silent") return false;
    news += yield* refresh(watch, end);
    if (state.ended) return true;
    if (news > 0) tries = 0;
    const delay = api.pace.reconnects[tries];
    if (delay === undefined) return false;
    state.reopened();
    yield [{ type: "link", state: "retrying" }];
    await api.sleep(delay, signal);
  }
}

interface Position {
  lastEventId: string | undefined;
}

/** "clean": it said its last; "broken": it was cut; "silent": it has nothing (more) to say. */
type StreamEnd = "clean" | "broken" | "silent";

async function* readStream(
  watch: Watch,
  position: Position,
): AsyncGenerator<Fact[], { end: StreamEnd; news: number }> {
  const { api, state, signal } = watch;
  let news = 0;
  const { chunks, contentType } = await api.stream(state.id, position.lastEventId, signal);
  yield [{ type: "link", state: "open" }];
  for await (const messages of readMessages(chunks, contentType)) {
    const changes: Change[] = [];
    const end = takeAll(watch, position, messages, changes);
    news += changes.length;
    yield changes;
    if (end) return { end, news };
  }
  return { end: "clean", news };
}

/** Takes messages until one of them ends the stream, and collects what they change. */
function takeAll(
  { api, state }: Watch,
  position: Position,
  messages: StreamMessage[],
  changes: Change[],
): StreamEnd | null {
  for (const message of messages) {
    if ("eventId" in message) position.lastEventId = message.eventId ?? position.lastEventId;
    if (message.kind === "task") add(changes, state.advance(flattenBase(message.task), message.fields));
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

/** One by one: a log told at once may hold more entries than a call can take arguments. */
function add(changes: Change[], more: Change[]): void {
  for (const change of more) changes.push(change);
}

/** Asks for the task after its stream ended without saying so; gives the number of changes. */
async function* refresh(watch: Watch, end: StreamEnd): AsyncGenerator<Fact[], number> {
  const { api, state, signal } = watch;
  try {
    const changes = state.merge(await api.task(state.id, signal));
    yield changes;
    yield* readLogs(watch);
    if (state.ambiguous && end === "clean") yield* resolveNine(watch, state.finished);
    return changes.length;
  } catch (thrown) {
    if (signal.aborted || !isPassing(thrown)) throw withTask(thrown, state.id);
    return 0;
  }
}

async function* poll(watch: Watch): AsyncGenerator<Fact[]> {
  const { api, state, signal } = watch;
  yield [{ type: "link", state: "polling" }];
  let failures = 0;
  let unchanged = 0;
  while (!state.ended) {
    await api.sleep(api.pace.poll * 2 ** Math.min(failures, 4), signal);
    try {
      const changes = state.merge(await api.task(state.id, signal));
      yield changes;
      unchanged = changes.length === 0 ? unchanged + 1 : 0;
      failures = 0;
    } catch (thrown) {
      if (signal.aborted || !isPassing(thrown)) throw withTask(thrown, state.id);
      if (++failures >= api.pace.failedPolls) throw outOfReach(thrown, state.id);
      continue;
    }
    yield* readLogs(watch);
    if (state.ambiguous) yield* resolveNine(watch, unchanged >= STANDSTILL && state.finished);
  }
}

/** Polls without a change after which a finished-looking task with a bare 9 is taken for completed. */
const STANDSTILL = 3;

/** Rule 4 of api.md section 3: a bare 9 is settled by `/timings`, else by a finished task at a standstill. */
async function* resolveNine(watch: Watch, standsFinished: boolean): AsyncGenerator<Fact[]> {
  const { api, state, signal } = watch;
  const timings = watch.hasTimings ? await learnFromTimings(api, state.id, signal) : null;
  watch.hasTimings = timings !== null;
  if (timings?.word && isTerminal(timings.word)) yield state.settle(timings.word);
  else if (!timings && standsFinished) yield state.settle("completed");
  else yield state.merge({});
}

/** Log lines that came by no other way, where the server keeps them apart from the task. */
async function* readLogs(watch: Watch): AsyncGenerator<Fact[]> {
  const { api, state, signal } = watch;
  if (!watch.hasLogs) return;
  try {
    const answer = await api.logs(state.id, signal);
    if (isObject(answer)) yield state.takeLogs(answer["logs"]);
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    watch.hasLogs = isPassing(thrown);
  }
}

/** Worth another try: the network, or the API having trouble. */
function isPassing(thrown: unknown): boolean {
  return thrown instanceof BeltError && (thrown.facts.retryable ?? false);
}

/** A refusal no retry changes: no permission, for one. */
function isRefusal(thrown: unknown): boolean {
  return thrown instanceof BeltError && thrown.facts.exit === "auth";
}

/** 404, 405 and 406 on the stream mean that there is none: poll (api.md section 5). */
function hasNoStream(thrown: unknown): boolean {
  return thrown instanceof BeltError && [404, 405, 406].includes(thrown.facts.httpStatus ?? 0);
}

function withTask(thrown: unknown, taskId: string): unknown {
  return thrown instanceof BeltError ? thrown.with({ taskId }) : thrown;
}

function outOfReach(thrown: unknown, taskId: string): unknown {
  if (!(thrown instanceof BeltError)) return thrown;
  return thrown.with({
    message: `lost sight of task ${taskId}, which may still be running: ${thrown.message}`,
    hint: `belt task get ${shellWord(taskId)}`,
    exit: "unavailable",
    taskId,
  });
}

import type { Api } from "../../api/client.ts";
import { Contact, isNew, taskSubject } from "../../api/follow/contact.ts";
import type { TaskEvent } from "../../api/follow/events.ts";
import { follow } from "../../api/follow/follow.ts";
import { deadline } from "../../api/http/network-errors.ts";
import type { IdentifiedTask } from "../../api/resources/task.ts";
import { type TaskDocument, taskDocument } from "../../api/resources/task.ts";
import { asBeltError, BeltError } from "../../errors.ts";
import { type BeltCommand, belt } from "../../hint.ts";
import { formatDuration } from "../../terminal/text.ts";
import type { Context } from "../shared/context.ts";
import type { Outcome } from "../shared/for-each-id.ts";
import { explainTask } from "../shared/task-errors.ts";
import { stillRunning } from "../shared/task-result.ts";

/** Tasks whose stream is kept open; further ones are polled. */
const STREAMS = 16;

export interface Followers {
  /** What to type to follow the tasks again, but for their ids. */
  command: BeltCommand;
  /** Milliseconds; tasks that have not ended by then are outcomes with exit 8. */
  timeout?: number | undefined;
  /** Stops the following of what has not ended yet; those tasks are outcomes as they were last seen. */
  enough?: AbortSignal;
  onEvent(event: TaskEvent): void;
  /** Waits until what was told so far has been taken. */
  drained?(): Promise<void>;
  /** What becomes of a task's outcome as soon as there is one; `seq` is that of its last event. */
  onEnd(outcome: Outcome<TaskDocument>, seq: number): Outcome<TaskDocument>;
}

/** Follows tasks side by side, each to its end. Ctrl-C only ever detaches: it throws the reason to leave. */
export async function followAll(
  ctx: Context,
  ids: string[],
  followers: Followers,
): Promise<Outcome<TaskDocument>[]> {
  const { command, timeout, enough, onEnd } = followers;
  const api = await ctx.api();
  const clock = new AbortController();
  const timer = timeout !== undefined && setTimeout(() => clock.abort(OUT_OF_TIME), timeout);
  const leaving = AbortSignal.any([ctx.signal, clock.signal]);
  const following = enough ? AbortSignal.any([leaving, enough]) : leaving;
  const looking = enough ? AbortSignal.any([leaving, after(enough, LAST_LOOK)]) : leaving;
  try {
    const times = await submitTimes(ctx);
    const outcomes = await Promise.all(
      ids.map(async (id, index) => {
        const watching: Watching = {
          api,
          id,
          submittedAt: times.get(id) ?? null,
          looking,
          following,
          stream: index < STREAMS,
          seq: 0,
          seen: null,
        };
        const outcome = await toEnd(watching, followers).catch((thrown) =>
          ctx.signal.aborted
            ? { id, document: null, error: detached(ctx, command, [id]) }
            : broken(thrown, watching, followers),
        );
        return onEnd(outcome, watching.seq);
      }),
    );
    const left = outcomes.filter(({ error }) => error?.isStop).map(({ id }) => id);
    if (left.length > 0) throw detached(ctx, command, left);
    return outcomes;
  } finally {
    if (timer) clearTimeout(timer);
  }
}

/** Milliseconds for the first look at a task after it was enough. */
const LAST_LOOK = 1_000;

/** A signal that aborts a while after another, with a timeout of its own as the reason. */
function after(signal: AbortSignal, ms: number): AbortSignal {
  const controller = new AbortController();
  const begin = () =>
    deadline(ms).addEventListener("abort", () => controller.abort(unseen()), { once: true });
  if (signal.aborted) begin();
  else signal.addEventListener("abort", begin, { once: true });
  return controller.signal;
}

/** Whether it runs, or is there at all, nobody knows. */
function unheard({ name, args }: BeltCommand, id: string, waited: number): BeltError {
  return new BeltError({
    code: "not_seen",
    message: `the API told nothing of task ${id} in ${formatDuration(waited)}`,
    hint: belt(name, ...args, id),
    exit: "stillRunning",
    retryable: true,
    taskId: id,
  });
}

function unseen(): BeltError {
  return new BeltError({
    code: "not_seen",
    message: "the API had not told of it yet when it was enough",
    exit: "stillRunning",
    retryable: true,
  });
}

/** Entries of the journal in which a task is looked for that the API may not know yet. */
const RECENT = 1_000;

/** When this machine submitted its tasks, milliseconds since 1970; a wait needs no journal to go on. */
async function submitTimes({ store: { journal } }: Context): Promise<Map<string, number>> {
  const entries = await journal.newestFirst("task", RECENT).catch(() => []);
  return new Map(entries.map(({ id, time }) => [id, Date.parse(time)]));
}

interface Watching {
  api: Api;
  id: string;
  submittedAt: number | null;
  /** Ends everything; when it is enough, the first look at each task has a little longer, so that its state is known. */
  looking: AbortSignal;
  following: AbortSignal;
  stream: boolean;
  seq: number;
  /** The task as last seen. */
  seen: TaskDocument | null;
}

async function toEnd(
  watching: Watching,
  { enough, onEvent, drained }: Followers,
): Promise<Outcome<TaskDocument>> {
  const { api, id, submittedAt, following: signal, stream } = watching;
  const task = await firstLook(watching);
  let seen = taskDocument(task, api.statuses.read(task), null);
  watching.seen = seen;
  try {
    const options = { task, whole: true, submitted: null, submittedAt, signal, stream };
    for await (const batch of follow(api, options)) {
      for (const event of batch) {
        watching.seq = event.seq;
        if (event.type === "status") seen = { ...seen, status: event.status, status_code: event.status_code };
        if (event.type === "result") seen = event.task;
        watching.seen = seen;
        onEvent(event);
      }
      await drained?.();
    }
  } catch (thrown) {
    if (!enough?.aborted) throw thrown;
  }
  return { id, document: seen, error: null };
}

/** The task as it is, waited for as any later look; an id that nobody knows is told at once. */
async function firstLook({ api, id, submittedAt, looking }: Watching): Promise<IdentifiedTask> {
  const contact = new Contact(api, taskSubject(id), submittedAt, looking);
  for (;;) {
    try {
      return await api.task(id, looking, "never");
    } catch (thrown) {
      if (isUnknown(thrown) && !isNew(api, submittedAt)) throw explainTask(thrown, id);
      contact.failed(thrown);
      const { poll, slowestPoll } = api.policy;
      await contact.pause(Math.min(poll * 2 ** (contact.failures - 1), slowestPoll));
    }
  }
}

function isUnknown(thrown: unknown): boolean {
  return thrown instanceof BeltError && thrown.facts.httpStatus === 404;
}

/** A following that did not reach the end: out of time, or failed. */
function broken(
  thrown: unknown,
  { api, id, seen }: Watching,
  { command, timeout = 0 }: Followers,
): Outcome<TaskDocument> {
  const late = () => (seen ? stillRunning(id, timeout, api) : unheard(command, id, timeout));
  const error = thrown === OUT_OF_TIME ? late() : asBeltError(thrown);
  return thrown === OUT_OF_TIME && seen ? { id, document: seen, error } : { id, document: null, error };
}

const OUT_OF_TIME = Symbol("out of time");

/** Why the user left these tasks, and how to come back to them; throws where nobody is left to tell. */
function detached({ signal }: Context, command: BeltCommand, ids: string[]): BeltError {
  const { reason } = signal;
  if (!(reason instanceof BeltError)) throw reason;
  const [first] = ids;
  return reason.with({
    message: `${reason.message}; ${ids.length === 1 ? `task ${first} goes on` : "the tasks go on"}`,
    hint: belt(command.name, ...command.args, ...ids.slice(0, 20)),
    taskId: ids.length === 1 ? first : undefined,
  });
}

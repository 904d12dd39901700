import type { Api } from "../api/client.ts";
import { follow, type TaskEvent } from "../api/follow.ts";
import { type TaskDocument, taskDocument } from "../api/task.ts";
import { asBeltError, type BeltError, usageError } from "../errors.ts";
import type { View } from "../terminal/output.ts";
import { endView, eventView, logView } from "../terminal/task-views.ts";
import type { Context } from "./context.ts";
import { resolveIds } from "./references.ts";
import { conclude, type Outcome, print, requireAll } from "./several.ts";
import { requireSuccess, stillRunning } from "./verdict.ts";

/** Tasks whose stream is kept open; further ones are polled. */
const STREAMS = 16;

export interface FollowFlags {
  /** Milliseconds. */
  timeout?: number;
}

/** `belt task watch <id…>`: what happens to the tasks, as it happens, until all have ended. */
export async function watch(ctx: Context, references: string[], flags: FollowFlags): Promise<void> {
  const ids = await resolveIds(ctx, references, "task");
  const outcomes = await showAll(ctx, ids, flags, eventView(ids.length > 1));
  requireAll(outcomes.map(judged));
}

/** `belt task logs -f <id…>`: the log as it grows; how the tasks ended is not judged. */
export async function followLogs(ctx: Context, references: string[]): Promise<void> {
  const ids = await resolveIds(ctx, references, "task");
  requireAll(await showAll(ctx, ids, {}, logView(ids.length > 1)));
}

export interface WaitFlags extends FollowFlags {
  any?: boolean;
  all?: boolean;
  failFast?: boolean;
}

/** `belt task wait <id…>`: until all have ended, or with `--any` one has succeeded; prints them in the order they finish. */
export async function wait(ctx: Context, references: string[], flags: WaitFlags): Promise<void> {
  if (flags.any && flags.all) throw usageError("--any and --all exclude each other");
  const ids = await resolveIds(ctx, references, "task");
  const enough = new AbortController();
  const outcomes = await followAll(ctx, ids, flags, enough.signal, async (outcome) => {
    const { document, error } = judged(outcome);
    if (document && ids.length > 1) ctx.out.early(document, endView);
    if (error ? flags.failFast : flags.any) enough.abort(ENOUGH);
    return { ...outcome, error };
  });
  const view = ids.length > 1 ? shownAlready : endView;
  // One success is all that was asked for; how the others fared is told, not judged.
  if (flags.any && outcomes.some(({ document }) => document?.status === "completed"))
    print(ctx, outcomes, view);
  else conclude(ctx, outcomes, view);
}

/** What people have seen line by line is not printed again. */
const shownAlready: View<TaskDocument> = { text: () => "" };

/** The reason to stop waiting when nothing more is wanted. */
const ENOUGH = Symbol("enough");

function judged(outcome: Outcome<TaskDocument>): Outcome<TaskDocument> {
  try {
    if (outcome.document && !outcome.error) requireSuccess(outcome.document);
    return outcome;
  } catch (thrown) {
    return { ...outcome, error: asBeltError(thrown) };
  }
}

/** Follows the tasks side by side and prints each event; an error ends its own task's events only. */
async function showAll(
  ctx: Context,
  ids: string[],
  flags: FollowFlags,
  view: View<TaskEvent>,
): Promise<Outcome<TaskDocument>[]> {
  const show = (event: TaskEvent) => {
    if (event.type === "status")
      ctx.out.progress.busy(ids.length > 1 ? `${event.task_id} ${event.status}` : event.status);
    ctx.out.event(event, view);
  };
  const never = new AbortController().signal;
  return await followAll(
    ctx,
    ids,
    flags,
    never,
    async (outcome, seq) => {
      const time = new Date(ctx.now()).toISOString();
      const { id, error } = outcome;
      if (error)
        ctx.out.event(
          { type: "error", seq: seq + 1, time, task_id: id, error: error.document() },
          { text: () => "" },
        );
      return outcome;
    },
    show,
  );
}

/**
 * Follows each task to its end; `ended` may add to the outcome, and `enough` stops the rest,
 * which are then given as last seen. Ctrl-C only ever detaches.
 */
async function followAll(
  ctx: Context,
  ids: string[],
  { timeout }: FollowFlags,
  enough: AbortSignal,
  ended: (outcome: Outcome<TaskDocument>, seq: number) => Promise<Outcome<TaskDocument>>,
  onEvent: (event: TaskEvent) => void = () => {},
): Promise<Outcome<TaskDocument>[]> {
  const api = await ctx.api();
  const clock = new AbortController();
  const timer = timeout !== undefined && setTimeout(() => clock.abort(OUT_OF_TIME), timeout);
  const signal = AbortSignal.any([ctx.signal, enough, clock.signal]);
  try {
    return await Promise.all(
      ids.map(async (id, index) => {
        const watching: Watching = { api, id, signal, stream: index < STREAMS, seq: 0, seen: null };
        const outcome = await toEnd(watching, onEvent).catch((thrown) =>
          broken(thrown, watching, timeout ?? 0),
        );
        if (ctx.signal.aborted) throw detached(ctx, ids);
        return enough.aborted ? outcome : await ended(outcome, watching.seq);
      }),
    );
  } finally {
    if (timer) clearTimeout(timer);
  }
}

interface Watching {
  api: Api;
  id: string;
  signal: AbortSignal;
  stream: boolean;
  seq: number;
  /** The task as last seen. */
  seen: TaskDocument | null;
}

async function toEnd(
  watching: Watching,
  onEvent: (event: TaskEvent) => void,
): Promise<Outcome<TaskDocument>> {
  const { api, id, signal, stream } = watching;
  const task = await api.task(id, signal);
  watching.seen = taskDocument(task, api.statuses.read(task), null);
  for await (const event of follow(api, { task, submitted: null, signal, stream })) {
    watching.seq = event.seq;
    if (event.type === "status")
      watching.seen = { ...watching.seen, status: event.status, status_code: event.status_code };
    if (event.type === "result") watching.seen = event.task;
    onEvent(event);
  }
  return { id, document: watching.seen, error: null };
}

/** A following that did not reach the end: stopped because it was enough, or out of time, or failed. */
function broken(thrown: unknown, { api, id, seen }: Watching, timeout: number): Outcome<TaskDocument> {
  if (thrown === ENOUGH) return { id, document: seen, error: null };
  if (thrown === OUT_OF_TIME) return { id, document: seen, error: stillRunning(id, timeout, api) };
  return { id, document: null, error: asBeltError(thrown) };
}

const OUT_OF_TIME = Symbol("out of time");

function detached(ctx: Context, ids: string[]): BeltError {
  const reason = asBeltError(ctx.signal.reason);
  const [first = ""] = ids;
  return reason.with(
    ids.length === 1
      ? {
          message: `${reason.message}; task ${first} goes on`,
          hint: `belt task watch ${first}`,
          taskId: first,
        }
      : {
          message: `${reason.message}; the tasks go on`,
          hint: `belt task wait ${ids.slice(0, 20).join(" ")}`,
        },
  );
}

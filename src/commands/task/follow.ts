import type { TaskEvent } from "../../api/follow/events.ts";
import type { TaskDocument } from "../../api/resources/task.ts";
import { asBeltError, type BeltError, usageError } from "../../errors.ts";
import { type BeltCommand, belt } from "../../hint.ts";
import type { View } from "../../terminal/output.ts";
import { endView, eventView, logView } from "../../views/task-views.ts";
import { isTerminal } from "../../wire/status.ts";
import type { Context } from "../shared/context.ts";
import { type Outcome, print, printResults, requireAll } from "../shared/for-each-id.ts";
import { GrowingOutput } from "../shared/growing-output.ts";
import { resolveIds } from "../shared/ids.ts";
import { requireSuccess } from "../shared/task-result.ts";
import { followAll } from "./follow-many.ts";

export interface FollowFlags {
  /** Milliseconds. */
  timeout?: number;
}

/** `belt task watch <id…>`: what happens to the tasks, as it happens, until all have ended. */
export async function watch(ctx: Context, references: string[], { timeout }: FollowFlags): Promise<void> {
  ctx.out.refuseField("task watch");
  const { ids, asArray } = await resolveIds(ctx, references, "task");
  const growing = asArray ? null : GrowingOutput.on(ctx);
  const outcomes = await showAll(ctx, belt("task watch"), ids, timeout, eventView(asArray), growing);
  requireAll(outcomes.map(judged));
}

/** `belt task logs -f <id…>`: the log as it grows; how the tasks ended is not judged. */
export async function followLogs(ctx: Context, references: string[]): Promise<void> {
  ctx.out.refuseField("task logs -f");
  const { ids, asArray } = await resolveIds(ctx, references, "task");
  requireAll(await showAll(ctx, belt("task logs", "-f"), ids, undefined, logView(asArray)));
}

/** Follows the tasks side by side and prints each event; an error ends its own task's events only. */
async function showAll(
  ctx: Context,
  command: BeltCommand,
  ids: string[],
  timeout: number | undefined,
  view: View<TaskEvent>,
  growing: GrowingOutput | null = null,
): Promise<Outcome<TaskDocument>[]> {
  return await followAll(ctx, ids, {
    command,
    timeout,
    drained: () => ctx.out.drained(),
    onEvent(event) {
      if (event.type === "output") growing?.take(event.output);
      if (event.type === "status" && !growing?.isShown)
        ctx.out.progress.busy(ids.length > 1 ? `${event.task_id} ${event.status}` : event.status);
      if (event.type === "status" && isTerminal(event.status)) growing?.pause();
      if (event.type === "result") growing?.end(event.task);
      const shown =
        event.type === "result" && growing ? { ...event, task: growing.unseen(event.task) } : event;
      ctx.out.event(shown, view);
    },
    onEnd(outcome, seq) {
      growing?.end(null);
      const { id, error } = outcome;
      const time = new Date(ctx.now()).toISOString();
      if (error)
        ctx.out.event(
          { type: "error", seq: seq + 1, time, task_id: id, error: ctx.out.document(error) },
          unseen,
        );
      return outcome;
    },
  });
}

/** People get it some other way. */
const unseen: View<unknown> = { text: () => "" };

export interface WaitFlags extends FollowFlags {
  any?: boolean;
  all?: boolean;
  failFast?: boolean;
}

/** `belt task wait <id…>`: until all have ended, or with `--any` one has succeeded; prints them in the order they finish. */
export async function wait(
  ctx: Context,
  references: string[],
  { any, all, failFast, timeout }: WaitFlags,
): Promise<void> {
  if (any && all) throw usageError("--any and --all exclude each other");
  const { ids, asArray } = await resolveIds(ctx, references, "task");
  const enough = new AbortController();
  let ended: BeltError | null = null;
  const left = new Set(ids);
  const outcomes = await followAll(ctx, ids, {
    command: belt("task wait"),
    timeout,
    enough: enough.signal,
    onEvent(event) {
      if (event.type !== "status") return;
      if (asArray) ctx.out.progress.busy(`waiting for ${left.size} of ${ids.length} tasks`);
      else ctx.out.progress.phase(event.task_id, event.status, isTerminal(event.status));
    },
    onEnd(reached) {
      const outcome = judged(reached);
      left.delete(outcome.id);
      const { document, error } = outcome;
      if (asArray && document && (error || isTerminal(document.status))) ctx.out.partial(document, endView);
      if (enough.signal.aborted) return outcome;
      if (error ? failFast : any && succeeded(outcome)) {
        ended = error;
        enough.abort();
      }
      return outcome;
    },
  });
  const view = asArray ? unseen : endView;
  // One success is all that was asked for; how the others fared is told, not judged.
  if (any && outcomes.some(succeeded)) print(ctx, outcomes, asArray, view);
  else if (ended) {
    print(ctx, outcomes, asArray, view);
    throw ended;
  } else printResults(ctx, outcomes, asArray, view);
}

function succeeded({ document }: Outcome<TaskDocument>): boolean {
  return document?.status === "completed";
}

/** The outcome with the error that a task's end means for the exit code; one that has not ended is not judged. */
function judged(outcome: Outcome<TaskDocument>): Outcome<TaskDocument> {
  const { document, error } = outcome;
  if (!document || error || !isTerminal(document.status)) return outcome;
  try {
    requireSuccess(document);
    return outcome;
  } catch (thrown) {
    return { ...outcome, error: asBeltError(thrown) };
  }
}

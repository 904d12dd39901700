import type { Api } from "../../api/client.ts";
import type { TaskEvent } from "../../api/follow/events.ts";
import { type FollowOptions, follow } from "../../api/follow/follow.ts";
import type { TaskDocument } from "../../api/resources/task.ts";
import { asBeltError, type BeltError } from "../../errors.ts";
import { belt } from "../../hint.ts";
import { isTerminal } from "../../wire/status.ts";
import type { Context } from "../shared/context.ts";
import type { GrowingOutput } from "../shared/growing-output.ts";
import { stillRunning } from "../shared/task-result.ts";
import type { Clock } from "./clock.ts";
import type { EventsFile } from "./events-file.ts";
import { cancel, detach, type RunResult } from "./interrupt.ts";
import { noteSession, type Submission, setForceQuit, submittedOf } from "./submit.ts";

export interface Waiting {
  /** The task goes on when it has run out. */
  clock: Clock;
  onInterrupt: "cancel" | "detach";
  events: EventsFile | null;
  /** Shows a text of the output while it grows. */
  growing?: GrowingOutput | null;
}

/**
 * Follows a submitted task to its end, or until the user or the clock has had enough. Never
 * throws: what goes wrong once a task runs is told with it, as exit 8 or how the user ended it.
 */
export async function waitForTask(
  ctx: Context,
  api: Api,
  submission: Submission,
  waiting: Waiting,
): Promise<RunResult> {
  const { clock, onInterrupt, events } = waiting;
  const { id } = submission.task;
  const signal = AbortSignal.any([ctx.signal, clock.signal]);
  try {
    const task = await show(ctx, api, submission, signal, waiting);
    setForceQuit(ctx, api, id, `has ended: ${task.status}`);
    return { task, error: null };
  } catch (thrown) {
    const result = ctx.signal.aborted
      ? await interrupt(ctx, api, submission, onInterrupt)
      : {
          task: null,
          error: clock.signal.aborted ? outOfTime(id, clock, api) : lostWhileWaiting(thrown, id),
        };
    submission.session ??= result.task?.session_id ?? null;
    events?.end(id, result);
    const { status } = result.task ?? {};
    if (status && isTerminal(status)) setForceQuit(ctx, api, id, `has ended: ${status}`);
    return result;
  } finally {
    await events?.close();
  }
}

async function interrupt(
  ctx: Context,
  api: Api,
  { task, request }: Submission,
  how: "cancel" | "detach",
): Promise<RunResult> {
  return how === "detach" ? detach(ctx, task.id) : await cancel(ctx, api, task.id, submittedOf(request));
}

/** Running again would be a second task, whatever ended the wait. */
function outOfTime(taskId: string, { timeout }: Clock, api: Api): BeltError {
  return stillRunning(taskId, timeout, api).with({ retryable: false });
}

/** Being refused is losing contact, too: the task was taken on (src/cli/README.md, "Lost connections"). */
function lostWhileWaiting(thrown: unknown, taskId: string): BeltError {
  const error = asBeltError(thrown);
  return error.with({
    exit: "stillRunning",
    retryable: false,
    hint: error.facts.taskId ? error.facts.hint : belt("task get", taskId),
    taskId,
  });
}

/** Turns a task's events into progress, and into lines of `--events`; gives the task as it ended. */
async function show(
  ctx: Context,
  api: Api,
  submission: Submission,
  signal: AbortSignal,
  { events, growing }: Waiting,
): Promise<TaskDocument> {
  const { task, request, at } = submission;
  const noted: Promise<void>[] = [];
  const onSession = (id: string) => void noted.push(noteSession(ctx, api, submission, id));
  const options = { task, submitted: submittedOf(request), submittedAt: at, signal, onSession };
  const onEvent = (event: TaskEvent) => {
    events?.event(event);
    if (event.type === "output") growing?.take(event.output);
    if (event.type === "status" && !growing?.isShown)
      ctx.out.progress.phase(event.task_id, event.status, isTerminal(event.status));
    if (event.type === "log") ctx.out.progress.detail(event.text);
    if (event.type === "link" && event.state !== "open") ctx.out.trace(`${event.task_id}: ${event.state}`);
  };
  const drained = async () => await events?.drained();
  return await followToEnd(api, options, { onEvent, drained }).finally(() => Promise.all(noted));
}

interface Listener {
  onEvent(event: TaskEvent): void;
  /** Waits until what was told so far has been taken. */
  drained?(): Promise<void>;
}

/** The task as it ended. Throws a BeltError that says that it may still be running, or the reason of the signal. */
export async function followToEnd(
  api: Api,
  options: FollowOptions,
  { onEvent, drained }: Listener,
): Promise<TaskDocument> {
  for await (const batch of follow(api, options)) {
    for (const event of batch) {
      onEvent(event);
      if (event.type === "result") return event.task;
    }
    await drained?.();
  }
  throw new Error("following ended without a result");
}

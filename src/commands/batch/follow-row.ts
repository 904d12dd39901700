import type { IdentifiedTask, Submitted, TaskDocument } from "../../api/resources/task.ts";
import { BeltError } from "../../errors.ts";
import { isTerminal } from "../../wire/status.ts";
import { cancel } from "../run/interrupt.ts";
import { type Submission, submittedOf } from "../run/submit.ts";
import { followToEnd } from "../run/wait.ts";
import { type BatchRun, type Job, reopen, writeResult } from "./batch-run.ts";
import { lackOfCapacity } from "./capacity.ts";
import { clean, cleanTask } from "./clean.ts";
import type { PlannedRow } from "./plan.ts";
import { saveRow } from "./save-row.ts";
import { type Outcome, slowDown, tryAgain } from "./try-again.ts";
import { keepVersionRan } from "./version-ran.ts";

interface Following {
  task: IdentifiedTask;
  submitted: Submitted | null;
  submittedAt: number | null;
}

/** Follows a task that was just submitted to its end, and writes down how it ended. */
export async function followRow(
  run: BatchRun,
  job: Job,
  round: number,
  { task, request, at }: Submission,
): Promise<Outcome> {
  await keepVersionRan(run, job, task);
  return await follow(run, job, round, { task, submitted: submittedOf(request), submittedAt: at });
}

/** The same for a task that an earlier command has left. */
export async function followEarlier(run: BatchRun, job: Job): Promise<Outcome> {
  const { open, line } = run.book.row(job.planned.key)!;
  const id = open?.taskId ?? line!.taskId!;
  return await follow(run, job, run.pace.round, { task: { id }, submitted: null, submittedAt: null });
}

async function follow(run: BatchRun, job: Job, round: number, following: Following): Promise<Outcome> {
  let ended: TaskDocument;
  try {
    ended = await run.streams.use((stream) =>
      followToEnd(run.api, { ...following, signal: run.ending, stream }, { onEvent() {} }),
    );
  } catch (thrown) {
    return await broken(run, job, round, following, thrown);
  }
  return await end(run, job, round, ended);
}

/** The following was given up, or broken off: the task may still run, unless it is known not to. */
async function broken(
  run: BatchRun,
  job: Job,
  round: number,
  { task, submitted }: Following,
  thrown: unknown,
): Promise<Outcome> {
  const { planned } = job;
  if (run.ctx.signal.aborted) return await leave(run, job, round, task.id, submitted);
  if (run.deadline.aborted) return "over";
  const error = await clean(run, job, thrown);
  const { httpStatus } = error.facts;
  if (httpStatus === 404) return await gone(run, planned, task.id);
  run.settled.add(planned.key);
  if (httpStatus === 401 || httpStatus === 403) run.stop.request(error);
  else run.note(`row ${planned.row}: ${error.message}`);
  return "over";
}

/** The user leaves: the task is cancelled, and counts as not run, or is left to be followed by the next command. */
async function leave(
  run: BatchRun,
  job: Job,
  round: number,
  taskId: string,
  submitted: Submitted | null,
): Promise<Outcome> {
  const { key } = job.planned;
  const open = run.book.open(key);
  const isStopped = run.ctx.signal.reason instanceof BeltError;
  if (run.options.onInterrupt === "detach" || !isStopped || !open) return "over";
  await run.book.record({ type: "cancel", key, attempt: open.number });
  const { task } = await cancel(run.ctx, run.api, taskId, submitted ?? { app: null, input: null });
  return task && isTerminal(task.status) ? await end(run, job, round, task) : "over";
}

/** The API does not know the task any more. A server that ended with its command took its tasks with it. */
async function gone(run: BatchRun, planned: PlannedRow, taskId: string): Promise<Outcome> {
  const { again } = run.options;
  const row = run.book.row(planned.key)!;
  const error = `task ${taskId} is not known to the API`;
  if (row.open && (!run.api.outlivesCommand || again === "in-doubt" || again === "all"))
    reopen(run, planned, error);
  else if (row.open && row.line?.status !== "unknown")
    await writeResult(run, planned, { status: "unknown", error, task_id: taskId });
  else {
    run.settled.add(planned.key);
    if (!row.open) run.repeated.count("nothing can be saved, for the API does not know the task any more");
  }
  return "over";
}

async function end(run: BatchRun, job: Job, round: number, ended: TaskDocument): Promise<Outcome> {
  job.release();
  await keepVersionRan(run, job, ended);
  const { planned } = job;
  const task = await cleanTask(run, job, ended);
  if (task.status === "completed") return await keep(run, job, round, ended, task);
  if (task.status === "cancelled" && run.book.open(planned.key)?.cancelled) {
    reopen(run, planned, "cancelled as the user left");
    return "over";
  }
  const reason = task.status === "failed" ? lackOfCapacity(task.error) : null;
  if (reason !== null) {
    slowDown(run, round, `task ${task.id} failed for lack of room (${reason}): ${task.error}`);
    if (job.tries < run.options.retries) reopen(run, planned, task.error ?? reason);
    // Its turn among those that are submitted comes yet.
    if (job.follows) return "over";
    return await tryAgain(run, job, task.error ?? reason, task.id);
  }
  run.pace.wentWell(round);
  const { id: task_id, output, error } = task;
  const told = task.status === "cancelled" ? WAS_CANCELLED : FAILED;
  await writeResult(run, planned, { ...told, task_id, output, ...(error !== null && { error }) });
  return "over";
}

const FAILED = { status: "failed", error: "the app gave no reason" } as const;
const WAS_CANCELLED = { status: "cancelled", error: "the task was cancelled" } as const;

/** Saves what came out, then writes the line. */
async function keep(
  run: BatchRun,
  job: Job,
  round: number,
  ended: TaskDocument,
  { id: task_id, output }: TaskDocument,
): Promise<Outcome> {
  run.pace.wentWell(round);
  const { saved, error } = await saveRow(run, job, ended);
  const message = error && (await clean(run, job, error)).message;
  await writeResult(run, job.planned, { status: "completed", task_id, output, error: message, saved });
  return "over";
}

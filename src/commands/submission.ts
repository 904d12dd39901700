import type { Api, IdentifiedTask } from "../api/client.ts";
import { follow } from "../api/follow.ts";
import { type Submitted, type TaskDocument, taskDocument } from "../api/task.ts";
import { asBeltError, shellWord } from "../errors.ts";
import type { JournalEntry } from "../store/journal.ts";
import { isTerminal } from "../wire/status.ts";
import type { RunRequest } from "../wire/types.ts";
import type { Context, LastWords } from "./context.ts";
import type { EventLog } from "./event-log.ts";
import { cancel, detach, type Ending } from "./leave.ts";
import { explainSession } from "./session-errors.ts";
import { stillRunning } from "./verdict.ts";

/** A run that the API has taken on. */
export interface Submission {
  task: IdentifiedTask;
  request: RunRequest;
  /** When it was sent, in milliseconds since 1970. */
  at: number;
  /** The session it runs in, once the API has told. */
  session: string | null;
}

/** Submits, and makes the id safe before anything else is done with it. */
export async function submit(ctx: Context, api: Api, request: RunRequest): Promise<Submission> {
  ctx.signal.throwIfAborted();
  const at = ctx.now();
  ctx.out.progress.busy(`submitting ${request.app}`);
  const reassure = () => ctx.out.note("waiting for the answer to the submit; Ctrl-C again leaves at once");
  ctx.signal.addEventListener("abort", reassure, { once: true });
  if (api.outlivesCommand) ctx.lastWords(UNANSWERED);
  const task = await api.submit(request).catch(async (thrown) => {
    ctx.lastWords(null);
    throw await explainRefusal(ctx, thrown, api, request);
  });
  ctx.signal.removeEventListener("abort", reassure);
  lastWords(ctx, api, task.id, "may still be running");
  await remember(ctx, api, { type: "task", id: task.id, app: request.app, time: new Date(at).toISOString() });
  ctx.out.note(`task ${task.id}`, task.id);
  const submission: Submission = { task, request, at, session: null };
  const { session_id } = task;
  if (typeof session_id === "string" && session_id !== "")
    await noteSession(ctx, api, submission, session_id);
  return submission;
}

const UNANSWERED: LastWords = {
  message: "the submit was not answered yet, so the run may have started",
  hint: "belt task list",
};

/** A server inside this process takes its tasks with it. */
function lastWords(ctx: Context, api: Api, taskId: string, state: string): void {
  if (!api.outlivesCommand) return;
  ctx.lastWords({ message: `task ${taskId} ${state}`, hint: `belt task get ${shellWord(taskId)}`, taskId });
}

/** Writes down what was submitted; a full disk must not cost the run. */
async function remember(ctx: Context, api: Api, entry: Omit<JournalEntry, "api">): Promise<void> {
  await ctx.journal.append({ ...entry, api: api.name }).catch((error: Error) => {
    ctx.out.warn(`could not note ${entry.type} ${entry.id}: ${error.message}`);
  });
}

async function explainRefusal(
  ctx: Context,
  thrown: unknown,
  api: Api,
  request: RunRequest,
): Promise<unknown> {
  if (request.session && request.session !== "new")
    return await explainSession(thrown, api, request.session, request.app);
  const { explainUnknownApp } = await import("./unknown-app.ts");
  return await explainUnknownApp(ctx, api, request.app, thrown);
}

/** The task as the API answered the submit. */
export function submittedDocument(api: Api, { task, request }: Submission): TaskDocument {
  return taskDocument(task, api.statuses.read(task), submittedOf(request));
}

function submittedOf({ app, input }: RunRequest): Submitted {
  return { app, input };
}

export interface Following {
  /** Milliseconds; the task goes on when they are over. */
  timeout?: number | undefined;
  onInterrupt: "cancel" | "detach";
  events: EventLog | null;
}

/** Follows the task to its end, or until the user or the clock has had enough. */
export async function followToEnd(
  ctx: Context,
  api: Api,
  submission: Submission,
  { timeout = 0, onInterrupt, events }: Following,
): Promise<Ending> {
  const { id } = submission.task;
  const clock = new AbortController();
  const timer = timeout > 0 && setTimeout(() => clock.abort(stillRunning(id, timeout, api)), timeout);
  const signal = AbortSignal.any([ctx.signal, clock.signal]);
  try {
    const task = await show(ctx, api, submission, signal, events);
    lastWords(ctx, api, id, `has ended: ${task.status}`);
    return { task, error: null };
  } catch (thrown) {
    const ending = await breakOff(ctx, api, submission, onInterrupt, thrown);
    submission.session ??= ending.task?.session_id ?? null;
    events?.end(id, ending);
    const { status } = ending.task ?? {};
    if (status && isTerminal(status)) lastWords(ctx, api, id, `has ended: ${status}`);
    return ending;
  } finally {
    if (timer) clearTimeout(timer);
    await events?.close();
  }
}

async function breakOff(
  ctx: Context,
  api: Api,
  { task, request }: Submission,
  how: "cancel" | "detach",
  thrown: unknown,
): Promise<Ending> {
  if (!ctx.signal.aborted) return { task: null, error: asBeltError(thrown) };
  return how === "detach" ? detach(ctx, task.id) : await cancel(ctx, api, task.id, submittedOf(request));
}

/** Turns a task's events into progress, and into lines of `--events`; gives the task as it ended. */
async function show(
  ctx: Context,
  api: Api,
  submission: Submission,
  signal: AbortSignal,
  events: EventLog | null,
): Promise<TaskDocument> {
  const { task, request } = submission;
  const noted: Promise<void>[] = [];
  const onSession = (id: string) => void noted.push(noteSession(ctx, api, submission, id));
  try {
    for await (const batch of follow(api, { task, submitted: submittedOf(request), signal, onSession })) {
      for (const event of batch) {
        events?.event(event);
        if (event.type === "status") ctx.out.progress.phase(event.task_id, event.status);
        if (event.type === "log") ctx.out.progress.detail(event.text);
        if (event.type === "link" && event.state !== "open")
          ctx.out.trace(`${event.task_id}: ${event.state}`);
        if (event.type === "result") return event.task;
      }
      await events?.drained();
    }
  } finally {
    await Promise.all(noted);
  }
  throw new Error("following ended without a result");
}

/** A session's id is shown and written down as soon as the API gives it. */
async function noteSession(ctx: Context, api: Api, submission: Submission, id: string): Promise<void> {
  if (submission.session === id) return;
  submission.session = id;
  if (submission.request.session !== "new") return;
  ctx.out.note(`session ${id}`, submission.task.id);
  await remember(ctx, api, {
    type: "session",
    id,
    app: submission.request.app,
    time: new Date(ctx.now()).toISOString(),
  });
}

import type { Api, SubmitOptions } from "../../api/client.ts";
import type { IdentifiedTask } from "../../api/resources/task.ts";
import { type Submitted, type TaskDocument, taskDocument } from "../../api/resources/task.ts";
import { asBeltError, BeltError } from "../../errors.ts";
import { belt } from "../../hint.ts";
import type { JournalEntry } from "../../store/journal.ts";
import type { RunRequest } from "../../wire/types.ts";
import type { Context, ForceQuit, RunContext } from "../shared/context.ts";
import { explainSession, isSessionError } from "../shared/session-errors.ts";

/** A run that the API has taken on. */
export interface Submission {
  task: IdentifiedTask;
  request: RunRequest;
  /** When it was sent, in milliseconds since 1970. */
  at: number;
  /** The session it runs in, once the API has told. */
  session: string | null;
}

export interface Submitting extends SubmitOptions {
  /** What submits it as one of many. */
  by?: "batch";
  /** Called with the id as soon as there is one, before the journal has it. */
  onTask?(id: string): void;
}

/** Submits once, and makes the id safe before anything else is done with it. Throws what the API or the network said. */
export async function submitOnce(
  ctx: RunContext,
  api: Api,
  request: RunRequest,
  { by, onTask, ...options }: Submitting,
): Promise<Submission> {
  ctx.signal.throwIfAborted();
  const at = ctx.now();
  const task = await api.submit(request, options);
  onTask?.(task.id);
  const time = new Date(at).toISOString();
  const entry = { type: "task", id: task.id, app: request.app, time, ...(by && { by }) } as const;
  const remembered = remember(ctx, api, entry);
  // What submits many has written it down by itself.
  if (!by) await remembered;
  return { task, request, at, session: null };
}

interface OneSubmit {
  deadline: AbortSignal;
  /** False where nothing follows, and the answer itself tells the id. */
  isFollowed: boolean;
}

/**
 * The same for a run that somebody waits for, told as it goes. `deadline` bounds the submit and
 * its retries. Throws exit 11 when the answer was lost; after Ctrl-C, how the user ended it, with
 * what became of the run.
 */
export async function submit(
  ctx: Context,
  api: Api,
  request: RunRequest,
  { deadline, isFollowed }: OneSubmit,
): Promise<Submission> {
  ctx.out.progress.busy(`submitting ${request.app}`);
  const submission = await submitOnce(ctx, api, request, {
    uninterruptible: () => whileUnanswered(ctx, api),
    deadline,
    onTask: (id) => setForceQuit(ctx, api, id, "may still be running"),
  }).catch(async (thrown) => {
    if (ctx.signal.aborted) throw notSubmitted(ctx.signal.reason, thrown);
    throw await explainRefusal(ctx, thrown, api, request);
  });
  const { task } = submission;
  if (isFollowed || ctx.signal.aborted) ctx.out.note(`task ${task.id}`, task.id);
  const { session_id } = task;
  if (typeof session_id === "string" && session_id !== "")
    await noteSession(ctx, api, submission, session_id);
  return submission;
}

/** While a try has no answer, Ctrl-C waits for it, and a second one says what is left behind. */
export function whileUnanswered(ctx: Context, api: Api, what = "submit", left = UNANSWERED): () => void {
  const reassure = () => ctx.out.note(`waiting for the answer to the ${what}; Ctrl-C again leaves at once`);
  ctx.signal.addEventListener("abort", reassure, { once: true });
  if (api.outlivesCommand) ctx.signals.onForceQuit(left);
  return () => {
    ctx.signal.removeEventListener("abort", reassure);
    ctx.signals.onForceQuit(null);
  };
}

const UNANSWERED: ForceQuit = {
  message: "the submit was not answered yet, so the run may have started",
  hint: belt("task list"),
};

/** Why the user left, and that no task came of the submit, or that none is known of. */
function notSubmitted(reason: unknown, thrown: unknown): unknown {
  if (!(reason instanceof BeltError) || thrown === reason) return reason;
  const error = asBeltError(thrown);
  return error.facts.exit === "inDoubt"
    ? reason.with({
        message: `${reason.message}; the submit got no answer, so the run may have started: ${error.message}`,
        hint: UNANSWERED.hint,
      })
    : reason.with({ message: `${reason.message}; nothing was started: ${error.message}` });
}

/** What a second signal leaves behind; a server inside this process takes its tasks with it. */
export function setForceQuit(ctx: Context, api: Api, taskId: string, state: string): void {
  if (!api.outlivesCommand) return;
  ctx.signals.onForceQuit({ message: `task ${taskId} ${state}`, hint: belt("task get", taskId), taskId });
}

/** Writes down what was submitted; a full disk must not cost the run. */
export async function remember(ctx: RunContext, api: Api, entry: Omit<JournalEntry, "api">): Promise<void> {
  await ctx.store.journal.append({ ...entry, api: api.name }).catch((error: Error) => {
    // Of many it is told once.
    const what = entry.by ? "its task" : `${entry.type} ${entry.id}`;
    ctx.out.warn(`could not note ${what}: ${error.message}`);
  });
}

async function explainRefusal(
  ctx: Context,
  thrown: unknown,
  api: Api,
  { app, session }: RunRequest,
): Promise<unknown> {
  if (!(thrown instanceof BeltError)) return thrown;
  if (session && session !== "new" && isSessionError(thrown))
    return await explainSession(thrown, api, session, app);
  const { httpStatus, code } = thrown.facts;
  if (code === "unexpected_reply") return thrown;
  // Of what cannot be loaded it is not known what it takes.
  if (code === "invalid_app")
    return thrown.with({ hint: [belt("help", "app-format"), " tells how apps are written"] });
  if (httpStatus === 400 || httpStatus === 422)
    return thrown.with({ hint: [belt("run", app, "--help-app"), " shows what it takes"] });
  const { explainUnknownApp } = await import("./unknown-app.ts");
  return await explainUnknownApp(ctx, api, app, thrown);
}

/** The task as the API answered the submit. */
export function submittedDocument(api: Api, { task, request }: Submission): TaskDocument {
  return taskDocument(task, api.statuses.read(task), submittedOf(request));
}

export function submittedOf({ app, input }: RunRequest): Submitted {
  return { app, input };
}

/** A session's id is shown and written down as soon as the API gives it. */
export async function noteSession(ctx: Context, api: Api, submission: Submission, id: string): Promise<void> {
  if (submission.session === id) return;
  submission.session = id;
  if (submission.request.session !== "new") return;
  ctx.out.note(`session ${id}`, submission.task.id);
  const time = new Date(ctx.now()).toISOString();
  await remember(ctx, api, { type: "session", id, app: submission.request.app, time });
}

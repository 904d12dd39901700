import type { Api } from "../../api/client.ts";
import { deadline } from "../../api/http/network-errors.ts";
import { asBeltError, BeltError, usageError } from "../../errors.ts";
import { belt } from "../../hint.ts";
import type { Style } from "../../terminal/output.ts";
import { formatSeconds } from "../../terminal/text.ts";
import { dryRunView, outputPageView, submittedView } from "../../views/run-views.ts";
import { summaryView } from "../../views/time-bar.ts";
import type { Context } from "../shared/context.ts";
import { requireSuccess } from "../shared/task-result.ts";
import { type Budget, budgetOf, type CostFlags } from "./budget.ts";
import { type Clock, createClock } from "./clock.ts";
import { requireFolder, type Saving, saveOutput } from "./download.ts";
import { EventsFile } from "./events-file.ts";
import type { RunResult } from "./interrupt.ts";
import { type ParsedRun, parseRun, type RequestFlags } from "./parse-run.ts";
import { previewRun } from "./prepare.ts";
import { previews } from "./preview.ts";
import { type Started, startRun } from "./start.ts";
import { type Submission, submittedDocument } from "./submit.ts";
import { waitForTask } from "./wait.ts";

export interface RunFlags extends RequestFlags, CostFlags {
  wait: boolean;
  /** Milliseconds. */
  timeout?: number;
  onInterrupt: "cancel" | "detach";
  events?: string;
  dryRun?: boolean;
  /** Folder for the files of the output. */
  save?: string;
  preview: "auto" | "never";
}

/** `belt run`: submit, follow to the end, print the output (src/cli/README.md, "Running an app"). */
export async function run(ctx: Context, app: string, flags: RunFlags): Promise<void> {
  if (!flags.wait && flags.events !== undefined)
    throw usageError("--events has nothing to tell with --no-wait");
  if (flags.save !== undefined && !flags.wait)
    throw usageError("--save waits for the output, and --no-wait does not");
  const budget = budgetOf(ctx, flags);
  if (flags.save !== undefined) await requireFolder(ctx, flags.save);
  const parsed = await parseRun(ctx, app, flags);
  if (flags.dryRun) return await dryRun(ctx, parsed, budget);
  const clock = createClock(flags.timeout);
  try {
    await submitAndWait(ctx, parsed, budget, flags, clock);
  } finally {
    clock.stop();
  }
}

/** What the budget would refuse is refused here, too, once it has been shown. */
async function dryRun(ctx: Context, parsed: ParsedRun, budget: Budget): Promise<void> {
  const { shown, refuse } = await previewRun(ctx, parsed, budget);
  ctx.out.result(shown, dryRunView);
  refuse();
}

async function submitAndWait(
  ctx: Context,
  parsed: ParsedRun,
  budget: Budget,
  flags: RunFlags,
  clock: Clock,
): Promise<void> {
  const api = await ctx.api();
  requireLastingServer(api, parsed.fields, flags);
  if (ctx.questions.ask === null) clock.start();
  const events = flags.events === undefined ? null : await EventsFile.open(ctx, flags.events, clock.signal);
  const started = await startRun(ctx, api, parsed, budget, clock);
  const { submission } = started;
  try {
    if (flags.wait || ctx.signal.aborted) await finish(ctx, api, started, flags, clock, events);
    else {
      ctx.out.result(submittedDocument(api, submission), submittedView);
      if (submission.session !== null) noteSession(ctx, submission.request.app, submission.session, null);
    }
    await ctx.out.written();
  } catch (thrown) {
    throw onceSubmitted(thrown, submission.task.id);
  }
}

/** Waits for the end, and tells it. */
async function finish(
  ctx: Context,
  api: Api,
  { submission, estimate }: Started,
  { onInterrupt, save, preview }: RunFlags,
  clock: Clock,
  events: EventsFile | null,
): Promise<void> {
  const result = await waitForTask(ctx, api, submission, { clock, onInterrupt, events });
  clock.stop();
  const ended = ctx.now();
  const saving = await saveWanted(ctx, api, result, save);
  const task = saving?.task ?? result.task;
  let printed: unknown = null;
  if (task) {
    const pictures = async ({ width }: Style) =>
      preview === "never" ? [] : await previews(ctx, api, task, width);
    printed = await ctx.out.resultWithDetails(task, pictures, outputPageView).catch((thrown) => thrown);
  }
  if (!isLost(result)) await noteSessionLeft(ctx, api, submission);
  // The task's own verdict outweighs files that were not saved, and those a field that is not there.
  requireGoodEnd(result);
  if (saving?.error) throw saving.error;
  if (printed) throw printed;
  const summary = { id: submission.task.id, ms: ended - submission.at, estimate };
  const timings = () => api.timings(summary.id, deadline(NOTE_PATIENCE)).catch(() => null);
  await ctx.out.summary(summary, timings, summaryView);
}

/**
 * What went wrong once the run was taken on: whatever it is, another run would be another task
 * (src/cli/README.md, "Lost connections"), so it is partly done, unless the task itself or a
 * signal has said more.
 */
function onceSubmitted(thrown: unknown, taskId: string): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const error = asBeltError(thrown);
  const exit = ONCE_SUBMITTED.has(error.exitCode) ? error.facts.exit : "partial";
  return error.with({ exit, retryable: false, taskId });
}

const ONCE_SUBMITTED = new Set([3, 5, 8, 9, 10, 11, 129, 130, 143]);

function requireGoodEnd({ task, error }: RunResult): void {
  if (error) throw error;
  if (task) requireSuccess(task);
}

async function saveWanted(
  ctx: Context,
  api: Api,
  { task, error }: RunResult,
  folder: string | undefined,
): Promise<Saving | null> {
  if (folder === undefined || error || task?.status !== "completed") return null;
  return await saveOutput(ctx, api, task, folder);
}

/** Milliseconds that a closing note is worth waiting for. */
const NOTE_PATIENCE = 3_000;

/** A session goes on, and costs, after the run; one that is gone is not spoken of. */
async function noteSessionLeft(ctx: Context, api: Api, { session, request }: Submission): Promise<void> {
  if (session === null) return;
  const patience = AbortSignal.any([ctx.signal, deadline(NOTE_PATIENCE)]);
  const { status, expires_in } = await api
    .session(session, patience)
    .catch((thrown) => ({ status: isGone(thrown) ? "gone" : "active", expires_in: null }));
  if (status === "active") noteSession(ctx, request.app, session, expires_in);
}

/** How long the session stays open, where that is known, and how to use or end it. */
function noteSession(ctx: Context, app: string, session: string, seconds: number | null): void {
  ctx.out.note(`session ${session} stays open${seconds === null ? "" : ` for ${formatSeconds(seconds)}`}`);
  ctx.out.hint([
    belt("run", app, "--session", session),
    " goes on with it, ",
    belt("session end", session),
    " ends it",
  ]);
}

function isGone(thrown: unknown): boolean {
  return thrown instanceof BeltError && thrown.facts.exit === "notFound";
}

/** True when the session went with the worker of this run. */
function isLost({ task }: RunResult): boolean {
  return task?.error?.startsWith("WORKER_LOST") ?? false;
}

/** A server inside this process ends with the command; what is to outlive it needs `belt dev`. */
function requireLastingServer(api: Api, request: ParsedRun["fields"], flags: RunFlags): void {
  if (api.outlivesCommand) return;
  const lasting = [
    [!flags.wait, "--no-wait"],
    [flags.onInterrupt === "detach", "--on-interrupt detach"],
    [request.session !== undefined, "--session"],
    [request.webhook !== undefined, "--webhook"],
  ] as const;
  const asked = lasting.find(([wanted]) => wanted)?.[1];
  if (!asked) return;
  throw usageError(`${asked} needs a local server that goes on after this command`, [
    "run ",
    belt("dev"),
    " in another terminal, then the same command again",
  ]);
}

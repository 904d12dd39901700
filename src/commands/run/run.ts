import type { Api } from "../../api/client.ts";
import { deadline } from "../../api/http/network-errors.ts";
import type { TaskDocument } from "../../api/resources/task.ts";
import { BeltError, usageError } from "../../errors.ts";
import { belt } from "../../hint.ts";
import type { Style } from "../../terminal/output.ts";
import { formatSeconds } from "../../terminal/text.ts";
import { dryRunView, outputPageView, submittedView } from "../../views/run-views.ts";
import { summaryView } from "../../views/time-bar.ts";
import type { JsonObject } from "../../wire/types.ts";
import type { Context } from "../shared/context.ts";
import { GrowingOutput } from "../shared/growing-output.ts";
import { needsLastingServer } from "../shared/lasting-server.ts";
import { onceSubmitted } from "../shared/once-submitted.ts";
import { requireSuccess } from "../shared/task-result.ts";
import { type Budget, budgetOf, type CostFlags } from "./budget.ts";
import { type Clock, createClock } from "./clock.ts";
import type { Saving } from "./download.ts";
import { EventsFile } from "./events-file.ts";
import type { RunResult } from "./interrupt.ts";
import { type ParsedRun, parseRun, type RequestFlags } from "./parse-run.ts";
import { previewRun } from "./prepare.ts";
import { previews } from "./preview.ts";
import { checkSave, saveRun } from "./save-run.ts";
import { type Started, startRun } from "./start.ts";
import { type Submission, submittedDocument } from "./submit.ts";
import { waitForTask } from "./wait.ts";

/** How a run is followed to its end. */
export interface FollowFlags {
  wait: boolean;
  /** Milliseconds. */
  timeout?: number;
  onInterrupt: "cancel" | "detach";
  events?: string;
  /** Folder for the files of the output. */
  save?: string;
  receipt?: boolean;
  preview: "auto" | "never";
  /** A script of faults for a local server of this run's own. */
  scenario?: string;
}

export interface RunFlags extends RequestFlags, CostFlags, FollowFlags {
  dryRun?: boolean;
}

/** A run that ended well. */
export interface Finished {
  api: Api;
  task: TaskDocument;
  /** Null without `--save`. */
  saving: Saving | null;
}

/** Looks at a task as it was begun, and as it ended well; throws to have nothing more to do with it. */
type Inspect = (api: Api, task: JsonObject & { id: string }) => Promise<void>;

/** `belt run`: submit, follow to the end, print the output (src/cli/README.md, "Running an app"). */
export async function run(ctx: Context, app: string, flags: RunFlags): Promise<void> {
  if (!flags.wait && flags.events !== undefined)
    throw usageError("--events has nothing to tell with --no-wait");
  if (flags.save !== undefined && !flags.wait)
    throw usageError("--save waits for the output, and --no-wait does not");
  const budget = budgetOf(ctx, flags);
  await checkSave(ctx, flags);
  const parsed = await parseRun(ctx, app, flags);
  if (flags.receipt && parsed.fields.session)
    ctx.out.warn("a run in a session cannot be repeated: there will be no receipt");
  if (flags.scenario !== undefined) await rehearse(ctx, flags.scenario);
  if (flags.dryRun) return await dryRun(ctx, parsed, budget);
  await carryOut(ctx, parsed, budget, flags);
}

/** Submits a run, follows it to its end and tells it; null when that was not waited for. Throws how it ended, if not well. */
export async function carryOut(
  ctx: Context,
  parsed: ParsedRun,
  budget: Budget,
  flags: FollowFlags,
  inspect?: Inspect,
): Promise<Finished | null> {
  const clock = createClock(flags.timeout);
  try {
    return await submitAndWait(ctx, parsed, budget, flags, clock, inspect);
  } finally {
    clock.stop();
  }
}

/** All that follows talks to a server of this run's own. */
async function rehearse(ctx: Context, scenario: string): Promise<void> {
  if (!ctx.endpoint.local)
    throw usageError("--scenario is a script of faults for the local server", "add --local");
  await ctx.api(scenario);
  ctx.out.note(`faults are on: scenario ${scenario}`);
}

/** What the budget would refuse is refused here, too, once it has been shown. */
export async function dryRun(ctx: Context, parsed: ParsedRun, budget: Budget): Promise<void> {
  const { shown, refuse } = await previewRun(ctx, parsed, budget);
  ctx.out.result(shown, dryRunView);
  refuse();
}

async function submitAndWait(
  ctx: Context,
  parsed: ParsedRun,
  budget: Budget,
  flags: FollowFlags,
  clock: Clock,
  inspect?: Inspect,
): Promise<Finished | null> {
  const api = await ctx.api();
  requireLastingServer(api, parsed.fields, flags);
  if (ctx.questions.ask === null) clock.start();
  const events = flags.events === undefined ? null : await EventsFile.open(ctx, flags.events, clock.signal);
  const wantsReceipt = flags.receipt === true && parsed.fields.session === undefined;
  const started = await startRun(ctx, api, parsed, budget, clock, { wantsReceipt, isFollowed: flags.wait });
  const { submission } = started;
  let finished: Finished | null = null;
  try {
    await inspect?.(api, submission.task);
    if (flags.wait || ctx.signal.aborted)
      finished = await finish(ctx, api, started, flags, { clock, events, inspect });
    else {
      ctx.out.result(submittedDocument(api, submission), submittedView);
      if (submission.session !== null) noteSession(ctx, submission.request.app, submission.session, null);
    }
    await ctx.out.written();
    return finished;
  } catch (thrown) {
    throw onceSubmitted(thrown, submission.task.id);
  }
}

interface Following {
  clock: Clock;
  events: EventsFile | null;
  inspect: Inspect | undefined;
}

/** Waits for the end, and tells it. */
async function finish(
  ctx: Context,
  api: Api,
  started: Started,
  { onInterrupt, save, preview }: FollowFlags,
  { clock, events, inspect }: Following,
): Promise<Finished> {
  const { submission, estimate } = started;
  const growing = GrowingOutput.on(ctx);
  const result = await waitForTask(ctx, api, submission, { clock, onInterrupt, events, growing });
  clock.stop();
  await inspectEnd(api, result, inspect).catch((thrown) => {
    growing?.end(null);
    throw thrown;
  });
  growing?.end(result.task);
  const ended = ctx.now();
  const saving = await saveRun(ctx, api, result, save, started);
  const task = saving?.task ?? result.task;
  let printed: unknown = null;
  if (task) {
    const details = async (style: Style) => ({
      pictures: preview === "never" ? [] : await previews(ctx, api, task, style),
      saved: new Map(saving?.files.map(({ uri, path }) => [uri, path])),
    });
    const unseen = growing?.unseen(task) ?? task;
    printed = await ctx.out.resultWithDetails(unseen, details, outputPageView).catch((thrown) => thrown);
  }
  if (!isLost(result)) await noteSessionLeft(ctx, api, submission);
  // The task's own verdict outweighs files that were not saved, and those a field that is not there.
  requireGoodEnd(result);
  if (saving?.error) throw saving.error;
  if (printed) throw printed;
  const summary = { id: submission.task.id, ms: ended - submission.at, estimate };
  const timings = () => api.timings(summary.id, deadline(NOTE_PATIENCE)).catch(() => null);
  await ctx.out.summary(summary, timings, summaryView);
  return { api, task: task!, saving };
}

/** Before anything of it is saved, or printed as what was asked for. */
async function inspectEnd(api: Api, { task, error }: RunResult, inspect?: Inspect): Promise<void> {
  if (!error && task?.status === "completed") await inspect?.(api, task);
}

function requireGoodEnd({ task, error }: RunResult): void {
  if (error) throw error;
  if (task) requireSuccess(task);
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
function requireLastingServer(api: Api, request: ParsedRun["fields"], flags: FollowFlags): void {
  if (api.outlivesCommand) return;
  const lasting = [
    [!flags.wait, "--no-wait"],
    [flags.onInterrupt === "detach", "--on-interrupt detach"],
    [request.session !== undefined, "--session"],
    [request.webhook !== undefined, "--webhook"],
  ] as const;
  const asked = lasting.find(([wanted]) => wanted)?.[1];
  if (asked) throw needsLastingServer(asked);
}

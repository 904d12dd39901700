import type { Api } from "../api/client.ts";
import { shellWord, usageError } from "../errors.ts";
import type { Style } from "../terminal/output.ts";
import { type DryRun, dryRunView, outputPageView, submittedView } from "../terminal/run-views.ts";
import { formatSeconds } from "../terminal/text.ts";
import { closingView } from "../terminal/time-bar.ts";
import type { Context } from "./context.ts";
import { EventLog } from "./event-log.ts";
import type { Ending } from "./leave.ts";
import { previews } from "./preview.ts";
import { completeRun, type DraftRun, draftRun, previewRun, type RequestFlags } from "./run-request.ts";
import { requireFolder, type Saving, saveOutput } from "./save.ts";
import { followToEnd, type Submission, submit, submittedDocument } from "./submission.ts";
import { requireSuccess } from "./verdict.ts";

export interface RunFlags extends RequestFlags {
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

/** `belt run`: submit, follow to the end, print the output (cli.md section 3). */
export async function run(ctx: Context, app: string, flags: RunFlags): Promise<void> {
  if (!flags.wait && flags.events !== undefined)
    throw usageError("--events has nothing to tell with --no-wait");
  if (flags.save !== undefined && !flags.wait)
    throw usageError("--save waits for the output, and --no-wait does not");
  if (flags.save !== undefined) await requireFolder(ctx, flags.save);
  const draft = await draftRun(ctx, app, flags);
  if (flags.dryRun) return ctx.out.result(await dryRun(ctx, draft), dryRunView);
  const api = await ctx.api();
  requireLastingServer(api, draft.rest, flags);
  const events = flags.events === undefined ? null : await EventLog.open(ctx, flags.events, flags.timeout);
  const request = await completeRun(ctx, api, draft);
  const submission = await submit(ctx, api, request);
  if (!flags.wait) {
    ctx.out.result(submittedDocument(api, submission), submittedView);
    return await noteSessionLeft(ctx, api, submission);
  }
  const { timeout, onInterrupt } = flags;
  const ending = await followToEnd(ctx, api, submission, { timeout, onInterrupt, events });
  const ended = ctx.now();
  const saving = await saveWanted(ctx, api, ending, flags.save);
  const task = saving?.task ?? ending.task;
  try {
    if (task) {
      const pictures = async ({ width }: Style) =>
        flags.preview === "never" ? [] : await previews(ctx, api, task, width);
      await ctx.out.page(task, pictures, outputPageView);
    }
    await noteSessionLeft(ctx, api, submission);
  } finally {
    // How the run ended outweighs a field that its document lacks.
    requireGoodEnd(ending);
  }
  if (saving?.error) throw saving.error;
  const closing = { id: submission.task.id, ms: ended - submission.at };
  const timings = () => api.timings(closing.id, AbortSignal.timeout(GLANCE)).catch(() => null);
  await ctx.out.closing(closing, timings, closingView);
}

function requireGoodEnd({ task, error }: Ending): void {
  if (error) throw error;
  if (task) requireSuccess(task);
}

async function saveWanted(
  ctx: Context,
  api: Api,
  { task, error }: Ending,
  folder: string | undefined,
): Promise<Saving | null> {
  if (folder === undefined || error || task?.status !== "completed") return null;
  return await saveOutput(ctx, api, task, folder);
}

/** Milliseconds that a closing note is worth waiting for. */
const GLANCE = 3_000;

/** A session goes on, and costs, after the run: how long, and how to use or end it. */
async function noteSessionLeft(ctx: Context, api: Api, { session, request }: Submission): Promise<void> {
  if (session === null) return;
  const { status, expires_in } = await api
    .session(session, AbortSignal.timeout(GLANCE))
    .catch(() => ({ status: "active", expires_in: null }));
  if (status !== "active") return;
  const left = expires_in === null ? "" : ` for ${formatSeconds(expires_in)}`;
  ctx.out.note(`session ${session} stays open${left}`);
  ctx.out.hint(
    `belt run ${request.app} --session ${shellWord(session)} goes on with it, belt session end ${shellWord(session)} ends it`,
  );
}

async function dryRun(ctx: Context, draft: DraftRun): Promise<DryRun> {
  const { request, uploads } = await previewRun(ctx, draft);
  return { method: "POST", url: `${ctx.target.baseUrl ?? "local:"}/run?wait=false`, body: request, uploads };
}

/** A server inside this process ends with the command; what is to outlive it needs `belt dev`. */
function requireLastingServer(api: Api, request: DraftRun["rest"], flags: RunFlags): void {
  if (api.outlivesCommand) return;
  const lasting = [
    [!flags.wait, "--no-wait"],
    [flags.onInterrupt === "detach", "--on-interrupt detach"],
    [request.session !== undefined, "--session"],
    [request.webhook !== undefined, "--webhook"],
  ] as const;
  const asked = lasting.find(([wanted]) => wanted)?.[1];
  if (!asked) return;
  throw usageError(
    `${asked} needs a local server that goes on after this command`,
    "run `belt dev` in another terminal, then the same command again",
  );
}

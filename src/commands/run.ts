import type { Api } from "../api/client.ts";
import { usageError } from "../errors.ts";
import { type DryRun, dryRunView, outputView, submittedView } from "../terminal/run-views.ts";
import { formatDuration } from "../terminal/text.ts";
import type { Context } from "./context.ts";
import { EventLog } from "./event-log.ts";
import type { Ending } from "./leave.ts";
import { completeRun, type DraftRun, draftRun, previewRun, type RequestFlags } from "./run-request.ts";
import { followToEnd, type Submission, submit, submittedDocument } from "./submission.ts";
import { requireSuccess } from "./verdict.ts";

export interface RunFlags extends RequestFlags {
  wait: boolean;
  /** Milliseconds. */
  timeout?: number;
  onInterrupt: "cancel" | "detach";
  events?: string;
  dryRun?: boolean;
}

/** `belt run`: submit, follow to the end, print the output (cli.md section 3). */
export async function run(ctx: Context, app: string, flags: RunFlags): Promise<void> {
  const draft = await draftRun(ctx, app, flags);
  if (flags.dryRun) return ctx.out.result(await dryRun(ctx, draft), dryRunView);
  const api = await ctx.api();
  requireLastingServer(api, draft.rest, flags);
  const events = flags.events === undefined ? null : new EventLog(ctx, flags.events);
  const request = await completeRun(ctx, api, draft);
  const submission = await submit(ctx, api, request);
  if (!flags.wait) return ctx.out.result(submittedDocument(api, submission), submittedView);
  const { timeout, onInterrupt } = flags;
  const ending = await followToEnd(ctx, api, submission, { timeout, onInterrupt, events });
  try {
    if (ending.task) ctx.out.result(ending.task, outputView);
    await noteSessionLeft(ctx, api, submission);
  } finally {
    // How the run ended outweighs a field that its document lacks.
    requireGoodEnd(ending);
  }
  ctx.out.note(`${submission.task.id} completed in ${formatDuration(ctx.now() - submission.at)}`);
}

function requireGoodEnd({ task, error }: Ending): void {
  if (error) throw error;
  if (task) requireSuccess(task);
}

/** A session goes on, and costs, after the run: how long, and how to use or end it. */
async function noteSessionLeft(ctx: Context, api: Api, { session, request }: Submission): Promise<void> {
  if (session === null || ctx.signal.aborted) return;
  const { status, expires_in } = await api
    .session(session)
    .catch(() => ({ status: "active", expires_in: null }));
  if (status !== "active") return;
  const left = expires_in === null ? "" : ` for ${formatDuration(expires_in * 1000)}`;
  const { flags } = ctx.target;
  ctx.out.note(`session ${session} stays open${left}`);
  ctx.out.hint(
    `belt run ${request.app} --session ${session}${flags} goes on with it, belt session end ${session}${flags} ends it`,
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

import type { Api } from "../api/client.ts";
import { usageError } from "../errors.ts";
import { type DryRun, dryRunView, outputView, submittedView } from "../terminal/run-views.ts";
import { formatDuration, formatSeconds, shellWord } from "../terminal/text.ts";
import type { RunRequest } from "../wire/types.ts";
import type { Context } from "./context.ts";
import { EventLog } from "./event-log.ts";
import type { Ending } from "./leave.ts";
import { buildRunRequest, type RequestFlags } from "./run-request.ts";
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
  const request = await buildRunRequest(ctx, app, flags);
  if (!flags.wait && flags.events !== undefined)
    throw usageError("--events has nothing to tell with --no-wait");
  if (flags.dryRun) return ctx.out.result(dryRun(ctx, request), dryRunView);
  const api = await ctx.api();
  requireLastingServer(api, request, flags);
  const events = flags.events === undefined ? null : new EventLog(ctx, flags.events);
  const submission = await submit(ctx, api, request);
  if (!flags.wait) {
    ctx.out.result(submittedDocument(api, submission), submittedView);
    return await noteSessionLeft(ctx, api, submission);
  }
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
  const { flags } = ctx.target;
  ctx.out.note(`session ${session} stays open${left}`);
  ctx.out.hint(
    `belt run ${request.app} --session ${shellWord(session)}${flags} goes on with it, belt session end ${shellWord(session)}${flags} ends it`,
  );
}

function dryRun(ctx: Context, request: RunRequest): DryRun {
  return { method: "POST", url: `${ctx.target.baseUrl ?? "local:"}/run?wait=false`, body: request };
}

/** A server inside this process ends with the command; what is to outlive it needs `belt dev`. */
function requireLastingServer(api: Api, request: RunRequest, flags: RunFlags): void {
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

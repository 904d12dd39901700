import type { Api } from "../api/client.ts";
import { lookAt } from "../api/get-task.ts";
import { asBeltError, BeltError } from "../errors.ts";
import type { Child, Context } from "./context.ts";
import { completeRun, draftRun, type RequestFlags } from "./run-request.ts";
import { explainSession } from "./session-errors.ts";
import { followToEnd, submit } from "./submission.ts";
import { requireSuccess } from "./verdict.ts";

export type ExecFlags = Pick<
  RequestFlags,
  "input" | "setup" | "function" | "sessionTimeout" | "allowSensitive"
>;

/** Milliseconds to wait for the end of the session to be confirmed. */
const END_PATIENCE = 10_000;

/** A command that was asked to stop is killed after this long, in milliseconds. */
const KILL_AFTER = 5_000;

/**
 * `belt session exec <app> -- <command…>`: opens a session with a first call, runs the command
 * with `BELT_SESSION` set, keeps the session alive meanwhile and ends it whatever happens. Gives
 * the command's exit code; throws when the session could not be opened.
 */
export async function exec(ctx: Context, app: string, command: string[], flags: ExecFlags): Promise<number> {
  const draft = await draftRun(ctx, app, { ...flags, session: "new" });
  const api = await ctx.api();
  const request = await completeRun(ctx, api, draft);
  const opening = await submit(ctx, api, request);
  // From the first signal on, a second one waits: leaving at once would leave the session open.
  const hold = () => void ctx.holdSignals(() => ctx.out.note("ending the session first"));
  ctx.signal.addEventListener("abort", hold, { once: true });
  try {
    const ending = await followToEnd(ctx, api, opening, { onInterrupt: "cancel", events: null });
    if (ending.error) throw ending.error;
    if (ending.task) requireSuccess(ending.task);
    if (opening.session === null) throw noSession(app, opening.task.id);
    ctx.out.progress.stop();
    return await runInside(ctx, api, opening.session, command, request.session_timeout);
  } finally {
    const session = opening.session ?? (await openedSession(api, opening.task.id));
    if (session !== null) await end(ctx, api, session);
  }
}

/** The session of a first call that could not be followed to its end. */
async function openedSession(api: Api, taskId: string): Promise<string | null> {
  const task = await lookAt(api, taskId, AbortSignal.timeout(END_PATIENCE)).catch(() => null);
  return task?.session_id ?? null;
}

function noSession(app: string, taskId: string): BeltError {
  return new BeltError({
    code: "no_session",
    message: `the API ran ${app} but opened no session`,
    hint: "the app may not support sessions",
    exit: "failure",
    taskId,
  });
}

/** Runs the command where it finds the API and the session. */
async function runInside(
  ctx: Context,
  api: Api,
  session: string,
  command: string[],
  idleTimeout: number | undefined,
): Promise<number> {
  const published = await ctx.publish();
  try {
    ctx.signal.throwIfAborted();
    const child = ctx.spawn(command, { ...ctx.target.env, ...published.env, BELT_SESSION: session });
    return await runKept(ctx, api, session, child, idleTimeout);
  } finally {
    await published.release();
  }
}

/** Keeps the session alive, and passes signals on, until the command has ended. */
async function runKept(
  ctx: Context,
  api: Api,
  session: string,
  child: Child,
  idleTimeout: number | undefined,
): Promise<number> {
  const done = new AbortController();
  const kept = keepAlive(ctx, api, session, done.signal, idleTimeout);
  let killer: NodeJS.Timeout | undefined;
  const letGo = ctx.holdSignals((signal) => {
    // A terminal sends Ctrl-C to the command itself, which may well live on, as a shell does.
    if (signal === "SIGINT" && ctx.onTerminal) return;
    child.kill(signal);
    if (signal !== "SIGINT") killer ??= setTimeout(() => child.kill("SIGKILL"), KILL_AFTER);
  });
  try {
    return await child.exit;
  } finally {
    letGo();
    clearTimeout(killer);
    done.abort();
    await kept;
  }
}

/** Resets the idle timer three times per timeout; says so once when the session is gone all the same. */
async function keepAlive(
  ctx: Context,
  api: Api,
  session: string,
  until: AbortSignal,
  idleTimeout: number = DEFAULT_IDLE,
): Promise<void> {
  const pause = Math.max(250, (idleTimeout * 1000) / 3);
  while (!until.aborted) {
    await api.sleep(pause, until).catch(() => {});
    if (until.aborted) return;
    try {
      await api.keepalive(session, until);
    } catch (thrown) {
      if (until.aborted) return;
      const error = asBeltError(await explainSession(thrown, api, session, null));
      ctx.out.warn(error.message);
      if (error.facts.exit === "notFound") return;
    }
  }
}

/** Seconds; what a session has when none is asked for (api.md section 4). */
const DEFAULT_IDLE = 60;

/** Ends the session, also when the user has asked to leave; one that is gone already is as good. */
async function end(ctx: Context, api: Api, session: string): Promise<void> {
  await api.endSession(session, AbortSignal.timeout(END_PATIENCE)).then(
    () => ctx.out.note(`session ${session} ended`),
    (thrown) => {
      const error = asBeltError(thrown);
      if (error.facts.exit === "notFound") return;
      ctx.out.warn(`session ${session} could not be ended: ${error.message}; it expires by itself when idle`);
    },
  );
}

import type { Api } from "../api/client.ts";
import { tryGetTask } from "../api/get-task.ts";
import { deadline } from "../api/http/network-errors.ts";
import { asBeltError, BeltError } from "../errors.ts";
import { startClock } from "./clock.ts";
import type { Child, Context } from "./context.ts";
import { completeRun, draftRun, type RequestFlags } from "./run-request.ts";
import { explainSession } from "./session-errors.ts";
import { submit } from "./submit.ts";
import { requireSuccess } from "./task-result.ts";
import { waitForTask } from "./wait.ts";

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
 * the command's exit code; throws when the session could not be opened, and exit 5 when it was
 * lost under a command that succeeded.
 */
export async function exec(ctx: Context, app: string, command: string[], flags: ExecFlags): Promise<number> {
  const draft = await draftRun(ctx, app, { ...flags, session: "new" });
  const api = await ctx.api();
  const request = await completeRun(ctx, api, draft);
  const opening = await submit(ctx, api, request);
  // From the first signal on, a second one waits: leaving at once would leave the session open.
  const hold = () => void ctx.holdSignals(() => ctx.out.note("ending the session first"));
  ctx.signal.addEventListener("abort", hold, { once: true });
  let lost: BeltError | null = null;
  let code = 0;
  try {
    const clock = startClock();
    const result = await waitForTask(ctx, api, opening, { clock, onInterrupt: "cancel", events: null });
    if (result.error) throw result.error;
    if (result.task) requireSuccess(result.task);
    if (opening.session === null) throw noSession(app, opening.task.id);
    ctx.out.progress.stop();
    ({ code, lost } = await runInside(ctx, api, opening.session, command, request.session_timeout));
  } finally {
    const session = opening.session ?? (await openedSession(api, opening.task.id));
    if (session !== null && !lost) lost = await end(ctx, api, session);
  }
  if (lost && code === 0) throw lost;
  return code;
}

/** The session of a first call that could not be followed to its end. */
async function openedSession(api: Api, taskId: string): Promise<string | null> {
  const task = await tryGetTask(api, taskId, deadline(END_PATIENCE));
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

/** How the command ended, and how the session was lost under it. */
interface Ran {
  code: number;
  lost: BeltError | null;
}

/** Runs the command where it finds the API and the session. */
async function runInside(
  ctx: Context,
  api: Api,
  session: string,
  command: string[],
  idleTimeout: number | undefined,
): Promise<Ran> {
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
): Promise<Ran> {
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
    const code = await child.exit;
    done.abort();
    return { code, lost: await kept };
  } finally {
    letGo();
    clearTimeout(killer);
    done.abort();
    await kept;
  }
}

/** Seconds; what a session has when the API does not tell (api.md section 4). */
const DEFAULT_IDLE = 60;

/** Milliseconds between two keepalives, at the least and after one that failed. */
const SHORTEST_PAUSE = 250;
const RETRY_PAUSE = 1_000;

/**
 * Resets the idle timer three times per timeout: the session's own, which each answer tells. Gives
 * how the session was lost, null when it was there to the end.
 */
async function keepAlive(
  ctx: Context,
  api: Api,
  session: string,
  until: AbortSignal,
  asked: number | undefined,
): Promise<BeltError | null> {
  let idleTimeout = asked ?? DEFAULT_IDLE;
  let pause = asked === undefined ? SHORTEST_PAUSE : pauseFor(asked);
  let told = false;
  while (!until.aborted) {
    await api.sleep(pause, until).catch(() => {});
    if (until.aborted) break;
    try {
      // One that hangs must not use up the time that is left.
      const patience = deadline(Math.max(RETRY_PAUSE, pauseFor(idleTimeout)));
      const { idle_timeout } = await api.keepalive(session, AbortSignal.any([until, patience]));
      idleTimeout = idle_timeout ?? idleTimeout;
      pause = pauseFor(idleTimeout);
      told = false;
    } catch (thrown) {
      if (until.aborted) break;
      const error = asBeltError(await explainSession(thrown, api, session, null));
      if (!told) ctx.out.warn(error.message);
      told = true;
      if (error.facts.exit === "notFound") return error.facts.code === "SESSION_ENDED" ? null : error;
      pause = Math.min(RETRY_PAUSE, pauseFor(idleTimeout));
    }
  }
  return null;
}

/** Milliseconds, of an idle timeout in seconds. */
function pauseFor(idleTimeout: number): number {
  return Math.max(SHORTEST_PAUSE, (idleTimeout * 1000) / 3);
}

/** Ends the session, also when the user has asked to leave; gives how it was lost before. */
async function end(ctx: Context, api: Api, session: string): Promise<BeltError | null> {
  try {
    await api.endSession(session, deadline(END_PATIENCE));
    ctx.out.note(`session ${session} ended`);
    return null;
  } catch (thrown) {
    const error = asBeltError(await explainSession(thrown, api, session, null));
    const { code, exit } = error.facts;
    if (code === "SESSION_ENDED") return null;
    const gone = exit === "notFound";
    ctx.out.warn(
      gone
        ? `${error.message}, before the command had ended`
        : `session ${session} could not be ended: ${error.message}; it expires by itself when idle`,
    );
    return gone ? error : null;
  }
}

import type { Api } from "../../api/client.ts";
import { getTask } from "../../api/get-task.ts";
import { deadline } from "../../api/http/network-errors.ts";
import { asBeltError, BeltError } from "../../errors.ts";
import { belt } from "../../hint.ts";
import { budgetOf, type CostFlags } from "../run/budget.ts";
import { createClock } from "../run/clock.ts";
import { parseRun, type RequestFlags } from "../run/parse-run.ts";
import { startRun } from "../run/start.ts";
import { waitForTask } from "../run/wait.ts";
import type { Child, Context } from "../shared/context.ts";
import { untilEnded } from "../shared/run-command.ts";
import { explainSession, isSessionError } from "../shared/session-errors.ts";
import { requireSuccess } from "../shared/task-result.ts";
import { rememberEnd } from "./remember-end.ts";

export type ExecFlags = Pick<
  RequestFlags,
  "input" | "setup" | "function" | "sessionTimeout" | "allowSensitive"
> &
  CostFlags;

/** Milliseconds to wait for the end of the session to be confirmed. */
const END_PATIENCE = 10_000;

/**
 * `belt session exec <app> -- <command…>`: opens a session with a first call, runs the command
 * with `BELT_SESSION` set, keeps the session alive meanwhile and ends it whatever happens. Gives
 * the command's exit code; throws when the session could not be opened, and exit 5 when it was
 * lost under a command that succeeded.
 */
export async function exec(ctx: Context, app: string, command: string[], flags: ExecFlags): Promise<number> {
  const budget = budgetOf(ctx, flags);
  const parsed = await parseRun(ctx, app, { ...flags, session: "new" });
  const api = await ctx.api();
  const clock = createClock();
  const { submission: opening } = await startRun(ctx, api, parsed, budget, clock).catch((thrown) => {
    throw aboutFirstCall(thrown, app);
  });
  // From the first signal on, a second one waits: leaving at once would leave the session open.
  const captureSignals = () => void ctx.signals.capture(() => ctx.out.note("ending the session first"));
  if (ctx.signal.aborted) captureSignals();
  else ctx.signal.addEventListener("abort", captureSignals, { once: true });
  let lost: BeltError | null = null;
  let code = 0;
  try {
    const result = await waitForTask(ctx, api, opening, { clock, onInterrupt: "cancel", events: null });
    if (result.error) throw result.error;
    if (result.task) requireSuccess(result.task);
    if (opening.session === null) throw noSession(app, opening.task.id);
    ctx.out.progress.stop();
    const open = { api, id: opening.session, app, idleTimeout: opening.request.session_timeout };
    ({ code, lost } = await runInside(ctx, open, command));
  } finally {
    const session = opening.session ?? (await openedSession(ctx, api, opening.task.id));
    if (session !== null) lost = await end(ctx, { api, id: session, app }, lost);
  }
  if (lost && code === 0) throw lost;
  return code;
}

/** The command after -- has inputs of its own, and it is not about them. */
function aboutFirstCall(thrown: unknown, app: string): unknown {
  if (!(thrown instanceof BeltError) || thrown.facts.exit !== "usage") return thrown;
  return thrown.with({
    message: `of the first call, which opens the session: ${thrown.message}`,
    hint: ["its --input stands before --; ", belt("run", app, "--help-app"), " shows what it takes"],
  });
}

/** The session of a first call that could not be followed to its end. */
async function openedSession(ctx: Context, api: Api, taskId: string): Promise<string | null> {
  try {
    return (await getTask(api, taskId, deadline(END_PATIENCE))).session_id;
  } catch (thrown) {
    const { message } = asBeltError(thrown);
    ctx.out.warn(`a session that task ${taskId} opened could not be ended: ${message}; it expires when idle`);
    return null;
  }
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

interface OpenSession {
  api: Api;
  id: string;
  app: string;
  /** Seconds, as far as is known. */
  idleTimeout?: number | undefined;
}

/** How the command ended, and how the session was lost under it. */
interface Ran {
  code: number;
  lost: BeltError | null;
}

/** Runs the command where it finds the API and the session. */
async function runInside(ctx: Context, session: OpenSession, command: string[]): Promise<Ran> {
  const published = await ctx.endpoint.expose();
  try {
    ctx.signal.throwIfAborted();
    const env = { ...ctx.endpoint.env, ...published.env, BELT_SESSION: session.id };
    return await runKept(ctx, session, ctx.machine.spawn(command, env));
  } finally {
    await published.release();
  }
}

/** Keeps the session alive, and passes signals on, until the command has ended. */
async function runKept(ctx: Context, session: OpenSession, child: Child): Promise<Ran> {
  const done = new AbortController();
  const kept = keepAlive(ctx, session, done.signal);
  try {
    const code = await untilEnded(ctx, child);
    done.abort();
    return { code, lost: await kept };
  } finally {
    done.abort();
    await kept;
  }
}

/** Seconds; what a session has when the API does not tell (src/api/README.md, "Sessions"). */
const DEFAULT_IDLE = 60;

/** Milliseconds between two keepalives, at the least, at the most, and after one that failed. */
const SHORTEST_PAUSE = 250;
const LONGEST_PAUSE = 1_200_000;
const RETRY_PAUSE = 1_000;

/**
 * Resets the idle timer three times per timeout: the session's own, which each answer tells. Gives
 * how the session was lost, null when it was there to the end.
 */
async function keepAlive(
  ctx: Context,
  { api, id, app, idleTimeout }: OpenSession,
  until: AbortSignal,
): Promise<BeltError | null> {
  let idle = idleTimeout ?? DEFAULT_IDLE;
  let pause = idleTimeout === undefined ? SHORTEST_PAUSE : pauseFor(idle);
  for (let told = false; ; ) {
    await api.sleep(pause, until).catch(() => {});
    if (until.aborted) return null;
    try {
      // One that hangs must not use up the time that is left.
      const patience = deadline(Math.max(RETRY_PAUSE, pauseFor(idle)));
      const { idle_timeout } = await api.keepalive(id, AbortSignal.any([until, patience]), "never");
      idle = idle_timeout ?? idle;
      pause = pauseFor(idle);
      told = false;
    } catch (thrown) {
      if (until.aborted) return null;
      const error = asBeltError(await explainSession(thrown, api, id, app));
      if (isSessionError(error) && error.facts.exit === "notFound") {
        if (error.facts.code === "SESSION_ENDED") return null;
        ctx.out.warn(error.message);
        return error;
      }
      if (!told) ctx.out.warn(`session ${id} could not be kept alive: ${error.message}`);
      told = true;
      pause = Math.max(Math.min(RETRY_PAUSE, pauseFor(idle)), error.facts.retryAfter ?? 0);
    }
  }
}

/** Milliseconds, of an idle timeout in seconds. */
function pauseFor(idleTimeout: number): number {
  return Math.min(LONGEST_PAUSE, Math.max(SHORTEST_PAUSE, (idleTimeout * 1000) / 3));
}

/**
 * Ends the session, also when the user has asked to leave, and when it seemed `lost`: an answer may
 * have been wrong. Gives how it was lost.
 */
async function end(
  ctx: Context,
  { api, id, app }: OpenSession,
  lost: BeltError | null,
): Promise<BeltError | null> {
  try {
    await api.endSession(id, deadline(END_PATIENCE));
    await rememberEnd(ctx, api, id);
    if (!lost) ctx.out.note(`session ${id} ended`);
    return lost;
  } catch (thrown) {
    const error = asBeltError(await explainSession(thrown, api, id, app));
    if (lost || error.facts.code === "SESSION_ENDED") return lost;
    if (error.facts.exit === "notFound") {
      const gone = isSessionError(error)
        ? error
        : error.with({ message: `session ${id} is gone: ${error.message}` });
      ctx.out.warn(`${gone.message}, before the command had ended`);
      return gone;
    }
    ctx.out.warn(`session ${id} could not be ended: ${error.message}; it expires by itself when idle`);
    return null;
  }
}

import type { Api } from "../../api/client.ts";
import type { SessionDocument } from "../../api/resources/session.ts";
import { asBeltError, BeltError, usageError } from "../../errors.ts";
import { sessionListView } from "../../views/list-views.ts";
import { type EndedSession, endedView, keptView, sessionView } from "../../views/session-views.ts";
import type { Context } from "../shared/context.ts";
import { forEachId, printEachId } from "../shared/for-each-id.ts";
import { resolveIds } from "../shared/ids.ts";
import { explainSession } from "../shared/session-errors.ts";
import { rememberEnd } from "./remember-end.ts";

/** `belt session list`: the active sessions, what expires first on top. */
export async function list(ctx: Context): Promise<void> {
  const api = await ctx.api();
  ctx.out.list((await api.sessions()).sort(byExpiry), sessionListView, "there are no active sessions");
}

function byExpiry(a: SessionDocument, b: SessionDocument): number {
  return (a.expires_in ?? Number.MAX_SAFE_INTEGER) - (b.expires_in ?? Number.MAX_SAFE_INTEGER);
}

/** `belt session get <id…>`. */
export async function get(ctx: Context, references: string[]): Promise<void> {
  const given = await resolveIds(ctx, references, "session");
  const api = await ctx.api();
  const read = named(api, (id) => api.session(id));
  await printEachId(ctx, given, read, sessionView);
}

export interface EndFlags {
  all?: boolean;
  yes?: boolean;
}

/** `belt session end <id…>`: ending what has ended is success, and says so. */
export async function end(ctx: Context, references: string[], { all, yes }: EndFlags): Promise<void> {
  if (all && references.length > 0) throw usageError("give session ids or --all, not both");
  if (!all && references.length === 0) throw usageError("which session?", "give its id, @last, or --all");
  const given = all ? { ids: [], asArray: true } : await resolveIds(ctx, references, "session");
  const api = await ctx.api();
  const ids = all ? (await api.sessions()).map(({ id }) => id) : given.ids;
  if (all && ids.length === 0) ctx.out.note("there are no active sessions");
  else if (all && !yes) await confirmEnd(ctx, ids.length);
  const endEach = named(api, (id) => endOne(ctx, api, id));
  await printEachId(ctx, { ...given, ids }, endEach, endedView);
}

async function confirmEnd(ctx: Context, count: number): Promise<void> {
  const sessions = count === 1 ? "the one active session" : `all ${count} active sessions`;
  if (await ctx.questions.confirm(`End ${sessions}?`, "--yes")) return;
  throw new BeltError({ code: "declined", message: "nothing was ended", exit: "failure" });
}

async function endOne(ctx: Context, api: Api, id: string): Promise<EndedSession> {
  await api.endSession(id).catch((thrown) => {
    const { code, httpStatus } = asBeltError(thrown).facts;
    if (httpStatus !== 410 && code !== "SESSION_ENDED" && code !== "SESSION_EXPIRED") throw thrown;
    ctx.out.note(`session ${id} had already ${code === "SESSION_EXPIRED" ? "expired" : "been ended"}`);
  });
  await rememberEnd(ctx, api, id);
  return { id, ended: true };
}

export interface KeepaliveFlags {
  /** Milliseconds between two keepalives; without it there is one. */
  every?: number;
}

/** `belt session keepalive <id…>`: resets the idle timers, with `--every` again and again until Ctrl-C. */
export async function keepalive(
  ctx: Context,
  references: string[],
  { every }: KeepaliveFlags,
): Promise<void> {
  const given = await resolveIds(ctx, references, "session");
  const api = await ctx.api();
  const keep = named(api, (id) => api.keepalive(id));
  if (every === undefined) return await printEachId(ctx, given, keep, keptView);
  await keepAll(ctx, api, given.ids, every, keep);
}

/** Keeps on until the user stops it, or no session is left; one that is lost is named and left out. */
async function keepAll(
  ctx: Context,
  api: Api,
  ids: string[],
  every: number,
  keep: (id: string) => Promise<SessionDocument>,
): Promise<void> {
  let alive = ids;
  for (;;) {
    const outcomes = await forEachId(ctx, alive, keep);
    // A key that is refused stays refused.
    const lost = outcomes.filter(
      ({ error }) => error?.facts.exit === "notFound" || error?.facts.exit === "auth",
    );
    alive = alive.filter((id) => !lost.some((outcome) => outcome.id === id));
    const last = alive.length === 0 ? lost[0]?.error : null;
    for (const { document, error } of outcomes) {
      if (document) ctx.out.event(document, keptView);
      else if (error && error !== last) ctx.out.warn(error.message);
    }
    if (last) throw last;
    await api.sleep(every, ctx.signal);
  }
}

/** Work on one session whose errors name it. */
function named<T>(api: Api, work: (id: string) => Promise<T>): (id: string) => Promise<T> {
  return async (id) => {
    try {
      return await work(id);
    } catch (thrown) {
      throw await explainSession(thrown, api, id, null);
    }
  };
}

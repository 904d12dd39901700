import { usageError } from "../../errors.ts";
import { belt, type Hint } from "../../hint.ts";
import { requireText } from "../../input/read-object.ts";
import type { Context } from "./context.ts";

/** The ids a command is about, and whether it was asked about several, which then print as an array. */
export interface ResolvedIds {
  ids: string[];
  asArray: boolean;
}

type Kind = "task" | "session" | "chat";

/**
 * The ids that the arguments of a command mean, in the order given, each once: ids as they
 * are, `@last` and `@-n` from the journal, `-` for one a line from standard input. Throws a usage error
 * for what can be no id, and when nothing is left to do.
 */
export async function resolveIds(
  ctx: Context,
  references: readonly string[],
  kind: Kind,
): Promise<ResolvedIds> {
  const ids: string[] = [];
  for (const reference of references) {
    const lines = reference === "-" ? linesOf(await ctx.readers.stdin()) : [reference];
    for (const line of lines.map((text) => text.trim()).filter((text) => text !== "" || reference !== "-")) {
      ids.push(await resolveReference(ctx, line, kind));
    }
  }
  if (ids.length === 0)
    throw usageError(
      `standard input holds no ${kind} ids`,
      "give them one a line; where there may be none, xargs -r belt … runs nothing then",
    );
  await requireKeyOrPlace(ctx, ids, kind);
  return { ids: [...new Set(ids)], asArray: references.length > 1 || references.includes("-") };
}

/** Without a key nothing can be asked of the API; where this machine submitted the id to another one, that is the reason. */
async function requireKeyOrPlace(ctx: Context, ids: readonly string[], kind: Kind): Promise<void> {
  if (ctx.endpoint.local || (await ctx.credentials.account()).key !== null) return;
  const entries = await ctx.store.journal.newestFirst(kind, RECENT).catch(() => []);
  const entry = entries.find(({ id }) => ids.includes(id));
  if (!entry || entry.api === ctx.endpoint.baseUrl) return;
  throw usageError(`${entry.id} was submitted to ${placeOf(entry.api)}`, await wayTo(ctx, entry.api));
}

function placeOf(api: string): string {
  return api === "local" ? "the local server" : api;
}

/** Entries of the journal in which an id is looked for. */
const RECENT = 1_000;

function linesOf(bytes: Uint8Array): string[] {
  return requireText(bytes, "standard input", "give the ids one a line, as text").split("\n");
}

/**
 * "@last" and "@-n" as the id this machine submitted: the newest, or the n-th newest; anything
 * else must be an id. Throws a usage error when there is none, or when it went to another API
 * than this command talks to.
 */
export async function resolveReference(ctx: Context, reference: string, kind: Kind): Promise<string> {
  if (!reference.startsWith("@")) return checkId(reference, kind);
  const back = reference === "@last" ? 1 : Number(/^@-(\d+)$/.exec(reference)?.[1] ?? 0);
  if (back < 1) {
    throw usageError(
      `"${reference}" is not a ${kind}`,
      `write a ${kind} id, @last for the newest, or @-2 for the one before`,
    );
  }
  const entries = await ctx.store.journal.newestFirst(kind, back, ({ by }) => by === undefined);
  const entry = entries[back - 1];
  if (!entry) throw await notSubmitted(ctx, reference, kind, entries.length);
  const here = ctx.endpoint.local ? "local" : ctx.endpoint.baseUrl;
  if (entry.api === here) return entry.id;
  throw usageError(
    `${reference} is ${entry.id}, which was submitted to ${placeOf(entry.api)}`,
    await wayTo(ctx, entry.api),
  );
}

/** What batches and agents submitted is in the journal, too, but is not what somebody means by the last task. */
async function notSubmitted(ctx: Context, reference: string, kind: Kind, known: number): Promise<Error> {
  const { journal } = ctx.store;
  const others = await journal.newestFirst(kind, 1, ({ by }) => by !== undefined);
  const count = known === 0 ? `no ${kind} yet` : `only ${known} ${known === 1 ? kind : `${kind}s`}`;
  const [but, hint] =
    others.length > 0
      ? [", but for those of batches and agents", [belt("task list --journal"), " shows their ids"]]
      : ["", `the record is ${journal.path}`];
  return usageError(`${reference}: this machine has submitted ${count}${but}`, hint);
}

/** The same command to the API that is meant, without sending it the key of this one. */
async function wayTo({ credentials, endpoint, sameCommand }: Context, api: string): Promise<Hint> {
  if (api === "local") return sameCommand("--local");
  const { profiles } = await credentials.profiles.read();
  const fitting = profiles.find(({ apiUrl }) => apiUrl === api);
  if (fitting) return sameCommand("--profile", fitting.name);
  if (endpoint.local) return "leave --local (or BELT_LOCAL) out";
  const { keyFrom } = await credentials.account();
  // A key of the environment is for whatever API is named beside it.
  return keyFrom?.kind === "variable"
    ? sameCommand("--api-url", api)
    : [belt("login", "--profile", "<name>", "--api-url", api), " makes a profile for it"];
}

/** An id is opaque, but it is one word and no path. */
function checkId(id: string, kind: Kind): string {
  if (/^[^\s/\\?#\p{Cc}]+$/u.test(id) && !/^\.+$/.test(id)) return id;
  const shown = id.length > 60 ? `${id.slice(0, 60)}…` : id;
  throw usageError(`"${shown}" is not a ${kind} id`, `write a ${kind} id, or @last for the newest`);
}

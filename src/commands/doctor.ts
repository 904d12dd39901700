import { type Account, describeKeySource } from "../account/account.ts";
import type { Api } from "../api/client.ts";
import { detectStatusTable } from "../api/get-task.ts";
import { deadline } from "../api/http/network-errors.ts";
import type { Probe } from "../api/http/probe.ts";
import type { IdentifiedTask } from "../api/resources/task.ts";
import { asBeltError, BeltError } from "../errors.ts";
import { belt, type Hint } from "../hint.ts";
import { folderModes } from "../store/permissions.ts";
import { withAdvice } from "../views/doctor-advice.ts";
import type { DoctorDocument } from "../views/doctor-document.ts";
import { doctorView } from "../views/doctor-view.ts";
import { isTerminal, type StatusTable } from "../wire/status.ts";
import { keyEnd } from "./profile/profile.ts";
import { accountInForce, type InForce } from "./shared/account-in-force.ts";
import type { Context } from "./shared/context.ts";

/** What one look at the API showed. */
interface Findings {
  probe: Probe | null;
  table: StatusTable | null;
  /** Whether a stream of the API comes as it is sent; null where nothing runs that would send one. */
  streams: boolean | null;
  error: BeltError | null;
}

const NOTHING: Findings = { probe: null, table: null, streams: null, error: null };

/** `belt doctor`: what is in force and whether the API answers; exits as a run would that fails for it. */
export async function doctor(ctx: Context): Promise<void> {
  const inForce = await accountInForce(ctx);
  const findings = await examine(ctx, inForce);
  ctx.out.resultThatTells(await report(ctx, inForce, findings), doctorView, findings.error);
}

async function examine(ctx: Context, { account, error }: InForce): Promise<Findings> {
  if (error) return { ...NOTHING, error };
  let probe: Probe | null = null;
  try {
    const api = await ctx.api();
    probe = await api.probe();
    if (probe.error) return { ...NOTHING, probe, error: explained(probe.error, account) };
    const tasks = await api.tasks(20, deadline(PATIENCE)).catch(() => []);
    const table = account.statusTable ?? (await detectTable(api, tasks));
    const streams = await tryStream(api, tasks);
    ctx.signal.throwIfAborted();
    return { probe, table, streams, error: null };
  } catch (thrown) {
    ctx.signal.throwIfAborted();
    return { ...NOTHING, probe, error: asBeltError(thrown) };
  }
}

/** Milliseconds in which a stream that nothing holds back has sent its first line. */
const STREAM_PATIENCE = 3_000;

/** Opens the stream of a task that runs: behind a proxy that holds it back, nothing comes before its end. */
async function tryStream(api: Api, tasks: IdentifiedTask[]): Promise<boolean | null> {
  const running = tasks.find((task) => !isTerminal(api.statuses.read(task).word));
  if (!running) return null;
  const patience = Math.min(STREAM_PATIENCE, api.policy.silence);
  try {
    const { chunks } = await api.stream(running.id, undefined, deadline(patience, heldBack()));
    for await (const _chunk of chunks) return true;
    return null;
  } catch (thrown) {
    return thrown instanceof BeltError && thrown.facts.code === HELD_BACK ? false : null;
  }
}

const HELD_BACK = "stream_held_back";

function heldBack(): BeltError {
  return new BeltError({ code: HELD_BACK, message: "the stream sends nothing", exit: "unavailable" });
}

/** A key that is refused has to be changed where it comes from. */
function explained(error: BeltError, { key, keyFrom }: Account): BeltError {
  if (error.facts.httpStatus === 404)
    return error.with({ hint: "check the base URL (--api-url, BELT_API_URL): there is no such API" });
  if (error.facts.httpStatus !== 401 || key === null) return error;
  const hint: Hint =
    keyFrom?.kind === "profile"
      ? [belt("login", "--profile", keyFrom.name), " stores another key"]
      : `set ${describeKeySource(keyFrom)} to another key`;
  return error.with({ hint });
}

/** Milliseconds that the table of numbers is worth waiting for. */
const PATIENCE = 3_000;

/** The newest tasks tell which numbers the server uses; without any, nobody can know yet. */
async function detectTable(api: Api, tasks: IdentifiedTask[]): Promise<StatusTable | null> {
  for (const task of tasks) api.statuses.read(task);
  const [newest] = tasks;
  if (newest && api.statuses.table === null)
    await detectStatusTable(api, newest.id, deadline(PATIENCE)).catch(() => null);
  return api.statuses.table;
}

async function report(
  ctx: Context,
  { account, at }: InForce,
  { probe, table, streams, error }: Findings,
): Promise<DoctorDocument> {
  const { belt, node, platform } = await ctx.machine.versions();
  const proxy = at !== null || account.baseUrl === null ? null : ctx.credentials.proxy(account.baseUrl);
  return withAdvice({
    ok: error === null,
    belt,
    node,
    platform,
    profile: { name: account.profile, from: account.profileFrom },
    key: {
      end: keyEnd(account.key),
      from: describeKeySource(account.keyFrom),
      overrides: account.overridden,
    },
    api: {
      url: account.baseUrl ?? (probe && (await ctx.api()).baseUrl),
      from: account.baseUrlFrom,
      lasts: probe && (await ctx.api()).outlivesCommand,
      // Without a key that may go there nobody was asked.
      reachable: probe !== null || (at !== null || error?.facts.code === "no_key" ? null : false),
      http_status: probe?.status ?? null,
      latency_ms: probe?.latency ?? null,
      format: probe?.format ?? null,
      clock_skew_ms: probe?.skew ?? null,
      status_table: table,
      status_table_from: account.statusTable !== null ? `profile ${account.profile}` : table && "its tasks",
      streams,
    },
    // A proxy's URL may hold a password; its origin does not.
    proxy: proxy && { url: proxy.url.origin, from: proxy.from },
    folders: await folderModes(ctx.store.paths, platform),
    trouble: at,
    error: error && ctx.out.document(error),
  });
}

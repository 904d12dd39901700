import { type Account, describeKeySource } from "../account/account.ts";
import type { Api } from "../api/client.ts";
import { detectStatusTable } from "../api/get-task.ts";
import { deadline } from "../api/http/network-errors.ts";
import type { Probe } from "../api/http/probe.ts";
import { asBeltError, type BeltError } from "../errors.ts";
import { belt, type Hint } from "../hint.ts";
import { folderModes } from "../store/permissions.ts";
import { type DoctorDocument, doctorView } from "../views/doctor-view.ts";
import type { StatusTable } from "../wire/status.ts";
import { keyEnd } from "./profile/profile.ts";
import type { Context } from "./shared/context.ts";

/** What one look at the API showed. */
interface Findings {
  probe: Probe | null;
  table: StatusTable | null;
  error: BeltError | null;
}

/** `belt doctor`: what is in force and whether the API answers; exits as a run would that fails for it. */
export async function doctor(ctx: Context): Promise<void> {
  const account = await ctx.credentials.account();
  const findings = await examine(ctx, account);
  ctx.out.result(await report(ctx, account, findings), doctorView);
  if (findings.error) throw findings.error;
}

async function examine(ctx: Context, account: Account): Promise<Findings> {
  if (account.conflict) return { probe: null, table: null, error: account.conflict };
  let api: Api | null = null;
  let probe: Probe | null = null;
  try {
    api = await ctx.api();
    probe = await api.probe();
    if (probe.error) return { probe, table: null, error: explained(probe.error, account) };
    const table = account.statusTable ?? (await detectTable(api));
    ctx.signal.throwIfAborted();
    return { probe, table, error: null };
  } catch (thrown) {
    ctx.signal.throwIfAborted();
    const error = asBeltError(thrown);
    if (error.facts.exit === "usage") throw error;
    return { probe, table: null, error };
  }
}

/** A key that is refused has to be changed where it comes from. */
function explained(error: BeltError, { key, keyFrom }: Account): BeltError {
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
async function detectTable(api: Api): Promise<StatusTable | null> {
  const patience = deadline(PATIENCE);
  const tasks = await api.tasks(20, patience).catch(() => []);
  for (const task of tasks) api.statuses.read(task);
  const [newest] = tasks;
  if (newest && api.statuses.table === null)
    await detectStatusTable(api, newest.id, patience).catch(() => null);
  return api.statuses.table;
}

async function report(ctx: Context, account: Account, findings: Findings): Promise<DoctorDocument> {
  const { probe, table, error } = findings;
  const { belt, node, platform } = await ctx.machine.versions();
  const proxy = account.baseUrl === null ? null : ctx.credentials.proxy(account.baseUrl);
  return {
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
      // Without a key that may go there nobody was asked.
      reachable: probe !== null || (account.conflict || error?.facts.code === "no_key" ? null : false),
      http_status: probe?.status ?? null,
      latency_ms: probe?.latency ?? null,
      format: probe?.format ?? null,
      clock_skew_ms: probe?.skew ?? null,
      status_table: table,
      status_table_from: account.statusTable !== null ? `profile ${account.profile}` : table && "its tasks",
    },
    // A proxy's URL may hold a password; its origin does not.
    proxy: proxy && { url: proxy.url.origin, from: proxy.from },
    folders: await folderModes(ctx.store.paths, platform),
    error: error && ctx.out.document(error),
  };
}

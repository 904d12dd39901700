import { estimateDocument, formatUsd, type Microcents } from "../../api/resources/money.ts";
import type { BeltError } from "../../errors.ts";
import { peekBatch } from "../../store/batch-ledger.ts";
import { applyRecord, type BatchState, type Standing, standingOf } from "../../store/batch-state.ts";
import { type BatchCap, type BatchPlan, batchPlanView } from "../../views/batch-views.ts";
import type { Budget } from "../run/budget.ts";
import { apiWithKey } from "../run/prepare.ts";
import type { Context } from "../shared/context.ts";
import { countSpent } from "./admission.ts";
import { estimateRows, type RowsCost } from "./estimate-rows.ts";
import { headOf } from "./head.ts";
import { changedIds, requireVersion, warnOfLostJournal, warnOfVersion } from "./note-changes.ts";
import { type PlannedRow, planRows } from "./plan.ts";
import { preparePlanning } from "./planning.ts";
import type { BatchRequest } from "./request.ts";
import { carriedOver } from "./version-ran.ts";
import { Wanted } from "./wanted.ts";

/**
 * `--dry-run`: what the same command would do; with a key the app and the costs are read, and nothing is
 * sent or written. Throws what would stop it for money, once all has been shown.
 */
export async function dryRun(ctx: Context, { source, files, flags, budget }: BatchRequest): Promise<void> {
  const api = await apiWithKey(ctx);
  const { app, planning } = await preparePlanning(ctx, api, source);
  const rows = await planRows(planning);
  const state = await peekBatch(files, api && app ? await headOf(ctx, api, app.name) : null);
  warnOfLostJournal(ctx, state, files.journal);
  if (app) requireVersion({ planning, rows, state }, app.name, flags.again);
  else if (state.rows.size > 0)
    ctx.out.warn("without a key the app's version is not known, so rows that are done count as to be run");
  for (const moved of carriedOver(state, rows, planning)) applyRecord(state, moved);
  const wanted = new Wanted(state, { again: flags.again ?? null, saves: flags.save !== undefined });
  if (app) warnOfVersion(ctx, { planning, rows, state }, app.name);
  const changed = changedIds({ planning, rows, state });
  if (changed !== null) ctx.out.note(changed);
  countSpent(ctx, budget, state);
  const { counted } = budget;
  const isWanted = (row: PlannedRow) => wanted.submits(row);
  const cost = api && (await estimateRows(ctx, api, planning, { rows, isWanted, budget }));
  const plan: BatchPlan = {
    app: source.shared.app,
    version: app?.version ?? null,
    rows: rows.length,
    repeats: rows.filter(({ key }) => key.includes("#")).length,
    uploads: planning.uploads.total,
    ...standings(state, rows, wanted),
    out: files.results,
    estimate: cost && estimateDocument(cost.estimate),
    cap: cost && capOf(budget, counted, cost),
  };
  ctx.out.result(plan, batchPlanView);
  if (cost?.refusal) throw refusalOf(cost, counted);
}

function capOf({ cap }: Budget, counted: Microcents, { fits, last, refusal }: RowsCost): BatchCap | null {
  if (cap === null) return null;
  return {
    max_usd: formatUsd(cap),
    counted_usd: formatUsd(counted),
    fits,
    stops_after: refusal && (last?.row ?? 0),
  };
}

function refusalOf({ estimate: { max }, refusal }: RowsCost, counted: Microcents): BeltError {
  const { row, error } = refusal!;
  const hint = max === null ? {} : { hint: `--max-cost ${formatUsd(counted + max)} allows all rows` };
  return error.with({ message: `row ${row}: ${error.message}`, ...hint });
}

/** Each row once: what would be done with it, or how it stands and is left. */
function standings({ rows: states }: BatchState, rows: PlannedRow[], wanted: Wanted) {
  const found = rows.map((row) => ({
    standing: standingOf(states.get(row.key)),
    isRun: wanted.submits(row),
    isFollowed: wanted.follows(row),
  }));
  const left = (...standings: Standing[]) =>
    found.filter(({ standing, isRun, isFollowed }) => !isRun && !isFollowed && standings.includes(standing))
      .length;
  const followed = (wanted: Standing) =>
    found.filter(({ standing, isFollowed }) => isFollowed && standing === wanted).length;
  return {
    to_run: found.filter(({ isRun }) => isRun).length,
    run_again: found.filter(({ standing, isRun }) => isRun && standing !== "new").length,
    to_follow: followed("submitted"),
    to_save: followed("unsaved"),
    done: left("done", "unsaved"),
    failed: left("failed"),
    in_doubt: left("in-doubt"),
    to_look_for: found.filter(({ standing }) => standing === "in-doubt").length,
  };
}

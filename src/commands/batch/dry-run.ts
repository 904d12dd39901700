import { peekBatch } from "../../store/batch-ledger.ts";
import { applyRecord, type BatchState, type Standing, standingOf } from "../../store/batch-state.ts";
import { type BatchPlan, batchPlanView } from "../../views/batch-views.ts";
import { apiWithKey } from "../run/prepare.ts";
import type { Context } from "../shared/context.ts";
import { estimateRows } from "./estimate-rows.ts";
import { headOf } from "./head.ts";
import { noteChanges } from "./note-changes.ts";
import { type PlannedRow, planRows } from "./plan.ts";
import { preparePlanning } from "./planning.ts";
import type { BatchRequest } from "./request.ts";
import { carriedOver } from "./version-ran.ts";
import { Wanted } from "./wanted.ts";

/** `--dry-run`: what the same command would do; with a key the app is read, and nothing is sent or written. */
export async function dryRun(ctx: Context, { source, files, flags }: BatchRequest): Promise<void> {
  const api = await apiWithKey(ctx);
  const { app, planning } = await preparePlanning(ctx, api, source);
  const rows = await planRows(planning);
  const state = await peekBatch(files, api && app ? await headOf(ctx, api, app.name) : null);
  for (const moved of carriedOver(state, rows, planning)) applyRecord(state, moved);
  const wanted = new Wanted(state, { again: flags.again ?? null, saves: flags.save !== undefined });
  if (app) noteChanges(ctx, { planning, rows, state }, app.name);
  const plan: BatchPlan = {
    app: source.shared.app,
    version: app?.version ?? null,
    rows: rows.length,
    repeats: rows.filter(({ key }) => key.includes("#")).length,
    uploads: planning.uploads.total,
    ...standings(state, rows, wanted),
    out: files.results,
    estimate: api && (await estimateRows(ctx, api, planning, rows, (row) => wanted.submits(row))),
  };
  ctx.out.result(plan, batchPlanView);
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

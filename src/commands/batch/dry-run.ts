import { readBatch } from "../../store/batch-ledger.ts";
import { type BatchState, standingOf } from "../../store/batch-state.ts";
import { type BatchPlan, batchPlanView } from "../../views/batch-views.ts";
import { apiWithKey } from "../run/prepare.ts";
import type { Context } from "../shared/context.ts";
import { estimateRows } from "./estimate-rows.ts";
import { type PlannedRow, planRows } from "./plan.ts";
import { preparePlanning } from "./planning.ts";
import type { BatchRequest } from "./request.ts";

/** `--dry-run`: what the batch would do; with a key the app is read, and nothing is sent or written. */
export async function dryRun(ctx: Context, { source, files }: BatchRequest): Promise<void> {
  const api = await apiWithKey(ctx);
  const { app, planning } = await preparePlanning(ctx, api, source);
  const rows = await planRows(planning);
  const state = await readBatch(files);
  const isNew = ({ key }: PlannedRow) => standingOf(state.rows.get(key)) === "new";
  const plan: BatchPlan = {
    app: source.shared.app,
    version: app?.version ?? null,
    rows: rows.length,
    repeats: rows.filter(({ key }) => key.includes("#")).length,
    uploads: planning.uploads.total,
    ...standings(state, rows),
    out: files.results,
    estimate: api && (await estimateRows(ctx, api, planning, rows, isNew)),
  };
  ctx.out.result(plan, batchPlanView);
}

function standings(state: BatchState, rows: PlannedRow[]) {
  const found = rows.map(({ key }) => standingOf(state.rows.get(key)));
  const count = (...wanted: string[]) => found.filter((standing) => wanted.includes(standing)).length;
  return {
    to_run: count("new"),
    to_follow: count("submitted"),
    done: count("done", "unsaved"),
    failed: count("failed"),
    in_doubt: count("in-doubt"),
  };
}

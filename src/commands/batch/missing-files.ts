import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { belt } from "../../hint.ts";
import { type BatchFiles, readResults } from "../../store/batch-ledger.ts";
import type { ResultLine } from "../../store/batch-records.ts";
import type { Context } from "../shared/context.ts";
import type { PlannedRow } from "./plan.ts";

/** Says that files of rows done before are gone: whoever removed them may well not want them again. */
export async function noteMissingFiles(
  ctx: Context,
  { results }: BatchFiles,
  rows: readonly PlannedRow[],
  folder: string,
): Promise<void> {
  const wanted = new Set(rows.map(({ key }) => key));
  const missing = new Map<string, ResultLine>();
  for await (const line of readResults(results)) {
    missing.delete(line.key);
    if (wanted.has(line.key) && !(await areThere(ctx, line))) missing.set(line.key, line);
  }
  const [first] = missing.values();
  if (!first) return;
  const count = missing.size === 1 ? "1 row that was" : `${missing.size} rows that were`;
  ctx.out.note(`the files of ${count} done before are not where they were saved, and are left so`);
  ctx.out.hint([belt("task get", first.task_id!, "--save", folder), ` fetches those of row ${first.row}`]);
}

async function areThere({ machine }: Context, { saved, task_id }: ResultLine): Promise<boolean> {
  if (!Array.isArray(saved) || task_id === null) return true;
  for (const path of saved) {
    if (!(await stat(resolve(machine.cwd, path)).catch(() => null))) return false;
  }
  return true;
}

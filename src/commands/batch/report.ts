import { type BatchFiles, readBatch, readResults } from "../../store/batch-ledger.ts";
import type { ResultLine } from "../../store/batch-records.ts";
import { type BatchState, standingOf } from "../../store/batch-state.ts";
import type { BatchReport, FailureCause } from "../../views/batch-views.ts";
import type { PlannedRow } from "./plan.ts";

/** Rows that stand for all that failed for the same cause. */
const SAMPLES = 3;

/** How the rows of a batch stand, as its files tell. */
export async function readReport(
  files: BatchFiles,
  rows: readonly PlannedRow[],
  saves: boolean,
): Promise<BatchReport> {
  const state = await readBatch(files);
  const counts = { done: 0, unsaved: 0, failed: 0, in_doubt: 0, running: 0, left: 0 };
  for (const { key } of rows) counts[countOf(state, key, saves)]++;
  const isBad = counts.failed + counts.in_doubt + counts.unsaved > 0;
  return { rows: rows.length, ...counts, causes: isBad ? await readCauses(files, rows, state) : [] };
}

function countOf(
  state: BatchState,
  key: string,
  saves: boolean,
): Exclude<keyof BatchReport, "rows" | "causes"> {
  switch (standingOf(state.rows.get(key))) {
    case "done":
      return "done";
    case "unsaved":
      return saves ? "unsaved" : "done";
    case "failed":
      return "failed";
    case "submitted":
      // One that the API does not know any more has a line that says so.
      return state.rows.get(key)?.line?.taskId === state.rows.get(key)?.open?.taskId ? "in_doubt" : "running";
    case "in-doubt":
      return "in_doubt";
    default:
      return "left";
  }
}

async function readCauses(
  { results }: BatchFiles,
  rows: readonly PlannedRow[],
  state: BatchState,
): Promise<FailureCause[]> {
  const left = new Set(rows.map(({ key }) => key));
  const causes = new Map<string, FailureCause>();
  for await (const line of readResults(results)) {
    if (line.error === null || !left.has(line.key) || !isLast(line, state)) continue;
    left.delete(line.key);
    const text = causeOf(line);
    const cause = causes.get(text) ?? { cause: text, rows: 0, samples: [] };
    causes.set(text, cause);
    cause.rows++;
    if (cause.samples.length < SAMPLES)
      cause.samples.push({ row: line.row, id: line.id, task_id: line.task_id, error: line.error });
  }
  return [...causes.values()].sort((a, b) => b.rows - a.rows);
}

/** Of several lines of a row the last stands, as long as nothing newer is under way. */
function isLast({ key, status, attempts, task_id }: ResultLine, { rows }: BatchState): boolean {
  const row = rows.get(key);
  const last = row?.line;
  if (!row || !last || row.reopened) return false;
  return last.status === status && last.attempt === attempts && last.taskId === task_id;
}

/** What is the same in errors that differ in their ids, numbers and addresses alone. */
function causeOf({ status, error }: ResultLine): string {
  const first = (error ?? "").split("\n")[0]!;
  const text = first
    .replace(/https?:\/\/\S+/g, "…")
    .replace(/\b(?=\w*\d)[\w-]{8,}\b/g, "…")
    .replace(/\b\d+(\.\d+)?(ms|s)?\b/g, (number) => (/^[45]\d\d$/.test(number) ? number : "n"));
  return status === "unknown" ? `in doubt: ${text}` : text;
}

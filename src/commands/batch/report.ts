import { type BatchFiles, readBatch, readResults } from "../../store/batch-ledger.ts";
import type { ResultLine } from "../../store/batch-records.ts";
import { type BatchState, standingOf } from "../../store/batch-state.ts";
import { type BatchReport, type FailureCause, firstLine } from "../../views/batch-views.ts";
import type { PlannedRow } from "./plan.ts";

/** Rows that stand for all that failed for the same cause. */
const SAMPLES = 3;

const BAD = ["failed", "in_doubt", "unsaved"];

/** How the rows of a batch stand, as its files tell. */
export async function readReport(
  files: BatchFiles,
  rows: readonly PlannedRow[],
  saves: boolean,
): Promise<BatchReport> {
  const state = await readBatch(files);
  const counts = { done: 0, unsaved: 0, failed: 0, in_doubt: 0, lost: 0, running: 0, left: 0 };
  const bad = new Set<string>();
  for (const { key } of rows) {
    const standing = countOf(state, key, saves);
    counts[standing]++;
    if (standing === "in_doubt" && !state.rows.get(key)?.open?.taskId) counts.lost++;
    if (BAD.includes(standing)) bad.add(key);
  }
  return { rows: rows.length, ...counts, causes: bad.size > 0 ? await readCauses(files, bad, state) : [] };
}

function countOf(
  state: BatchState,
  key: string,
  saves: boolean,
): Exclude<keyof BatchReport, "rows" | "causes" | "lost"> {
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

/** Of the rows that are still bad, by the last line of each. */
async function readCauses(
  { results }: BatchFiles,
  bad: ReadonlySet<string>,
  state: BatchState,
): Promise<FailureCause[]> {
  const last = new Map<string, ResultLine>();
  for await (const line of readResults(results)) {
    if (!bad.has(line.key)) continue;
    last.delete(line.key);
    if (line.error !== null && isLast(line, state)) last.set(line.key, { ...line, output: null });
  }
  const causes = new Map<string, FailureCause>();
  for (const line of last.values()) count(causes, line);
  return [...causes.values()].sort((a, b) => b.rows - a.rows);
}

function count(causes: Map<string, FailureCause>, line: ResultLine): void {
  const text = causeOf(line);
  const told = toldBy(line);
  const cause = causes.get(text) ?? { cause: told, rows: 0, samples: [] };
  causes.set(text, cause);
  if (cause.cause !== told) cause.cause = text;
  cause.rows++;
  if (cause.samples.length < SAMPLES)
    cause.samples.push({ row: line.row, id: line.id, task_id: line.task_id, error: line.error ?? "" });
}

/** Of several lines of a row the last stands, as long as nothing newer is under way. */
function isLast({ key, status, attempts, task_id }: ResultLine, { rows }: BatchState): boolean {
  const row = rows.get(key);
  const last = row?.line;
  if (!row || !last || row.reopened) return false;
  return last.status === status && last.attempt === attempts && last.taskId === task_id;
}

/** What is the same in errors that differ in their ids, numbers and addresses alone. */
function causeOf(line: ResultLine): string {
  const told = line.task_id === null ? toldBy(line) : toldBy(line).replaceAll(line.task_id, "…");
  return told
    .replace(/https?:\/\/\S+/g, "…")
    .replace(/\b(?=\w*\d)[\w-]{8,}\b/g, "…")
    .replace(/\b\d+(\.\d+)?(ms|s)?\b/g, (number) => (/^[45]\d\d$/.test(number) ? number : "n"));
}

function toldBy({ status, error }: ResultLine): string {
  return `${status === "unknown" ? "in doubt: " : ""}${firstLine(error ?? "")}`;
}

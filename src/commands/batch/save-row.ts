import type { TaskDocument } from "../../api/resources/task.ts";
import { asBeltError, type BeltError } from "../../errors.ts";
import { valueAt } from "../../input/raw-value.ts";
import { buildRequest } from "../run/build-request.ts";
import { type SavedFile, saveOutput } from "../run/download.ts";
import type { ReceiptFacts } from "../run/receipt.ts";
import { shownName } from "../run/receipt-input.ts";
import { fileNames } from "../run/validate-input.ts";
import { type BatchRun, countingWarnings, type Job } from "./batch-run.ts";
import { parsedRow } from "./source.ts";

interface SavedRow {
  /** Null without `--save`. */
  saved: string[] | null;
  /** Why not all of it was saved. */
  error: BeltError | null;
}

/** The files of a row that ended well, under the row's own name, and its receipt where one is wanted. */
export async function saveRow(run: BatchRun, job: Job, task: TaskDocument): Promise<SavedRow> {
  const { save, receipt } = run.options;
  if (save === null) return { saved: null, error: null };
  const saving = await saveOutput(run.ctx, run.api, task, save, run.names.of(job.planned));
  const { saved } = saving.task;
  if (saving.error || !receipt) return { saved, error: saving.error };
  const { writeReceipt } = await import("../run/receipt.ts");
  try {
    await writeReceipt(countingWarnings(run), run.api, receiptFacts(run, job, saving.task, saving.files));
    return { saved, error: null };
  } catch (thrown) {
    return { saved, error: asBeltError(thrown) };
  }
}

/**
 * By the row, the journal and the task alone: a row that is followed again has the same receipt as one
 * that was never left.
 */
function receiptFacts(
  { planning, book, knownApp, ctx }: BatchRun,
  { planned, prepared }: Job,
  task: TaskDocument,
  saved: readonly SavedFile[],
): ReceiptFacts {
  const { candidate, coerced } = prepared;
  const row = book.row(planned.key);
  const own = parsedRow(planning.source, candidate);
  const infra = row?.newest ? row.newest.infra : (own.fields.infra ?? null);
  const { infra: _today, ...fields } = own.fields;
  const parsed = { ...own, fields: { ...fields, ...(infra !== null && { infra }) } };
  return {
    app: knownApp,
    parsed,
    coerced,
    request: buildRequest(parsed, coerced, (file) => placeOf(file, prepared, task)),
    submittedAt: Date.parse(row?.newest?.time ?? task.created_at ?? "") || ctx.now(),
    inputs: planning.uploads.hashesOf(fileNames(coerced)),
    estimate: book.estimate(planned.key),
    task,
    saved,
  };
}

/** The uri that was sent for a file, as the task has it; else what stands for the file in a receipt. */
function placeOf(file: string, { coerced }: Job["prepared"], task: TaskDocument): string {
  for (const root of ["input", "setup"] as const) {
    for (const upload of coerced[root]?.uploads ?? []) {
      const uri = upload.file === file ? valueAt(task[root], upload.path) : undefined;
      if (typeof uri === "string") return uri;
    }
  }
  return `@${shownName(file)}`;
}

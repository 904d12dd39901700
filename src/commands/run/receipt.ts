import { basename, dirname, resolve } from "node:path";
import type { Api } from "../../api/client.ts";
import type { TaskDocument } from "../../api/resources/task.ts";
import { BeltError } from "../../errors.ts";
import { fileReason } from "../../file-reason.ts";
import { withoutVersion } from "../../input/app-name.ts";
import { LARGEST_RECEIPT, writeReceiptFile } from "../../store/receipts.ts";
import { stringifyJson } from "../../wire/json.ts";
import type { JsonObject, RunRequest } from "../../wire/types.ts";
import type { RunContext } from "../shared/context.ts";
import type { SavedFile } from "./download.ts";
import type { FileFacts } from "./file-hash.ts";
import { hashSaved } from "./output-hash.ts";
import type { ParsedRun } from "./parse-run.ts";
import { RECEIPT_SCHEMA, type Receipt } from "./receipt-document.ts";
import { inputFiles, receiptInputs } from "./receipt-input.ts";
import type { RanApp } from "./run-version.ts";
import type { CoercedRun } from "./validate-input.ts";

/** A run that ended well, with all that its receipt tells of. */
export interface ReceiptFacts {
  app: RanApp;
  parsed: ParsedRun;
  coerced: CoercedRun;
  request: RunRequest;
  /** Milliseconds since 1970. */
  submittedAt: number;
  /** What was in each file that was uploaded, by the name it was given. */
  inputs: ReadonlyMap<string, FileFacts>;
  /** The document; null where nobody asked. */
  estimate: JsonObject | null;
  task: TaskDocument;
  /** All files of the output. */
  saved: readonly SavedFile[];
}

/**
 * Writes what is needed to run exactly that again as `<first saved file>.belt.json`; gives its path,
 * null where there is nothing for it to stand beside. Throws exit 9 when it cannot be written.
 */
export async function writeReceipt(ctx: RunContext, api: Api, facts: ReceiptFacts): Promise<string | null> {
  const [first] = facts.saved;
  const reason = first ? null : "no file was saved";
  const refusal = facts.task.session_id ? "a run in a session cannot be repeated" : reason;
  if (refusal !== null || !first) {
    ctx.out.warn(`there is no receipt: ${refusal}`);
    return null;
  }
  try {
    const receipt = await receiptOf(ctx, api, facts);
    if (receipt.version.id === null)
      ctx.out.warn("the API does not tell which version ran, so the receipt cannot name it");
    const name = await writeReceiptFile(
      dirname(resolve(ctx.machine.cwd, first.path)),
      ctx.store.owner,
      basename(first.path),
      textOf(ctx, receipt),
    );
    const path = `${first.path.slice(0, first.path.length - basename(first.path).length)}${name}`;
    ctx.out.note(`receipt ${path}`);
    return path;
  } catch (thrown) {
    throw notWritten(thrown, facts.task.id);
  }
}

/** Keys that are known are taken out, in case a server or an input holds one. */
function textOf(ctx: RunContext, receipt: Receipt): string {
  const text = ctx.out.redact(`${stringifyJson(receipt, 2)}\n`);
  if (Buffer.byteLength(text) <= LARGEST_RECEIPT) return text;
  throw new Error("it would be larger than 16 MB");
}

function notWritten(thrown: unknown, taskId: string): BeltError {
  return new BeltError({
    code: "receipt_failed",
    message: `the receipt of task ${taskId} could not be written: ${fileReason(thrown)}`,
    exit: "partial",
    taskId,
    cause: thrown,
  });
}

async function receiptOf(ctx: RunContext, api: Api, facts: ReceiptFacts): Promise<Receipt> {
  const { app, parsed, coerced, request, task, saved, estimate, submittedAt } = facts;
  const schemas = await app.secretSchemas(request.function);
  const { given, sent, redacted } = receiptInputs(coerced, request, schemas);
  const { files, rest } = await hashSaved(ctx, task, saved);
  return {
    schema: RECEIPT_SCHEMA,
    belt: (await ctx.machine.versions()).belt,
    api: api.name,
    task_id: task.id,
    app: withoutVersion(parsed.app),
    version: await app.version(task),
    function: request.function ?? null,
    variant: request.variant ?? null,
    infra: request.infra ?? null,
    given,
    sent,
    redacted,
    files: {
      in: inputFiles(coerced, facts.inputs),
      out: files.map((file, index) => ({ ...file, name: basename(saved[index]!.path) })),
    },
    output_sha256: rest,
    status: task.status,
    submitted_at: new Date(submittedAt).toISOString(),
    created_at: task.created_at,
    updated_at: task.updated_at,
    estimate,
  };
}

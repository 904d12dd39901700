import type { Api } from "../../api/client.ts";
import { estimateDocument } from "../../api/resources/money.ts";
import { asBeltError, usageError } from "../../errors.ts";
import type { Context } from "../shared/context.ts";
import { requireFolder, type Saving, saveOutput } from "./download.ts";
import type { RunResult } from "./interrupt.ts";
import { RanApp } from "./run-version.ts";
import type { Started } from "./start.ts";

/** Throws a usage error for a folder that cannot take files, and for a receipt that nothing would stand beside. */
export async function checkSave(
  ctx: Context,
  { save, receipt }: { save?: string; receipt?: boolean },
): Promise<void> {
  if (save !== undefined) await requireFolder(ctx, save);
  else if (receipt)
    throw usageError(
      "--receipt goes only with --save",
      "a receipt stands beside the first file that is saved",
    );
}

/** The files of a run that ended well in the folder that was asked for, with its receipt where one is wanted. */
export async function saveRun(
  ctx: Context,
  api: Api,
  { task, error }: RunResult,
  folder: string | undefined,
  started: Started,
): Promise<Saving | null> {
  if (folder === undefined || error || task?.status !== "completed") return null;
  const saving = await saveOutput(ctx, api, task, folder);
  if (started.inputs === null) return saving;
  if (!saving.error) return await withReceipt(ctx, api, saving, started, started.inputs);
  ctx.out.warn("there is no receipt: not every file was saved");
  return saving;
}

async function withReceipt(
  ctx: Context,
  api: Api,
  saving: Saving,
  { submission, parsed, coerced, estimate }: Started,
  inputs: NonNullable<Started["inputs"]>,
): Promise<Saving> {
  const { task, files } = saving;
  const { request, at } = submission;
  const { writeReceipt } = await import("./receipt.ts");
  const facts = {
    app: new RanApp(ctx, api, request.app),
    parsed,
    coerced,
    request,
    submittedAt: at,
    inputs,
    estimate: estimate && { ...estimateDocument(estimate) },
    task,
    saved: files,
  };
  try {
    return { ...saving, task: { ...task, receipt: await writeReceipt(ctx, api, facts) } };
  } catch (thrown) {
    return { ...saving, error: asBeltError(thrown) };
  }
}

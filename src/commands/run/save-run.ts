import type { Api } from "../../api/client.ts";
import { asBeltError } from "../../errors.ts";
import type { Context } from "../shared/context.ts";
import { type Saving, saveOutput } from "./download.ts";
import type { RunResult } from "./interrupt.ts";
import type { Started } from "./start.ts";

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
  const facts = { parsed, coerced, request, submittedAt: at, inputs, estimate, task, saved: files };
  try {
    return { ...saving, task: { ...task, receipt: await writeReceipt(ctx, api, facts) } };
  } catch (thrown) {
    return { ...saving, error: asBeltError(thrown) };
  }
}

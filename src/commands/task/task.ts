import type { Api } from "../../api/client.ts";
import { getTask } from "../../api/get-task.ts";
import { deadline } from "../../api/http/network-errors.ts";
import { BeltError } from "../../errors.ts";
import { belt } from "../../hint.ts";
import { taskPageView, taskView } from "../../views/task-views.ts";
import { isTerminal } from "../../wire/status.ts";
import type { Context } from "../shared/context.ts";
import { forEachId, printResults } from "../shared/for-each-id.ts";
import { resolveIds } from "../shared/ids.ts";
import { aboutTask } from "../shared/task-errors.ts";

export interface GetFlags {
  /** Folder for the files of the output. */
  save?: string;
}

/** `belt task get <id…>`: the tasks as they are now; it reports how they ended and exits 0. */
export async function get(ctx: Context, references: string[], { save }: GetFlags): Promise<void> {
  const { ids, asArray } = await resolveIds(ctx, references, "task");
  const api = await ctx.api();
  if (save !== undefined) return await getAndSave(ctx, api, ids, asArray, save);
  const getOne = aboutTask((id) => getTask(api, id));
  const [first] = ids;
  if (asArray || first === undefined) {
    return printResults(ctx, await forEachId(ctx, ids, getOne), asArray, taskView);
  }
  const task = await getOne(first);
  const timings = () =>
    api.timings(first, AbortSignal.any([ctx.signal, deadline(PATIENCE)])).catch(() => null);
  await ctx.out.resultWithDetails(task, timings, taskPageView);
}

/** Milliseconds that where the time went is worth waiting for. */
const PATIENCE = 3_000;

async function getAndSave(
  ctx: Context,
  api: Api,
  ids: string[],
  asArray: boolean,
  folder: string,
): Promise<void> {
  const { requireFolder, saveOutput } = await import("../run/download.ts");
  await requireFolder(ctx, folder);
  const outcomes = await forEachId(
    ctx,
    ids,
    aboutTask((id) => getTask(api, id)),
  );
  for (const outcome of outcomes) {
    const { document } = outcome;
    if (!document) continue;
    const { task, error } = isTerminal(document.status)
      ? await saveOutput(ctx, api, document, folder)
      : { task: { ...document, saved: [] }, error: notEnded(document.id) };
    Object.assign(outcome, { document: task, error });
  }
  printResults(ctx, outcomes, asArray, taskView);
}

/** What an output lacks until the task has ended cannot be told from what it will never have. */
function notEnded(taskId: string): BeltError {
  return new BeltError({
    code: "still_running",
    message: `task ${taskId} is still running, so nothing was saved`,
    hint: belt("task wait", taskId),
    exit: "stillRunning",
    retryable: true,
    taskId,
  });
}

import { type Cancellation, cancelTask } from "../api/cancel.ts";
import type { Api } from "../api/client.ts";
import { lookAt } from "../api/look.ts";
import { cancellationView, taskPageView, taskView } from "../terminal/task-views.ts";
import type { Context } from "./context.ts";
import { resolveIds } from "./references.ts";
import { conclude, forEachId } from "./several.ts";

export interface GetFlags {
  /** Folder for the files of the output. */
  save?: string;
}

/** `belt task get <id…>`: the tasks as they are now; it reports how they ended and exits 0. */
export async function get(ctx: Context, references: string[], { save }: GetFlags): Promise<void> {
  const { ids, several } = await resolveIds(ctx, references, "task");
  const api = await ctx.api();
  if (save !== undefined) return await getAndSave(ctx, api, ids, several, save);
  const [first] = ids;
  if (several || first === undefined) {
    return conclude(ctx, await forEachId(ctx, ids, (id) => lookAt(api, id)), several, taskView);
  }
  const task = await lookAt(api, first);
  await ctx.out.page(task, () => api.timings(first).catch(() => null), taskPageView);
}

async function getAndSave(
  ctx: Context,
  api: Api,
  ids: string[],
  several: boolean,
  folder: string,
): Promise<void> {
  const { saveOutput } = await import("./save.ts");
  const outcomes = await forEachId(ctx, ids, (id) => lookAt(api, id));
  for (const outcome of outcomes) {
    if (!outcome.document) continue;
    const { task, error } = await saveOutput(ctx, api, outcome.document, folder);
    Object.assign(outcome, { document: task, error });
  }
  conclude(ctx, outcomes, several, taskView);
}

/** `belt task cancel <id…>`: says what really happened to each. */
export async function cancel(ctx: Context, references: string[]): Promise<void> {
  const { ids, several } = await resolveIds(ctx, references, "task");
  const api = await ctx.api();
  conclude<Cancellation>(
    ctx,
    await forEachId(ctx, ids, (id) => cancelTask(api, id, ctx.signal)),
    several,
    cancellationView,
  );
}

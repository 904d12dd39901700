import { taskDocument } from "../../api/resources/task.ts";
import { journalView, taskListView } from "../../views/list-views.ts";
import type { Context } from "../shared/context.ts";

export interface ListFlags {
  limit: number;
  journal?: boolean;
}

/** `belt task list`: the account's newest tasks, or with `--journal` what this machine submitted. */
export async function list(ctx: Context, { limit, journal }: ListFlags): Promise<void> {
  if (journal) {
    const entries = await ctx.store.journal.newestFirst("task");
    return ctx.out.result(entries.slice(0, limit), journalView);
  }
  const api = await ctx.api();
  const tasks = await api.tasks(limit);
  const documents = tasks.map((task) => taskDocument(task, api.statuses.read(task), null));
  ctx.out.result(documents, taskListView);
}

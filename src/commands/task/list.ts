import { type TaskDocument, taskDocument } from "../../api/resources/task.ts";
import { usageError } from "../../errors.ts";
import { withoutVersion } from "../../input/app-name.ts";
import { journalView, taskListView } from "../../views/list-views.ts";
import { isTerminal, type StatusWord } from "../../wire/status.ts";
import type { Context } from "../shared/context.ts";

export interface ListFlags {
  limit: number;
  journal?: boolean;
  status?: StatusFilter;
  app?: string;
}

/** A state, or "active" for all in which a task has not ended. */
type StatusFilter = StatusWord | "active";

/** Pages that are read for tasks that fit, and tasks on each. */
const MOST_PAGES = 10;
const PAGE_SIZE = 100;

/** `belt task list`: the account's newest tasks, or with `--journal` what this machine submitted. */
export async function list(ctx: Context, flags: ListFlags): Promise<void> {
  if (flags.journal) return await listJournal(ctx, flags);
  const isFiltered = flags.status !== undefined || flags.app !== undefined;
  const tasks = isFiltered ? await filtered(ctx, flags) : await newest(ctx, flags);
  ctx.out.list(tasks, taskListView, isFiltered ? "no task is like that" : "there are no tasks yet");
}

async function listJournal(ctx: Context, { limit, status, app }: ListFlags): Promise<void> {
  if (status !== undefined)
    throw usageError(
      "--status does not go with --journal, which knows what was submitted and not how it went",
      "leave --journal out to ask the API",
    );
  const { journal } = ctx.store;
  const none = "this machine has submitted no such task";
  if (app === undefined) return ctx.out.list(await journal.newestFirst("task", limit), journalView, none);
  const fitting = (await journal.newestFirst("task")).filter((entry) => isApp(entry.app, app));
  ctx.out.list(fitting.slice(0, limit), journalView, none);
}

async function newest(ctx: Context, { limit }: ListFlags): Promise<TaskDocument[]> {
  const api = await ctx.api();
  return (await api.tasks(limit)).map((task) => taskDocument(task, api.statuses.read(task), null));
}

/** The newest tasks that fit, looked for in a bounded number of pages: no filter is certain to be known to the API. */
async function filtered(ctx: Context, { limit, status, app }: ListFlags): Promise<TaskDocument[]> {
  const api = await ctx.api();
  const found: TaskDocument[] = [];
  let [pages, looked] = [0, 0];
  for await (const tasks of api.taskPages(PAGE_SIZE)) {
    // A page that is read by words may tell what numbers mean.
    const documents = tasks.map((task) => taskDocument(task, api.statuses.read(task), null));
    looked += tasks.length;
    found.push(
      ...documents.filter(
        (task) =>
          (status === undefined || isIn(task.status, status)) && (app === undefined || isApp(task.app, app)),
      ),
    );
    if (found.length >= limit) break;
    if (++pages === MOST_PAGES) {
      ctx.out.note(`looked through the newest ${looked} tasks; older ones were not asked for`);
      break;
    }
  }
  return found.slice(0, limit);
}

function isIn(word: StatusWord, wanted: StatusFilter): boolean {
  return wanted === "active" ? !isTerminal(word) : word === wanted;
}

/** A version, or a namespace, that was not asked for does not count. */
function isApp(app: string | null, wanted: string): boolean {
  if (app === null) return false;
  const known = wanted.includes("@") ? app : withoutVersion(app);
  return known === wanted || (!wanted.includes("/") && known.endsWith(`/${wanted}`));
}

import { taskNames } from "../../api/resources/read.ts";
import type { IdentifiedTask } from "../../api/resources/task.ts";
import { appName } from "../../api/resources/task.ts";
import { BeltError } from "../../errors.ts";
import { withoutVersion } from "../../input/app-name.ts";
import type { Attempt } from "../../store/batch-state.ts";
import { mapLimit } from "../shared/map-limit.ts";
import { type BatchRun, writeFound } from "./batch-run.ts";
import { shortHash } from "./content.ts";
import type { PlannedRow } from "./plan.ts";

/** Pages of the account's tasks that are looked through. */
const MOST_PAGES = 5;

/** Tasks asked for in one page, and tasks asked for by themselves at the same time. */
const PAGE = 100;
const AT_ONCE = 8;

/** A row whose submit got no answer. */
interface LostRow {
  planned: PlannedRow;
  attempt: Attempt;
  /** Its task cannot be older, in milliseconds since 1970 by the server's clock; null when that is not known. */
  since: number | null;
}

/**
 * Looks through the account's newest tasks for those of rows whose submits got no answer. A task is
 * taken for the row's own only when nothing speaks against it, and it alone; all others stay in doubt.
 */
export async function adoptLost(run: BatchRun): Promise<void> {
  const lost = run.rows.flatMap((planned) => lostRow(run, planned));
  if (lost.length === 0) return;
  const found = matches(run, lost, await strangers(run, lost));
  for (const { planned, attempt } of lost) {
    const taskId = found.get(planned.key);
    if (taskId !== undefined) {
      run.book.note({ type: "task", key: planned.key, attempt: attempt.number, task_id: taskId });
      run.settled.delete(planned.key);
      run.note(`row ${planned.row}: its submit got no answer; it is task ${taskId}`);
    } else if (run.book.row(planned.key)?.line?.attempt !== attempt.number) {
      const error = "the submit got no answer, so the run may have started";
      await writeFound(run, planned, { status: "unknown", error });
    }
  }
}

function lostRow({ book }: BatchRun, planned: PlannedRow): LostRow[] {
  const attempt = book.open(planned.key);
  if (!attempt || attempt.taskId !== null) return [];
  const since = Date.parse(attempt.intent.server_time ?? "");
  // The API may tell times in whole seconds.
  return [{ planned, attempt, since: Number.isNaN(since) ? null : Math.floor(since / 1000) * 1000 }];
}

/** Tasks that may be those of lost rows and that neither journal knows. */
async function strangers(run: BatchRun, lost: LostRow[]): Promise<IdentifiedTask[]> {
  const since = lost.reduce((first, row) => Math.min(first, row.since ?? first), Number.POSITIVE_INFINITY);
  if (since === Number.POSITIVE_INFINITY) return [];
  const known = await knownTasks(run);
  const isStranger = (task: IdentifiedTask) => !taskNames(task).some((name) => known.has(name));
  try {
    const found = await newestTasks(run, since, (task) => isStranger(task) && fits(run, lost, task));
    return (await mapLimit(found, AT_ONCE, (task) => withAllNames(run, task))).filter(isStranger);
  } catch (thrown) {
    // Who leaves is told how the rows stand, too.
    if (run.ending.aborted) return [];
    if (!(thrown instanceof BeltError)) throw thrown;
    run.ctx.out.warn(
      `the account's tasks could not be read, so lost submits stay in doubt: ${thrown.message}`,
    );
    return [];
  }
}

/** From the newest back to the oldest that can be meant. */
async function newestTasks(
  { api, ending }: BatchRun,
  since: number,
  isWanted: (task: IdentifiedTask) => boolean,
): Promise<IdentifiedTask[]> {
  const found: IdentifiedTask[] = [];
  let pages = 0;
  for await (const page of api.taskPages(PAGE, ending)) {
    found.push(...page.filter((task) => createdAt(task) >= since && isWanted(task)));
    if (++pages === MOST_PAGES || page.some((task) => createdAt(task) < since)) break;
  }
  return found;
}

function fits(run: BatchRun, lost: LostRow[], task: IdentifiedTask): boolean {
  return lost.some((row) => isItsOwn(run, row, task));
}

/** A list may call a task otherwise than the answer to its submit did: the task itself tells all its names. */
async function withAllNames({ api, ending }: BatchRun, task: IdentifiedTask): Promise<IdentifiedTask> {
  if (taskNames(task).length > 1) return task;
  const { id, short_id = task.id } = await api.task(task.id, ending);
  return { ...task, id, short_id };
}

async function knownTasks({ ctx, book }: BatchRun): Promise<Set<string>> {
  const entries = await ctx.store.journal.newestFirst("task");
  return new Set([...book.state.taskIds, ...entries.map(({ id }) => id)]);
}

function createdAt({ created_at }: IdentifiedTask): number {
  return typeof created_at === "string" ? Date.parse(created_at) : Number.NaN;
}

/** The ids of tasks by the keys of rows, where one task fits one row and no other. */
function matches(run: BatchRun, lost: LostRow[], tasks: IdentifiedTask[]): Map<string, string> {
  const pairs = lost.flatMap((row) =>
    tasks.filter((task) => isItsOwn(run, row, task)).map(({ id }) => ({ key: row.planned.key, id })),
  );
  const alone = pairs.filter(
    (pair) => pairs.filter(({ key, id }) => key === pair.key || id === pair.id).length === 1,
  );
  return new Map(alone.map(({ key, id }) => [key, id]));
}

function isItsOwn(run: BatchRun, { attempt, since }: LostRow, task: IdentifiedTask): boolean {
  return (
    since !== null &&
    createdAt(task) >= since &&
    isSameApp(run.planning.source.shared.app, appName(task["app"])) &&
    isSameFunction(attempt.intent.function, task["function"], run.defaultFunction) &&
    shortHash(task["input"]) === attempt.intent.sent
  );
}

/** A version is not compared: whatever runs, it is the row's. A name without a namespace is that of any. */
function isSameApp(asked: string, told: string | null): boolean {
  if (told === null) return false;
  const [wanted, found] = [asked, told].map(withoutVersion);
  return wanted === found || (!wanted!.includes("/") && wanted === found!.split("/").at(-1));
}

function isSameFunction(asked: string | null, told: unknown, standard: string): boolean {
  const found = typeof told === "string" && told !== "" ? told : standard;
  return (asked ?? standard) === found;
}

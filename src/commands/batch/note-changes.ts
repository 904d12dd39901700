import { BeltError } from "../../errors.ts";
import type { Again } from "../../store/batch-records.ts";
import { type BatchState, type RowState, standingOf } from "../../store/batch-state.ts";
import type { Context } from "../shared/context.ts";
import type { PlannedRow, Planning } from "./plan.ts";

interface Plan {
  planning: Planning;
  rows: readonly PlannedRow[];
  state: BatchState;
}

/** Says, before anything is paid, that what was begun is not known any more. */
export function warnOfLostJournal({ out }: Context, { hasJournal, rows }: BatchState, journal: string): void {
  if (hasJournal || rows.size === 0) return;
  out.warn(
    `${journal} is missing: a row that was submitted and has no result is paid again, and what was spent is not known`,
  );
}

/**
 * Throws where the API told the version of the app at one time and not at the other: the keys of all rows
 * are others then, and each would be paid again. Who runs all of them again has asked for that.
 */
export function requireVersion(plan: Plan, app: string, again: Again | undefined): void {
  const { planning, state } = plan;
  if (again === "all") return;
  const rows = [...state.rows.values()];
  const known = planning.version === null ? rows.find(({ version }) => version !== null)?.version : undefined;
  const unknown = new Set(rows.filter(({ version }) => version === null).map(({ content }) => content));
  const isRun = planning.version !== null && freshRows(plan).some(({ content }) => unknown.has(content));
  if (known === undefined && !isRun) return;
  throw new BeltError({
    code: "version_unknown",
    message: isRun
      ? `rows of this batch ran while the API did not tell the version of ${app}, which is ${planning.version} now: they would be paid again`
      : `the API does not tell the version of ${app} now, and rows of this batch ran in ${known}: they would be paid again`,
    hint: isRun
      ? "nothing was sent; --again all runs all rows again"
      : `nothing was sent; try again later, or name the version: ${app}@${known}`,
    exit: "failure",
  });
}

/** Says, before anything is paid, which rows will be run again for a new version of the app. */
export function warnOfVersion(ctx: Context, plan: Plan, app: string): void {
  const { planning, state } = plan;
  const done = contentsDone(state, planning.version);
  const older = freshRows(plan).filter(({ content }) => done.has(content));
  if (older.length === 0) return;
  const version = done.get(older[0]!.content)!;
  const rows = older.length === 1 ? "1 row that is" : `${older.length} rows that are`;
  ctx.out.warn(
    `${app} has a new version, ${planning.version ?? "unknown"}: ${rows} done in version ${version} will be run again; ${app}@${version} keeps to that`,
  );
}

/** What has ended well in another version than this, and in which. */
function contentsDone(state: BatchState, version: string | null): Map<string, string> {
  const isDone = (row: RowState) => ["done", "unsaved"].includes(standingOf(row));
  const done = [...state.rows.values()].filter((row) => row.version !== version && isDone(row));
  return new Map(
    done.flatMap((row) => (row.content && row.version ? [[row.content, row.version] as const] : [])),
  );
}

/** Which ids have new content, so that their rows are run as new ones; null where none has. */
export function changedIds(plan: Plan): string | null {
  const { rows, state } = plan;
  const keys = new Set(rows.map(({ key }) => key));
  const changed = freshRows(plan).flatMap(({ id, content }) => {
    const before = id === null ? undefined : state.ids.get(id);
    const isOther = before !== undefined && !keys.has(before) && state.rows.get(before)?.content !== content;
    return isOther ? [id!] : [];
  });
  const [first] = changed;
  if (first === undefined) return null;
  const which =
    changed.length === 1
      ? `the id ${first} has new content, and is`
      : `${changed.length} ids, such as ${first}, have new content, and are`;
  return `${which} run as new; of the lines with an id, the last stands`;
}

function freshRows({ rows, state }: Plan): PlannedRow[] {
  return rows.filter(({ key }) => standingOf(state.rows.get(key)) === "new");
}

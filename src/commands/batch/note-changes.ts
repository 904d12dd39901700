import { type BatchState, type RowState, standingOf } from "../../store/batch-state.ts";
import type { Context } from "../shared/context.ts";
import type { PlannedRow, Planning } from "./plan.ts";

interface Plan {
  planning: Planning;
  rows: readonly PlannedRow[];
  state: BatchState;
}

/** Says, before anything is paid, which rows will be run though rows like them have ended well. */
export function noteChanges(ctx: Context, plan: Plan, app: string): void {
  const fresh = plan.rows.filter(({ key }) => standingOf(plan.state.rows.get(key)) === "new");
  noteVersion(ctx, plan, fresh, app);
  noteIds(ctx, plan, fresh);
}

function noteVersion(ctx: Context, { planning, state }: Plan, fresh: PlannedRow[], app: string): void {
  const done = contentsDone(state, planning.version);
  const older = fresh.filter(({ content }) => done.has(content));
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

function noteIds(ctx: Context, { rows, state }: Plan, fresh: PlannedRow[]): void {
  const keys = new Set(rows.map(({ key }) => key));
  const changed = fresh.flatMap(({ id, content }) => {
    const before = id === null ? undefined : state.ids.get(id);
    const isOther = before !== undefined && !keys.has(before) && state.rows.get(before)?.content !== content;
    return isOther ? [id!] : [];
  });
  const [first] = changed;
  if (first === undefined) return;
  const which =
    changed.length === 1 ? `the id ${first} has` : `${changed.length} ids, such as ${first}, have`;
  ctx.out.note(`${which} new content, and will be run as new; of the lines with an id, the last stands`);
}

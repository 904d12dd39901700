import { standingOf } from "../../store/batch-state.ts";
import type { Context } from "../shared/context.ts";
import type { Book } from "./book.ts";
import type { PlannedRow, Planning } from "./plan.ts";

interface Plan {
  planning: Planning;
  rows: readonly PlannedRow[];
  book: Book;
}

/** Says, before anything is paid, which rows will be run though rows like them have ended well. */
export function noteChanges(ctx: Context, plan: Plan, app: string): void {
  const { planning, rows, book } = plan;
  const older = rows.flatMap((row) => doneInAnother(book, row, planning.version) ?? []);
  if (older.length > 0) {
    const version = older[0]!.version;
    const [count, are] = older.length === 1 ? ["1 row", "is"] : [`${older.length} rows`, "are"];
    ctx.out.warn(
      `${app} has a new version, ${planning.version ?? "unknown"}: ${count} that ${are} done in version ${version} will be run again; ${app}@${version} keeps to that`,
    );
  }
  const relabeled = changedIds(plan);
  if (relabeled.length === 0) return;
  const [first] = relabeled;
  const which =
    relabeled.length === 1 ? `the id ${first} has` : `${relabeled.length} ids, such as ${first}, have`;
  ctx.out.note(`${which} new content, and will be run as new; of the lines with an id, the last stands`);
}

/** Another version in which the content of a row that is new has ended well. */
function doneInAnother(book: Book, { key, content }: PlannedRow, version: string | null) {
  if (book.standing(key) !== "new") return null;
  for (const [other, of] of book.state.versions.get(content) ?? []) {
    const standing = standingOf(book.state.rows.get(other));
    if (of !== version && of !== null && (standing === "done" || standing === "unsaved"))
      return { version: of };
  }
  return null;
}

function changedIds({ rows, book }: Plan): string[] {
  const keys = new Set(rows.map(({ key }) => key));
  return rows.flatMap(({ id, key }) => {
    const before = id === null ? undefined : book.state.ids.get(id);
    const isOther = before !== undefined && !keys.has(before) && !isSameContent(book, before, key);
    return isOther && book.standing(key) === "new" ? [id!] : [];
  });
}

/** A row that only the version of the app has changed. */
function isSameContent({ state }: Book, one: string, other: string): boolean {
  return [...state.versions.values()].some((keys) => keys.has(one) && keys.has(other));
}

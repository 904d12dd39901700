import { BeltError } from "../../errors.ts";
import type { BatchRecord } from "../../store/batch-records.ts";
import { type BatchState, standingOf } from "../../store/batch-state.ts";
import type { JsonObject } from "../../wire/types.ts";
import type { VersionRan } from "../run/receipt-document.ts";
import { versionTold } from "../run/run-version.ts";
import type { BatchRun, Job } from "./batch-run.ts";
import { countIn, keyOf } from "./content.ts";
import type { PlannedRow, Planning } from "./plan.ts";

type Moved = Extract<BatchRecord, { type: "moved" }>;

/**
 * Where a task tells another version than was planned, its row stands under that from now on: it is
 * not paid again by a plan of that version. A version that came while the batch ran begins no more rows.
 */
export async function keepVersionRan(run: BatchRun, job: Job, task: JsonObject): Promise<void> {
  const { planning, book } = run;
  const { planned } = job;
  const open = book.open(planned.key);
  if (!open || !isOther(planning.current, versionTold(task))) return;
  const { id, short_id } = await run.knownApp.version(task);
  const version = short_id ?? id;
  if (version === (book.row(planned.key)?.version ?? null)) return;
  const to = freeKey(book.state, planned, version);
  book.note({ type: "moved", key: planned.key, attempt: open.number, to, version });
  if (open.intent.version !== planning.version) {
    // An earlier command began it; the row in the version of this one is yet to be run.
    job.planned = { ...planned, key: to };
    run.note(
      `row ${planned.row}: task ${open.taskId} ran in version ${version}; it will be run again in ${planning.version}`,
    );
  } else {
    planned.key = to;
    run.stop.request(newVersion(run, version));
  }
}

/** True where both are known by the same kind of name, and neither has one of the other's. */
function isOther(planned: VersionRan | null, told: VersionRan): boolean {
  if (!planned) return false;
  const isKnown = (kind: keyof VersionRan) => planned[kind] !== null && told[kind] !== null;
  const names = [planned.id, planned.short_id].filter((name) => name !== null);
  const isSame = [told.id, told.short_id].some((name) => name !== null && names.includes(name));
  return (isKnown("id") || isKnown("short_id")) && !isSame;
}

/** The row's own in that version; where that has been run, the next that has not. */
function freeKey(state: BatchState, { key, content }: PlannedRow, version: string | null): string {
  let free = keyOf(content, version, countIn(key));
  for (let count = 1; standingOf(state.rows.get(free)) !== "new"; count++)
    free = keyOf(content, version, count);
  return free;
}

function newVersion({ planning }: BatchRun, version: string | null): BeltError {
  const [app = ""] = planning.source.shared.app.split("@");
  return new BeltError({
    code: "new_version",
    message: `${app} has a new version: the batch began in ${planning.version}, and now runs in ${version}; no more rows are begun`,
    hint: `${app}@${planning.version} keeps to the old one`,
    exit: "partial",
  });
}

/**
 * What an earlier command has left unfinished in another version is the row's own all the same: it is
 * followed, or stays in doubt, before anything is paid again. What it ran in, its task may tell.
 */
export function carriedOver(state: BatchState, rows: readonly PlannedRow[], { version }: Planning): Moved[] {
  const keys = new Set(rows.map(({ key }) => key));
  const left = [...state.rows].filter(([key, row]) => row.open && !keys.has(key));
  if (left.length === 0) return [];
  const fresh = rows.filter(({ key }) => standingOf(state.rows.get(key)) === "new");
  const byContent = new Map<string, string[]>();
  for (const { content, key } of fresh) {
    const equal = byContent.get(content);
    if (equal) equal.push(key);
    else byContent.set(content, [key]);
  }
  return left.flatMap(([key, row]): Moved[] => {
    const to = byContent.get(row.content ?? "")?.shift();
    return to === undefined ? [] : [{ type: "moved", key, attempt: row.open!.number, to, version }];
  });
}

import type { Again, BatchHead, BatchRecord, Intent, ResultLine } from "./batch-records.ts";

/** A submit of a row whose outcome no line of the results tells yet. */
export interface Attempt {
  number: number;
  round: number;
  /** Null while no answer to the submit is known. */
  taskId: string | null;
  /** True when belt has asked for its end. */
  cancelled: boolean;
  intent: Pick<Intent, "version" | "function" | "sent" | "server_time" | "until" | "estimate">;
}

/** The last line of a row, as far as going on needs it. */
interface LastLine {
  status: ResultLine["status"];
  taskId: string | null;
  attempt: number;
  /** All files of the output were saved. */
  saved: boolean;
}

/** What both files tell of one row. */
export interface RowState {
  /** Submits so far. */
  attempts: number;
  /** The round of the newest of them. */
  round: number;
  open: Attempt | null;
  line: LastLine | null;
  /** True when the newest attempt came to nothing. */
  reopened: boolean;
  /** Of each submit that was taken on, or may have been, what it was said to cost. */
  costs: { attempt: number; estimate: Intent["estimate"] }[];
  /** What the newest submit was, whether its outcome is known or not; null where the journal does not tell. */
  newest: Pick<Intent, "time" | "infra"> | null;
  /** The content of the row, and the version of the app it ran in last; null where the journal does not tell. */
  content: string | null;
  version: string | null;
}

/** What the two files of a batch tell, read from their beginning. */
export interface BatchState {
  head: BatchHead | null;
  /** False for results whose journal is gone, or that have not begun. */
  hasJournal: boolean;
  rows: Map<string, RowState>;
  /** Every task this batch has started. */
  taskIds: Set<string>;
  /** Keys that have run under an id. */
  ids: Map<string, string>;
  round: { number: number; again: Again; over: boolean } | null;
}

export function emptyState(): BatchState {
  return {
    head: null,
    hasJournal: false,
    rows: new Map(),
    taskIds: new Set(),
    ids: new Map(),
    round: null,
  };
}

/** Where a row stands: what there is to do about it. */
export type Standing =
  | "new"
  /** Its task may still run, or its end is not written down. */
  | "submitted"
  | "in-doubt"
  | "done"
  /** Ended well, but not all of its files were saved, or nobody asked for them. */
  | "unsaved"
  | "failed";

export function standingOf(row: RowState | undefined): Standing {
  if (!row) return "new";
  const { open, line, reopened } = row;
  if (open) return open.taskId === null ? "in-doubt" : "submitted";
  if (!line || reopened) return "new";
  if (line.status === "unknown") return "in-doubt";
  if (line.status !== "completed") return "failed";
  return line.saved ? "done" : "unsaved";
}

/** False for what is told of a submit that was never begun: the record of that is lost. */
export function follows({ rows }: BatchState, record: BatchRecord): boolean {
  if (record.type !== "task" && record.type !== "moved") return true;
  return rows.get(record.key)?.open?.number === record.attempt;
}

/** Takes a line of the journal. */
export function applyRecord(state: BatchState, record: BatchRecord): void {
  if (record.type === "batch") {
    state.head ??= record;
    return;
  }
  if (record.type === "round") {
    state.round = { number: record.round, again: record.again, over: false };
    return;
  }
  if (record.type === "round_over") {
    if (state.round?.number === record.round) state.round.over = true;
    return;
  }
  if (record.type === "intent") begin(state, record);
  else if (record.type === "moved") move(state, record);
  else advance(state, record);
}

function begin(state: BatchState, intent: Intent): void {
  const { key, attempt, round, id, content, version } = intent;
  const row = rowOf(state, key);
  row.attempts = Math.max(row.attempts, attempt);
  row.round = round;
  row.reopened = false;
  row.costs.push({ attempt, estimate: intent.estimate });
  const { function: name, sent, server_time, until, estimate } = intent;
  row.open = {
    number: attempt,
    round,
    taskId: null,
    cancelled: false,
    intent: { version, function: name, sent, server_time, until, estimate },
  };
  row.newest = { time: intent.time, infra: intent.infra ?? null };
  row.content = content;
  row.version = version;
  if (id !== null) state.ids.set(id, key);
}

function advance(
  state: BatchState,
  record: Extract<BatchRecord, { type: "task" | "cancel" | "reopened" }>,
): void {
  const row = rowOf(state, record.key);
  if (record.type === "task") state.taskIds.add(record.task_id);
  if (row.open?.number !== record.attempt) return;
  if (record.type === "task") row.open.taskId = record.task_id;
  else if (record.type === "cancel") row.open.cancelled = true;
  else {
    // What was cancelled, or failed for lack of room, may cost all the same.
    if (row.open.taskId === null) forgetCost(row, record.attempt);
    row.open = null;
    row.reopened = true;
  }
}

/** The row it was of is as if the attempt had not been made, and its cost counts once. */
function move(
  state: BatchState,
  { key, attempt, to, version }: Extract<BatchRecord, { type: "moved" }>,
): void {
  const from = rowOf(state, key);
  if (from.open?.number !== attempt) return;
  const row = rowOf(state, to);
  const number = row.attempts + 1;
  const cost = from.costs.filter((one) => one.attempt === attempt);
  Object.assign(row, {
    attempts: number,
    round: from.round,
    open: { ...from.open, number },
    reopened: false,
    costs: [...row.costs, ...cost.map(({ estimate }) => ({ attempt: number, estimate }))],
    newest: from.newest,
    content: from.content,
    version,
  } satisfies Partial<RowState>);
  forgetCost(from, attempt);
  from.open = null;
  from.reopened = true;
}

/** Takes a line of the results, once the whole journal has been taken. */
export function applyResult(state: BatchState, line: ResultLine): void {
  const row = rowOf(state, line.key);
  row.line = {
    status: line.status,
    taskId: line.task_id,
    attempt: line.attempts,
    saved: Array.isArray(line.saved) && (line.error ?? null) === null,
  };
  row.attempts = Math.max(row.attempts, line.attempts);
  if (row.open && line.status !== "unknown" && closes(line, row.open)) row.open = null;
  if (line.status === "failed" && line.task_id === null) forgetCost(row, line.attempts);
  // What was in doubt may have come to nothing since.
  if (line.attempts === row.attempts && line.status !== "unknown") row.reopened = false;
  if (line.task_id !== null) state.taskIds.add(line.task_id);
  if (line.id !== null && !state.ids.has(line.id)) state.ids.set(line.id, line.key);
}

/** The submit was refused. */
function forgetCost(row: RowState, attempt: number): void {
  if (row.costs.length > 0) row.costs = row.costs.filter((cost) => cost.attempt !== attempt);
}

/** A line tells of this attempt, or of a later one that the journal has lost. */
function closes(line: ResultLine, open: Attempt): boolean {
  if (open.taskId !== null && line.task_id === open.taskId) return true;
  return line.attempts > open.number || (line.attempts === open.number && open.taskId === null);
}

const NEW_ROW = {
  attempts: 0,
  round: 0,
  open: null,
  line: null,
  reopened: false,
  newest: null,
  content: null,
  version: null,
} satisfies Omit<RowState, "costs">;

function rowOf({ rows }: BatchState, key: string): RowState {
  const known = rows.get(key);
  if (known) return known;
  const made: RowState = { ...NEW_ROW, costs: [] };
  rows.set(key, made);
  return made;
}

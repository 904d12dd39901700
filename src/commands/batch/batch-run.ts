import type { Api } from "../../api/client.ts";
import { BeltError } from "../../errors.ts";
import type { Again, ResultLine } from "../../store/batch-records.ts";
import type { RanApp } from "../run/run-version.ts";
import type { RunContext } from "../shared/context.ts";
import type { Admit } from "./admission.ts";
import type { Book } from "./book.ts";
import type { Pace } from "./pace.ts";
import type { PlannedRow, Planning, PreparedRow } from "./plan.ts";
import type { Repeated } from "./repeated.ts";
import type { RowNames } from "./row-names.ts";
import type { Stop } from "./stop.ts";
import type { Tally } from "./tally.ts";
import type { Wanted } from "./wanted.ts";

/** Streams kept open at once; further tasks are polled. */
const STREAMS = 32;

interface BatchOptions {
  /** Tries of what was throttled, or certainly did not arrive, after the first. */
  retries: number;
  again: Again | null;
  /** Folder for the files of the outputs, null to leave them. */
  save: string | null;
  /** With a receipt of each row beside its files. */
  receipt: boolean;
  onInterrupt: "cancel" | "detach";
  /** The most tasks that may be unfinished at once. */
  jobs: number;
}

/** A row whose turn has come. */
export interface Job {
  planned: PlannedRow;
  prepared: PreparedRow;
  /** It is not submitted: its task is followed that an earlier command left. */
  follows: boolean;
  /** Tries in this run that came to nothing. */
  tries: number;
  /** Its task is not unfinished any more; what is left to do keeps no other waiting. */
  release(): void;
}

/** A batch under way. */
export interface BatchRun {
  /** Tells nothing by itself: hundreds of runs would. */
  ctx: RunContext;
  api: Api;
  planning: Planning;
  rows: readonly PlannedRow[];
  knownApp: RanApp;
  names: RowNames;
  /** What the app runs where no function is named. */
  defaultFunction: string;
  book: Book;
  pace: Pace;
  stop: Stop;
  tally: Tally;
  options: BatchOptions;
  admit: Admit;
  wanted: Wanted;
  /** Aborts when the time is over. */
  deadline: AbortSignal;
  /** Aborts when the time is over or the user leaves. */
  ending: AbortSignal;
  streams: Streams;
  /** Keys of the rows for which this command can do nothing more. */
  settled: Set<string>;
  failures: Failures;
  repeated: Repeated;
  onLine(line: ResultLine): Promise<void>;
  note(text: string): void;
}

/** For work whose warnings would be those of many rows. */
export function countingWarnings({ ctx, repeated }: BatchRun): RunContext {
  return { ...ctx, out: { ...ctx.out, warn: repeated.count } };
}

/** The streams that are open. */
export class Streams {
  #open = 0;

  /** Follows with a stream as long as there are not too many. */
  async use<T>(work: (stream: boolean) => Promise<T>): Promise<T> {
    const stream = this.#open < STREAMS;
    if (!stream) return await work(false);
    this.#open++;
    return await work(true).finally(() => {
      this.#open--;
    });
  }
}

/** Counts rows that did not end well, or could not be saved, one after the other. */
export class Failures {
  readonly #most: number;
  readonly #stop: Stop;
  #count = 0;

  constructor(most: number, stop: Stop) {
    this.#most = most;
    this.#stop = stop;
  }

  note({ status, error }: ResultLine): void {
    this.#count = error === null ? 0 : this.#count + 1;
    if (this.#count < this.#most) return;
    this.#stop.request(
      new BeltError({
        code: "too_many_failures",
        message: `stopped after ${countText(this.#count)}; the last: ${error ?? status}`,
        exit: "partial",
      }),
    );
  }
}

function countText(count: number): string {
  return count === 1 ? "1 failure" : `${count} failures in a row`;
}

type Told = Pick<ResultLine, "status" | "error"> & Partial<ResultLine>;

/** Writes down how a row ended, and tells it. */
export async function writeResult(run: BatchRun, planned: PlannedRow, told: Told): Promise<void> {
  run.failures.note(await writeFound(run, planned, told));
}

/** The same for what an earlier command has left, and which is no failure of this one. */
export async function writeFound(
  run: BatchRun,
  { row, id, key }: PlannedRow,
  told: Told,
): Promise<ResultLine> {
  const state = run.book.row(key);
  const line: ResultLine = {
    row,
    id,
    key,
    status: told.status,
    task_id: told.task_id ?? null,
    output: told.output ?? null,
    error: told.error,
    attempts: state?.attempts ?? 0,
    estimate: run.book.estimate(key),
    saved: told.saved ?? null,
  };
  run.book.result(line);
  run.settled.add(key);
  await run.onLine(line);
  return line;
}

/** The attempt came to nothing: the row is as it was before. */
export function reopen(run: BatchRun, { key }: PlannedRow, reason: string): void {
  const open = run.book.open(key);
  if (open) run.book.note({ type: "reopened", key, attempt: open.number, reason });
}

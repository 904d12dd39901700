import type { EstimateDocument } from "../api/resources/money.ts";
import type { ResultLine } from "../store/batch-records.ts";
import type { TallyPart } from "../terminal/tally-line.ts";
import { formatBytes, formatSeconds, safeLine } from "../terminal/text.ts";
import type { Style, View } from "../terminal/view.ts";
import { flow } from "../terminal/wrap.ts";
import { estimateText } from "./estimate-text.ts";

/** How far a batch has come. */
export interface BatchProgress {
  total: number;
  done: number;
  /** In doubt, too. */
  failed: number;
  running: number;
  left: number;
  /** Null until the first has ended. */
  perMinute: number | null;
  msLeft: number | null;
  /** "0.30 of 5.00 USD"; null without a cap. */
  spent: string | null;
}

/** "40 of 100 done", "2 failed", "8 running", "50 left", "120 a minute", "25s to go", "0.30 of 5.00 USD" */
export function progressParts(progress: BatchProgress): TallyPart[] {
  const { total, done, failed, running, left, perMinute, msLeft, spent } = progress;
  const rate = perMinute === null || perMinute < 10 ? perMinute?.toFixed(1) : Math.round(perMinute);
  const time = msLeft === null ? null : formatSeconds(Math.max(1, Math.round(msLeft / 1_000)));
  return [
    { text: `${done} of ${total} done`, rank: 0 },
    { text: failed > 0 && `${failed} failed`, rank: 1 },
    { text: running > 0 && `${running} running`, rank: 4 },
    { text: left > 0 && `${left} left`, rank: 5 },
    { text: rate !== undefined && `${rate} a minute`, rank: 6 },
    { text: time !== null && left + running > 0 && `${time} to go`, rank: 2 },
    { text: spent ?? false, rank: 3 },
  ].filter((part): part is TallyPart => part.text !== false);
}

/** How the rows of a batch stand; each is counted once. */
export interface BatchReport {
  rows: number;
  done: number;
  /** Ended well, but not all of its files were saved. */
  unsaved: number;
  failed: number;
  in_doubt: number;
  /** Of those, such as have no task that could be asked for. */
  lost: number;
  /** Not known to have ended. */
  running: number;
  /** Not run. */
  left: number;
  causes: FailureCause[];
}

/** Rows that did not end well for the same cause. */
export interface FailureCause {
  cause: string;
  rows: number;
  samples: { row: number; id: string | null; task_id: string | null; error: string }[];
}

/** "12 rows: 9 done, 2 failed, 1 in doubt" */
export function reportText({ rows, done, unsaved, failed, in_doubt, running, left }: BatchReport): string {
  const counts = [
    [done, "done"],
    [unsaved, "done but not saved"],
    [failed, "failed"],
    [in_doubt, "in doubt"],
    [running, "running"],
    [left, "not run"],
  ] as const;
  const told = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return `${rows} ${rows === 1 ? "row" : "rows"}: ${told.join(", ")}`;
}

/** Characters of a cause where there is no terminal to fit into. */
const LONGEST = 160;

/** Why rows did not end well: each cause with its number, and beneath it some rows that stand for all. */
export const causesView: View<readonly FailureCause[]> = {
  text: (causes, style) =>
    causes
      .flatMap(({ cause, rows, samples }) => [
        `${String(rows).padStart(5)}  ${cause}`,
        ...(samples.every(({ error }) => cause.endsWith(firstLine(error)))
          ? flow(samples.map(nameOf), ", ", { ...style, width: style.width - 7 }).map(
              (names) => `       ${names}`,
            )
          : samples.map((sample) => `       ${nameOf(sample)}: ${sample.error}`)),
        ...(rows > samples.length ? [`       and ${rows - samples.length} more`] : []),
      ])
      .map((line) => cut(line, style))
      .join("\n"),
};

/** "row 3 fog (task_1)" */
function nameOf({ row, id, task_id }: FailureCause["samples"][number]): string {
  return `row ${row}${id === null ? "" : ` ${id}`}${task_id === null ? "" : ` (${task_id})`}`;
}

export function firstLine(text: string): string {
  return text.split("\n")[0]!;
}

function cut(text: string, { width, textWidth }: Style): string {
  const line = safeLine(text);
  if (width !== Number.POSITIVE_INFINITY) return textWidth.cut(line, width);
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** A row that has ended: a line of NDJSON with `--json`, nothing for people, who read the file. */
export const resultLineView: View<ResultLine> = { text: () => "" };

/** What `batch --dry-run` prints; nothing has been sent. */
export interface BatchPlan {
  app: string;
  version: string | null;
  rows: number;
  /** Rows that are equal to an earlier one, each of which is run, too. */
  repeats: number;
  uploads: { files: number; bytes: number };
  /** What would be done with each row, or how it stands and is left. */
  to_run: number;
  /** Of them, those that have run before. */
  run_again: number;
  to_follow: number;
  /** Ended well, and their files would be fetched. */
  to_save: number;
  done: number;
  failed: number;
  in_doubt: number;
  /** Rows whose submit got no answer: their tasks are looked for before anything is run. */
  to_look_for: number;
  out: string;
  /** Of the rows to run, all together; null where nobody could be asked. */
  estimate: EstimateDocument | null;
  /** How far `--max-cost` goes; null without one, and where nobody could be asked. */
  cap: BatchCap | null;
}

/** What a cap allows of the rows to run, one after the other by their upper bounds. */
export interface BatchCap {
  max_usd: string;
  /** What earlier commands have spent, or may have. */
  counted_usd: string;
  /** Rows that it allows before it stops the batch. */
  fits: number;
  /** The last of them, 0 for none; null where it does not stop the batch. */
  stops_after: number | null;
}

type Counts = Pick<
  BatchPlan,
  "to_run" | "run_again" | "to_follow" | "to_save" | "done" | "failed" | "in_doubt"
>;

/** "3 to run, 1 of them again, 4 done" */
function planText({ to_run, run_again, ...plan }: Counts): string {
  const again = run_again === to_run ? ", again" : run_again > 0 ? `, ${run_again} of them again` : "";
  const counts = [
    [to_run, `to run${to_run > 0 ? again : ""}`],
    [plan.to_follow, "to follow"],
    [plan.to_save, "to save"],
    [plan.done, "done"],
    [plan.failed, "failed"],
    [plan.in_doubt, "in doubt"],
  ] as const;
  return counts
    .filter(([count], index) => count > 0 || index === 0)
    .map(([count, what]) => `${count} ${what}`)
    .join(", ");
}

/** "within the cap of 5.00 USD", "the cap of 5.00 USD, 0.90 of it counted already, stops it after row 12: 12 of 40 rows fit" */
function capText({ max_usd, counted_usd, fits, stops_after }: BatchCap, toRun: number): string {
  const counted = counted_usd === "0.00" ? "" : `, ${counted_usd} of it counted already`;
  const cap = `the cap of ${max_usd} USD${counted}`;
  if (stops_after === null) return `within ${cap}`;
  const stops = `${cap}${counted && ","} stops it`;
  if (fits === 0) return `${stops} before the first row`;
  return `${stops} after row ${stops_after}: ${fits} of ${toRun} rows fit`;
}

export const batchPlanView: View<BatchPlan> = {
  text: ({ app, version, rows, repeats, uploads, estimate, cap, out, ...plan }) =>
    [
      `${safeLine(app)}${version === null ? "" : `, version ${safeLine(version)}`}`,
      `${rows} ${rows === 1 ? "row" : "rows"}${repeats === 0 ? "" : `, ${repeats} of them repeated`}`,
      planText(plan),
      ...(plan.to_look_for === 0
        ? []
        : [`${plan.to_look_for} that got no answer are looked for among the account's tasks first`]),
      ...(uploads.files === 0
        ? []
        : [
            `${uploads.files} ${uploads.files === 1 ? "file" : "files"} to upload, ${formatBytes(uploads.bytes)}`,
          ]),
      ...(estimate === null ? [] : [estimateText(estimate)]),
      ...(cap === null || plan.to_run === 0 ? [] : [capText(cap, plan.to_run)]),
      `results in ${safeLine(out)}`,
    ].join("\n"),
};

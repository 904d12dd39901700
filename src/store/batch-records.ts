import type { JsonObject } from "../wire/types.ts";

/** What a batch belongs to; the first line of its journal. */
export interface BatchHead {
  /** The server: a base URL, or "local". */
  api: string;
  profile: string | null;
  /** A short hash of the key; null for the local server, which makes a new one each time. */
  key: string | null;
  /** Without a version. */
  app: string;
}

/** Which rows `--again` runs once more. */
export type Again = "failed" | "in-doubt" | "all";

/** That a row is about to be submitted; on disk before it is. */
export interface Intent {
  key: string;
  row: number;
  id: string | null;
  /** The row's content but for the version of the app. */
  content: string;
  version: string | null;
  /** Counts the submits of the row, from 1. */
  attempt: number;
  /** The use of `--again` that it belongs to; 0 before any. */
  round: number;
  function: string | null;
  infra: string | null;
  /** A hash of the input as it is sent. */
  sent: string;
  /** ISO time here, and by the server's clock where that is known. */
  time: string;
  server_time: string | null;
  /** ISO time after which a submit whose answer was lost can no longer arrive. */
  until: string;
  estimate: JsonObject | null;
}

/** One line of the journal. */
export type BatchRecord =
  | ({ type: "batch"; format: 1 } & BatchHead)
  | ({ type: "intent" } & Intent)
  | { type: "task"; key: string; attempt: number; task_id: string }
  /** The task is about to be cancelled because the user leaves. */
  | { type: "cancel"; key: string; attempt: number }
  /** The attempt came to nothing, and the row is as if it had not been made. */
  | { type: "reopened"; key: string; attempt: number; reason: string }
  /** The attempt is of the row in another version, whose key is `to`: the one that ran. */
  | { type: "moved"; key: string; attempt: number; to: string; version: string | null }
  | { type: "round"; round: number; again: Again }
  /** Each row of the round has been run. */
  | { type: "round_over"; round: number };

/** One line of the results file (src/cli/README.md, "Many runs"): how a row ended. */
export interface ResultLine {
  /** From 1. */
  row: number;
  id: string | null;
  key: string;
  /** `unknown` is in doubt. */
  status: "completed" | "failed" | "cancelled" | "unknown";
  task_id: string | null;
  output: unknown;
  /** Why it failed or is in doubt; of a completed row, why not all of it was saved. */
  error: string | null;
  attempts: number;
  estimate: JsonObject | null;
  saved: string[] | null;
}

/** How each line begins; a torn tail is told by it. */
export const RECORD_BEGIN = '{"type":';
export const RESULT_BEGIN = '{"row":';

const STATUSES = ["completed", "failed", "cancelled", "unknown"];
const TYPES = ["batch", "intent", "task", "cancel", "reopened", "moved", "round", "round_over"];

/** A line of the journal; null for what is none. */
export function readRecord(value: JsonObject): BatchRecord | null {
  const { type, key, attempt, round, task_id, to } = value;
  if (typeof type !== "string" || !TYPES.includes(type)) return null;
  if (type === "batch") return isHead(value) ? (value as unknown as BatchRecord) : null;
  if (type === "round" || type === "round_over")
    return typeof round === "number" ? (value as unknown as BatchRecord) : null;
  if (typeof key !== "string" || typeof attempt !== "number") return null;
  if (type === "task" && typeof task_id !== "string") return null;
  if (type === "moved" && typeof to !== "string") return null;
  return value as unknown as BatchRecord;
}

function isHead({ format, api, app }: JsonObject): boolean {
  return format === 1 && typeof api === "string" && typeof app === "string";
}

/** A line of the results file; null for what is none. */
export function readResult(value: JsonObject): ResultLine | null {
  const { row, key, status, attempts } = value;
  const isWhole = typeof row === "number" && typeof key === "string" && typeof attempts === "number";
  return isWhole && STATUSES.includes(String(status)) ? (value as unknown as ResultLine) : null;
}

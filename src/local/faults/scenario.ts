/** A script of faults: which request or task meets what, and what is to come of it all. */
import type { JsonObject } from "../../wire/types.ts";

/**
 * The names of requests in a scenario, by their routes with `:` for a part that varies. A route that
 * the server gets later is named here, and can be met; `session.new` is a submit that opens one,
 * and `session.call` one in a session that is there.
 */
export const REQUESTS = {
  "POST /run": "submit",
  "POST /apps/run": "submit",
  "GET /tasks/:": "get",
  "GET /tasks/:/status": "status",
  "GET /tasks/:/stream": "stream",
  "GET /tasks/:/logs": "logs",
  "POST /tasks/:/cancel": "cancel",
  "POST /files": "upload",
  "PUT /files/:/:": "put",
  "GET /files/:/:": "download",
  "POST /sessions/:/keepalive": "session.keepalive",
  "DELETE /sessions/:": "session.end",
  "POST /store/apps/:/estimate": "estimate",
  "POST /agents/run": "agent",
  "GET /chats/:/stream": "stream",
} as const;

/** Every word that `on` may have. */
export const TRIGGERS = [
  ...new Set(Object.values(REQUESTS)),
  "session.new",
  "session.call",
  "webhook",
  "task",
  "any",
] as const;

export type Trigger = (typeof TRIGGERS)[number];

export interface Scenario {
  /** As it was given: a file's path, or the name of one that comes with belt. */
  name: string;
  steps: Step[];
  expect: Expectation;
}

export interface Step {
  /** From 1, in the order of the script. */
  number: number;
  line: number;
  on: Trigger;
  match: Match;
  /** How often it acts; Infinity for always. */
  times: number;
  do: Action;
  /** What `do` says, on one line. */
  does: string;
}

export interface Match {
  /** `namespace/name`, or as it was written until the apps are known. */
  app: string | null;
  function: string | null;
  /** A part of the input, equal wherever it says something. */
  input: JsonObject | null;
  /** From this one on of those that the rest matches. */
  nth: number;
  /** Where the app and the function are named. */
  lines: { app: number; function: number };
}

/** The phases of a task in which a step can act, in their order. */
export const PHASES = ["queued", "dispatched", "preparing", "setting_up", "running", "uploading"] as const;

type Phase = (typeof PHASES)[number];

export const CUTS = ["reset", "fin", "garbage", "half-line"] as const;

/** How a connection ends: a stall is silence before the end. */
export type Cut = { how: (typeof CUTS)[number] } | { how: "stall"; ms: number };

export type Action =
  | {
      kind: "refuse";
      status: number;
      code: string;
      detail: string;
      more: JsonObject;
      retryAfter: number | null;
    }
  /** No answer; with "drop" the work is done all the same. */
  | { kind: "lose"; answer: "drop" | "reset" }
  /** After so many lines of a stream, or bytes of a file. */
  | { kind: "cut"; after: number; cut: Cut }
  | { kind: "task"; phase: Phase; holdMs: number; fail: string | null; kill: boolean };

/** What is counted; null or absent where nothing is expected. */
export interface Expectation {
  submits: number | null;
  tasks: Partial<Record<TaskEnd, number | null>>;
  cancels: number | null;
  /** At most. */
  maxConcurrent: number | null;
}

/** How tasks stand at the end; "running" are those that had not ended. */
export const TASK_ENDS = ["completed", "failed", "cancelled", "running"] as const;

export type TaskEnd = (typeof TASK_ENDS)[number];

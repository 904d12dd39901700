import type { StatusWord } from "../wire/status.ts";
import type { JsonObject } from "../wire/types.ts";

/** Where an app is broken; `file` and `line` are null when node did not say. */
export interface AppProblem {
  message: string;
  file: string | null;
  line: number | null;
}

export interface AppSummary {
  /** Only an agent says so. */
  kind?: "agent";
  /** `namespace/name`. */
  app: string;
  dir: string;
  built_in: boolean;
  version: string | null;
  functions: string[];
  problem: AppProblem | null;
  /** What is probably a slip of its author. */
  warnings: string[];
}

/** Facts for `belt dev` to show. */
export type ServerEvent =
  | {
      type: "task";
      id: string;
      app: string;
      function: string | null;
      status: StatusWord;
      /** Since the task was received. */
      elapsed_ms: number;
      worker: string | null;
      session: string | null;
      error: string | null;
      /** Where in the app it was thrown: `file:line`. */
      place: string | null;
    }
  | {
      type: "app";
      state: "loaded" | "changed" | "broken";
      app: string;
      version: string | null;
      problem: AppProblem | null;
      warnings: string[];
    }
  | {
      type: "session";
      state: "opened" | "ended" | "expired" | "lost";
      id: string;
      app: string;
      worker: string | null;
    }
  /** `error` is how the app ended its worker, and `place` where, when no task has told it. */
  | {
      type: "worker";
      state: "started" | "stopped";
      id: string;
      app: string;
      error: string | null;
      place: string | null;
    }
  /** A line of an app's: of its console, or of belt about it. `id` is that of the task, or of the worker where none ran. */
  | { type: "log"; id: string; app: string; text: string }
  /** A step of the scenario acted; `what` is an app or a path, `id` that of a task, session or file. */
  | { type: "fault"; step: number; on: string; does: string; what: string; id: string | null }
  | { type: "webhook"; task: string; url: string; delivered: boolean; tries: number; error: string | null };

export type EmitEvent = (event: ServerEvent) => void;

/** What a scenario did, and whether what was expected of it came about. */
export interface Rehearsal {
  scenario: string;
  steps: { step: number; line: number; on: string; does: string; hits: number }[];
  /** `atMost`: less than what was expected holds, too. */
  checks: { what: string; expected: number; atMost: boolean; got: number; held: boolean }[];
}

/** A remark beside an answer: the `messages` of the current envelope. */
export interface Message {
  level: "info" | "warning";
  code: string;
  message: string;
  meta?: JsonObject;
}

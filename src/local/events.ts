import type { StatusWord } from "../wire/status.ts";
import type { JsonObject } from "../wire/types.ts";

/** Where an app is broken; `file` and `line` are null when node did not say. */
export interface AppProblem {
  message: string;
  file: string | null;
  line: number | null;
}

export interface AppSummary {
  /** `namespace/name`. */
  app: string;
  dir: string;
  builtIn: boolean;
  version: string | null;
  functions: string[];
  problem: AppProblem | null;
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
      elapsedMs: number;
      worker: string | null;
      session: string | null;
      error: string | null;
    }
  | {
      type: "app";
      state: "loaded" | "changed" | "broken";
      app: string;
      version: string | null;
      problem: AppProblem | null;
    }
  | {
      type: "session";
      state: "opened" | "ended" | "expired" | "lost";
      id: string;
      app: string;
      worker: string | null;
    }
  | { type: "worker"; state: "started" | "stopped"; id: string; app: string }
  | { type: "webhook"; task: string; url: string; delivered: boolean; tries: number; error: string | null };

export type EmitEvent = (event: ServerEvent) => void;

/** A remark beside an answer: the `messages` of the current envelope. */
export interface Message {
  level: "info" | "warning";
  code: string;
  message: string;
  meta?: JsonObject;
}

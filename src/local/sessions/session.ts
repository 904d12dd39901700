import type { AppVersion } from "../apps/app-version.ts";
import type { WorkerProcess } from "../workers/worker-process.ts";

/** How a session ends. */
export type Ending = "ended" | "expired" | "lost";

/** A task in a session, as far as the session needs to know it. */
export interface Call {
  readonly id: string;
  /** Ends the call when the session is gone; one that runs ends with its worker. */
  stop(outcome: "failed" | "cancelled", reason: string, now: number): void;
}

/** A lease of a worker. Times are milliseconds since 1970. */
export interface Session {
  id: string;
  version: AppVersion;
  worker: WorkerProcess | null;
  state: "active" | Ending;
  idleTimeoutMs: number;
  expiresAt: number;
  createdAt: number;
  updatedAt: number;
  endedAt: number | null;
  lastCallAt: number | null;
  callCount: number;
  taskId: string | null;
  /** Calls that have not given the worker back, in order, each with what to call then; the first one runs. */
  calls: Map<Call, () => void>;
  /** Resolves when all of them have. */
  previousCalls: Promise<void>;
  stopTimer: () => void;
}

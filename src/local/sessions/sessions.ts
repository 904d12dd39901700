/** Leases of workers: who holds one, until when, and what a call to it may meet (src/local/README.md, "Sessions"). */

import type { AppVersion } from "../apps/app-version.ts";
import type { Clock } from "../clock.ts";
import { ApiError } from "../errors.ts";
import type { EmitEvent } from "../events.ts";
import type { WorkerProcess } from "../workers/worker-process.ts";
import type { Call, Ending, Session } from "./session.ts";

export interface SessionsOptions {
  clock: Clock;
  nextId: () => string;
  emit: EmitEvent;
  /** Gives the worker of an ended session back. */
  retire(worker: WorkerProcess): void;
}

/** The default of the API, in seconds. */
export const DEFAULT_IDLE_TIMEOUT = 60;
const KEPT_ENDED = 1000;

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #sessions = new Map<string, Session>();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  open(version: AppVersion, idleTimeoutSeconds: number): Session {
    const now = this.#options.clock.now();
    const session: Session = {
      id: this.#options.nextId(),
      version,
      worker: null,
      state: "active",
      idleTimeoutMs: idleTimeoutSeconds * 1000,
      expiresAt: now + idleTimeoutSeconds * 1000,
      createdAt: now,
      updatedAt: now,
      endedAt: null,
      lastCallAt: null,
      callCount: 0,
      taskId: null,
      calls: new Map(),
      previousCalls: Promise.resolve(),
      stopTimer: () => {},
    };
    this.#sessions.set(session.id, session);
    this.#forgetOldest();
    this.#emit(session, "opened");
    return session;
  }

  /** The session for a call to `version`, or the error that says why not. */
  forCall(id: string, version: AppVersion): Session {
    const session = this.active(id);
    if (session.version.app !== version.app) {
      throw new ApiError(
        400,
        "APP_MISMATCH",
        `session ${id} belongs to ${session.version.app}, not to ${version.app}`,
        {
          suggestions: [`run ${session.version.app} in it, or open another with --session new`],
        },
      );
    }
    if (session.version !== version) {
      throw new ApiError(
        400,
        "VERSION_MISMATCH",
        `session ${id} began with version ${session.version.hash} of ${version.app}, which is now ${version.hash}`,
        { suggestions: [`open a new one: belt run ${version.app} --session new`] },
      );
    }
    return session;
  }

  /** A session of any state. */
  get(id: string): Session {
    const session = this.#sessions.get(id);
    if (!session)
      throw new ApiError(404, "SESSION_NOT_FOUND", `no session ${id}`, { suggestions: ["--session new"] });
    this.#expireIfDue(session);
    return session;
  }

  active(id: string): Session {
    const session = this.get(id);
    const hint = { suggestions: [`open a new one: belt run ${session.version.app} --session new`] };
    if (session.state === "expired") {
      const seconds = session.idleTimeoutMs / 1000;
      throw new ApiError(
        410,
        "SESSION_EXPIRED",
        `session ${id} expired after ${seconds} s without a call`,
        hint,
      );
    }
    if (session.state === "ended") throw new ApiError(410, "SESSION_ENDED", `session ${id} was ended`, hint);
    if (session.state === "lost") {
      const { message } = session.worker?.end ?? {};
      const why = message === undefined ? "" : `: ${message}`;
      throw new ApiError(500, "WORKER_LOST", `session ${id} was lost with its worker${why}`, hint);
    }
    return session;
  }

  list(): Session[] {
    const all = [...this.#sessions.values()];
    for (const session of all) this.#expireIfDue(session);
    return all.filter(({ state }) => state === "active");
  }

  keepAlive(id: string): Session {
    const session = this.active(id);
    this.#touch(session);
    return session;
  }

  end(id: string): void {
    this.#close(this.active(id), "ended", "the session was ended");
  }

  /** Adds a call; resolves when the calls before it have given the worker back. */
  enqueueCall(session: Session, call: Call): Promise<void> {
    const { previousCalls } = session;
    session.callCount += 1;
    session.taskId = call.id;
    session.lastCallAt = this.#options.clock.now();
    session.previousCalls = new Promise((resolve) => session.calls.set(call, resolve));
    this.#touch(session);
    return previousCalls;
  }

  finishCall(session: Session, call: Call): void {
    session.calls.get(call)?.();
    session.calls.delete(call);
    if (session.state === "active") this.#touch(session);
  }

  lease(session: Session, worker: WorkerProcess): void {
    session.worker = worker;
    void worker.exited.then(() => {
      if (session.state === "active") this.#close(session, "lost", "WORKER_LOST: the session's worker died");
    });
  }

  /** Gives the lease up after a call that never got its app ready. */
  abandon(session: Session, call: Call): void {
    if (session.state === "active") this.#close(session, "ended", "the session could not be set up", call);
  }

  endAll(): void {
    for (const session of this.list()) this.#close(session, "ended", "the local server is ending");
  }

  /** The idle window begins anew; while a call runs nothing expires. */
  #touch(session: Session): void {
    const { clock } = this.#options;
    session.updatedAt = clock.now();
    session.expiresAt = session.updatedAt + session.idleTimeoutMs;
    session.stopTimer();
    session.stopTimer = clock.after(session.idleTimeoutMs, () => this.#expireIfDue(session));
  }

  #expireIfDue(session: Session): void {
    if (session.state !== "active") return;
    const now = this.#options.clock.now();
    if (session.calls.size > 0) session.expiresAt = now + session.idleTimeoutMs;
    else if (now >= session.expiresAt) this.#close(session, "expired", "the session expired");
  }

  #close(session: Session, ending: Ending, reason: string, except?: Call): void {
    const { clock, retire } = this.#options;
    session.state = ending;
    session.endedAt = clock.now();
    session.updatedAt = session.endedAt;
    session.stopTimer();
    this.#emit(session, ending);
    const calls = [...session.calls.keys()].filter((call) => call !== except);
    const outcome = ending === "lost" ? "failed" : "cancelled";
    for (const call of calls) call.stop(outcome, reason, session.endedAt);
    if (session.worker) retire(session.worker);
  }

  #emit(session: Session, state: "opened" | Ending): void {
    const worker = session.worker?.id ?? null;
    this.#options.emit({ type: "session", state, id: session.id, app: session.version.app, worker });
  }

  #forgetOldest(): void {
    for (const session of this.#sessions.values()) {
      if (this.#sessions.size <= KEPT_ENDED) return;
      if (session.state !== "active") this.#sessions.delete(session.id);
    }
  }
}

/** Leases of instances: who holds one, until when, and what a call to it may meet (api.md section 4). */
import type { AppVersion } from "../apps/catalog.ts";
import type { Clock } from "../clock.ts";
import { ApiError } from "../errors.ts";
import type { EventSink } from "../events.ts";
import type { LiveTask } from "../tasks/task.ts";
import type { Instance } from "../workers/worker-process.ts";

type Ending = "ended" | "expired" | "lost";

export interface Session {
  id: string;
  version: AppVersion;
  instance: Instance | null;
  state: "active" | Ending;
  idleTimeoutMs: number;
  expiresAt: number;
  createdAt: number;
  updatedAt: number;
  endedAt: number | null;
  lastCallAt: number | null;
  callCount: number;
  taskId: string | null;
  /** Calls that have not given the instance back, in order, each with what to call then; the first one runs. */
  calls: Map<LiveTask, () => void>;
  /** Resolves when the last of them has: the turn of the next one. */
  turn: Promise<void>;
  stopTimer: () => void;
}

export interface SessionsOptions {
  clock: Clock;
  nextId: () => string;
  emit: EventSink;
  /** Gives the process of an ended session back. */
  retire(instance: Instance): void;
  /** Stops a call whose session is gone. */
  stopCall(call: LiveTask, outcome: "failed" | "cancelled", reason: string): void;
}

/** api.md section 4: the default of the API, in seconds. */
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
      instance: null,
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
      turn: Promise.resolve(),
      stopTimer: () => {},
    };
    this.#sessions.set(session.id, session);
    this.#forgetOldest();
    this.#tell(session, "opened");
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
      throw new ApiError(500, "WORKER_LOST", `session ${id} was lost with its worker`, hint);
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
    this.#slide(session);
    return session;
  }

  end(id: string): void {
    this.#close(this.active(id), "ended", "the session was ended");
  }

  /** Adds a call; resolves when the calls before it have given the instance back. */
  enter(session: Session, call: LiveTask): Promise<void> {
    const turn = session.turn;
    session.callCount += 1;
    session.taskId = call.task.id;
    session.lastCallAt = this.#options.clock.now();
    session.turn = new Promise((resolve) => session.calls.set(call, resolve));
    this.#slide(session);
    return turn;
  }

  leave(session: Session, call: LiveTask): void {
    session.calls.get(call)?.();
    session.calls.delete(call);
    if (session.state === "active") this.#slide(session);
  }

  lease(session: Session, instance: Instance): void {
    session.instance = instance;
    void instance.exited.then(() => {
      if (session.state === "active") this.#close(session, "lost", "WORKER_LOST: the session's worker died");
    });
  }

  /** Gives the lease up after a call that never got its app ready. */
  abandon(session: Session, call: LiveTask): void {
    if (session.state === "active") this.#close(session, "ended", "the session could not be set up", call);
  }

  endAll(): void {
    for (const session of this.list()) this.#close(session, "ended", "the local server is ending");
  }

  /** The idle window begins anew; while a call runs nothing expires. */
  #slide(session: Session): void {
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

  #close(session: Session, ending: Ending, reason: string, except?: LiveTask): void {
    const { clock, retire, stopCall } = this.#options;
    session.state = ending;
    session.endedAt = clock.now();
    session.updatedAt = session.endedAt;
    session.stopTimer();
    this.#tell(session, ending);
    const calls = [...session.calls.keys()].filter((call) => call !== except);
    for (const call of calls) stopCall(call, ending === "lost" ? "failed" : "cancelled", reason);
    if (session.instance) retire(session.instance);
  }

  #tell(session: Session, state: "opened" | Ending): void {
    const worker = session.instance?.id ?? null;
    this.#options.emit({ type: "session", state, id: session.id, app: session.version.app, worker });
  }

  #forgetOldest(): void {
    for (const session of this.#sessions.values()) {
      if (this.#sessions.size <= KEPT_ENDED) return;
      if (session.state !== "active") this.#sessions.delete(session.id);
    }
  }
}

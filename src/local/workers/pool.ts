/** The worker processes: reused while warm, started up to a bound, and waited for in order of arrival. */
import type { AppVersion } from "../apps/app-version.ts";
import { messageOf } from "../error-text.ts";
import type { EmitEvent } from "../events.ts";
import type { WorkerSettings } from "./spawn-worker.ts";
import { WorkerExit } from "./worker-exit.ts";
import { WorkerProcess } from "./worker-process.ts";

export interface Need {
  version: AppVersion;
  setupKey: string;
  /** The session that leases the worker, and the one that it has already. */
  session: string | null;
  leased: WorkerProcess | null;
  signal: AbortSignal;
}

interface Waiting {
  need: Need;
  resolve(worker: WorkerProcess): void;
  reject(error: Error): void;
}

export interface PoolOptions {
  /** Most workers that work at a time, and most that wait for work without a lease. */
  workers: number;
  /** Most leased workers that do not work. */
  idleLeases: number;
  settings: WorkerSettings;
  /** Milliseconds that an app may take to load, or to describe itself. */
  loadMs: number;
  nextId: () => string;
  emit: EmitEvent;
}

const UNLOAD_GRACE_MS = 500;

export class Pool {
  readonly #options: PoolOptions;
  readonly #workers = new Set<WorkerProcess>();
  readonly #leaving = new Set<WorkerProcess>();
  readonly #waiting: Waiting[] = [];
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** A worker for one task, or for a session; give it back with `release`. */
  acquire(need: Need): Promise<WorkerProcess> {
    return new Promise((resolve, reject) => {
      const waiting = { need, resolve, reject };
      this.#waiting.push(waiting);
      need.signal.addEventListener("abort", () => this.#abandon(waiting), { once: true });
      this.#serve();
    });
  }

  async release(worker: WorkerProcess, now: number): Promise<void> {
    await worker.release(now);
    this.#serve();
  }

  /** Ends a lease, and the process with it. */
  retire(worker: WorkerProcess): void {
    this.#dismiss(worker);
    this.#serve();
  }

  /** True while there may be no more sessions: another one waits for the end of one of them. */
  get isAllLeased(): boolean {
    const idle = [...this.#workers].filter(({ session, busy }) => session !== null && !busy);
    return idle.length >= this.#options.idleLeases;
  }

  isLoaded(version: AppVersion): boolean {
    return [...this.#workers].some((worker) => worker.version === version);
  }

  find(id: string): WorkerProcess | undefined {
    return [...this.#workers].find((worker) => worker.id === id);
  }

  /**
   * A worker to ask for schemas without waiting behind tasks: a free one, or a process more for a
   * moment, which stays if there is room for it.
   */
  async withAnyWorker<T>(version: AppVersion, use: (worker: WorkerProcess) => Promise<T>): Promise<T> {
    const worker = this.#free().find((free) => free.version === version) ?? this.#start(version);
    worker.take(null);
    const stopTimer = this.#boundLoading(worker);
    try {
      return await use(worker);
    } finally {
      stopTimer();
      worker.busy = false;
      if (this.#unleased().length > this.#options.workers) await worker.stop(UNLOAD_GRACE_MS);
      this.#serve();
    }
  }

  /** Ends every process; resolves when all are gone. */
  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#workers, ...this.#leaving];
    await Promise.all(all.map((worker) => worker.stop(UNLOAD_GRACE_MS)));
  }

  #serve(): void {
    while (this.#waiting.length > 0 && this.#hasRoom()) {
      const served = this.#waiting.findIndex((waiting) => this.#give(waiting));
      if (served === -1) return;
      this.#waiting.splice(served, 1);
    }
  }

  #hasRoom(): boolean {
    const working = [...this.#workers].filter(({ busy }) => busy);
    return working.length < this.#options.workers;
  }

  /** True when the wait is over, in one way or the other: nothing may be thrown at what made room. */
  #give({ need, resolve, reject }: Waiting): boolean {
    try {
      const worker = this.#choose(need);
      if (!worker) return false;
      worker.take(need.session);
      resolve(worker);
    } catch (error) {
      reject(error as Error);
    }
    return true;
  }

  #choose(need: Need): WorkerProcess | undefined {
    const { leased, session } = need;
    if (leased) return leased.busy ? undefined : leased;
    return session !== null && this.isAllLeased ? undefined : this.#chooseFree(need);
  }

  /** Best first: warm with this setup, not yet set up, a new process, another setup, another app's place. */
  #chooseFree({ version, setupKey, session }: Need): WorkerProcess | undefined {
    const free = this.#free();
    const same = free.filter((worker) => worker.version === version);
    // A session begins with a worker that no task has used.
    const usable = session === null || version.stale ? same : same.filter(({ fresh }) => fresh);
    const ready =
      usable.find((one) => one.setupKey === setupKey) ?? usable.find((one) => one.setupKey === null);
    if (ready) return ready;
    if (!version.stale && this.#unleased().length < this.#options.workers) return this.#start(version);
    if (usable[0]) return usable[0];
    const idlest = free.sort((a, b) => a.idleSince - b.idleSince)[0];
    if (version.stale && !this.isLoaded(version)) {
      throw new Error(`version ${version.hash} of ${version.app} is no longer loaded`);
    }
    if (version.stale || !idlest) return undefined;
    const started = this.#start(version);
    this.#dismiss(idlest);
    return started;
  }

  #free(): WorkerProcess[] {
    return this.#unleased().filter(({ busy, usable }) => !busy && usable);
  }

  #unleased(): WorkerProcess[] {
    return [...this.#workers].filter(({ session }) => session === null);
  }

  #start(version: AppVersion): WorkerProcess {
    if (this.#closed) throw new Error("the server is ending");
    const { nextId, settings, emit } = this.#options;
    const id = nextId();
    const { app } = version;
    const worker = createWorker(id, version, settings, (text) => emit({ type: "log", id, app, text }));
    this.#workers.add(worker);
    emit({ type: "worker", state: "started", id, app, error: null, place: null });
    const stopTimer = this.#boundLoading(worker);
    worker.loaded.then(stopTimer, stopTimer);
    void worker.exited.then(() => {
      const { message: error = null, place = null } = (worker.isEndTold ? null : worker.end) ?? {};
      emit({ type: "worker", state: "stopped", id, app, error, place });
      this.#forget(worker);
      this.#serve();
    });
    return worker;
  }

  /** Ends a worker that takes too long, unless what it gives is called before. */
  #boundLoading(worker: WorkerProcess): () => void {
    const { loadMs } = this.#options;
    const slow = `the app took longer than ${loadMs / 1000} s to load`;
    const timer = setTimeout(() => worker.kill(slow), loadMs);
    return () => clearTimeout(timer);
  }

  /** Its place is free at once, while it still cleans up. */
  #dismiss(worker: WorkerProcess): void {
    this.#workers.delete(worker);
    this.#leaving.add(worker);
    void worker.stop(UNLOAD_GRACE_MS);
  }

  #forget(worker: WorkerProcess): void {
    this.#workers.delete(worker);
    this.#leaving.delete(worker);
  }

  #abandon(waiting: Waiting): void {
    const at = this.#waiting.indexOf(waiting);
    if (at === -1) return;
    this.#waiting.splice(at, 1);
    waiting.reject(new Error("cancelled while queued"));
  }
}

function createWorker(...args: ConstructorParameters<typeof WorkerProcess>): WorkerProcess {
  try {
    return new WorkerProcess(...args);
  } catch (error) {
    throw new WorkerExit(`the worker could not be started: ${messageOf(error)}`);
  }
}

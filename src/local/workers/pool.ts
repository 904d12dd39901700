/** The worker processes: reused while warm, started up to a bound, and waited for in order of arrival. */
import type { AppVersion } from "../apps/catalog.ts";
import { messageOf } from "../error-text.ts";
import type { EventSink } from "../events.ts";
import { Instance, WorkerDied, type WorkerSettings } from "./worker-process.ts";

export interface Need {
  version: AppVersion;
  setupKey: string;
  /** The session that leases the instance, and the one that it has already. */
  session: string | null;
  leased: Instance | null;
  signal: AbortSignal;
}

interface Waiting {
  need: Need;
  resolve(instance: Instance): void;
  reject(error: Error): void;
}

export interface PoolOptions {
  /** Most instances that work at a time, and most that wait for work without a lease. */
  workers: number;
  /** Most leased instances that do not work. */
  idleLeases: number;
  settings: WorkerSettings;
  nextId: () => string;
  emit: EventSink;
}

const UNLOAD_GRACE_MS = 500;
const LOAD_MS = 30_000;

export class Pool {
  readonly #options: PoolOptions;
  readonly #instances = new Set<Instance>();
  readonly #leaving = new Set<Instance>();
  readonly #waiting: Waiting[] = [];
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** An instance for one task, or for a session; give it back with `release`. */
  acquire(need: Need): Promise<Instance> {
    return new Promise((resolve, reject) => {
      const waiting = { need, resolve, reject };
      this.#waiting.push(waiting);
      need.signal.addEventListener("abort", () => this.#abandon(waiting), { once: true });
      this.#serve();
    });
  }

  async release(instance: Instance, now: number): Promise<void> {
    await instance.release(now);
    this.#serve();
  }

  /** Ends a lease, and the process with it. */
  retire(instance: Instance): void {
    this.#dismiss(instance);
    this.#serve();
  }

  /** True while there may be no more sessions: another one waits for the end of one of them. */
  get isAllLeased(): boolean {
    const idle = [...this.#instances].filter(({ session, busy }) => session !== null && !busy);
    return idle.length >= this.#options.idleLeases;
  }

  isLoaded(version: AppVersion): boolean {
    return [...this.#instances].some((instance) => instance.version === version);
  }

  find(id: string): Instance | undefined {
    return [...this.#instances].find((instance) => instance.id === id);
  }

  /**
   * An instance to ask for schemas without waiting behind tasks: a free one, or a process more for a
   * moment, which stays if there is room for it.
   */
  async withAnyInstance<T>(version: AppVersion, use: (instance: Instance) => Promise<T>): Promise<T> {
    const instance = this.#free().find((free) => free.version === version) ?? this.#start(version);
    instance.take(null);
    const timer = setTimeout(() => instance.kill(`it took longer than ${LOAD_MS / 1000} s to load`), LOAD_MS);
    try {
      return await use(instance);
    } finally {
      clearTimeout(timer);
      instance.busy = false;
      if (this.#unleased().length > this.#options.workers) await instance.stop(UNLOAD_GRACE_MS);
      this.#serve();
    }
  }

  /** Ends every process; resolves when all are gone. */
  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#instances, ...this.#leaving];
    await Promise.all(all.map((instance) => instance.stop(UNLOAD_GRACE_MS)));
  }

  #serve(): void {
    while (this.#waiting.length > 0 && this.#hasRoom()) {
      const served = this.#waiting.findIndex((waiting) => this.#give(waiting));
      if (served === -1) return;
      this.#waiting.splice(served, 1);
    }
  }

  #hasRoom(): boolean {
    const working = [...this.#instances].filter(({ busy }) => busy);
    return working.length < this.#options.workers;
  }

  /** True when the wait is over, in one way or the other: nothing may be thrown at whoever made room. */
  #give({ need, resolve, reject }: Waiting): boolean {
    try {
      const instance = this.#choose(need);
      if (!instance) return false;
      instance.take(need.session);
      resolve(instance);
    } catch (error) {
      reject(error as Error);
    }
    return true;
  }

  #choose(need: Need): Instance | undefined {
    const { leased, session } = need;
    if (leased) return leased.busy ? undefined : leased;
    return session !== null && this.isAllLeased ? undefined : this.#chooseFree(need);
  }

  /** Best first: warm with this setup, not yet set up, a new process, another setup, another app's place. */
  #chooseFree({ version, setupKey, session }: Need): Instance | undefined {
    const free = this.#free();
    const same = free.filter((instance) => instance.version === version);
    // A session begins with an instance nobody has used.
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

  #free(): Instance[] {
    return this.#unleased().filter(({ busy, usable }) => !busy && usable);
  }

  #unleased(): Instance[] {
    return [...this.#instances].filter(({ session }) => session === null);
  }

  #start(version: AppVersion): Instance {
    if (this.#closed) throw new Error("the server is ending");
    const { nextId, settings, emit } = this.#options;
    const instance = createInstance(nextId(), version, settings);
    this.#instances.add(instance);
    emit({ type: "worker", state: "started", id: instance.id, app: version.app });
    void instance.exited.then(() => {
      emit({ type: "worker", state: "stopped", id: instance.id, app: version.app });
      this.#forget(instance);
      this.#serve();
    });
    return instance;
  }

  /** Its place is free at once, while it still cleans up. */
  #dismiss(instance: Instance): void {
    this.#instances.delete(instance);
    this.#leaving.add(instance);
    void instance.stop(UNLOAD_GRACE_MS);
  }

  #forget(instance: Instance): void {
    this.#instances.delete(instance);
    this.#leaving.delete(instance);
  }

  #abandon(waiting: Waiting): void {
    const at = this.#waiting.indexOf(waiting);
    if (at === -1) return;
    this.#waiting.splice(at, 1);
    waiting.reject(new Error("cancelled while queued"));
  }
}

function createInstance(...args: ConstructorParameters<typeof Instance>): Instance {
  try {
    return new Instance(...args);
  } catch (error) {
    throw new WorkerDied(`the worker could not be started: ${messageOf(error)}`);
  }
}

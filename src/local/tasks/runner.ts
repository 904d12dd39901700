/** The way of one task: queued, given a worker, made ready, run, its files kept, ended. */
import type { JsonObject } from "../../wire/types.ts";
import { describeProblem, problemOf } from "../apps/app-problem.ts";
import type { AppVersion } from "../apps/app-version.ts";
import type { Clock } from "../clock.ts";
import type { AppProblem } from "../events.ts";
import type { Session } from "../sessions/session.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { Need, Pool } from "../workers/pool.ts";
import { WorkerExit } from "../workers/worker-exit.ts";
import type { WorkerProcess } from "../workers/worker-process.ts";
import type { FileStore } from "./file-store.ts";
import { latestOnly, mapStrings, stableJson } from "./json.ts";
import { storeOutputs } from "./output-files.ts";
import { type LiveTask, LOG_SETUP, LOG_TASK } from "./task.ts";

export interface RunnerOptions {
  clock: Clock;
  pool: Pool;
  files: FileStore;
  sessions: Sessions;
  taskTimeoutMs: number;
  /** An app could, or could not, be loaded. */
  report(version: AppVersion, problem: AppProblem | null): void;
  /** A task stays in its phase until this resolves, and fails when it throws. */
  atPhase(live: LiveTask, worker: WorkerProcess | null): Promise<void>;
  /** What an app can fetch in place of a reference to a stored file; other text as it is. */
  inputUri(text: string): string;
  /** The reference of a stored file whose address an app gives back, else null. */
  parseReference(text: string): string | null;
}

/** How long an app that was told to stop may take; less when the server itself is ending. */
const CANCEL_GRACE_MS = 2000;
const DRAIN_GRACE_MS = 800;

export class Runner {
  readonly #options: RunnerOptions;
  readonly #running = new Map<LiveTask, WorkerProcess>();
  #draining = false;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /** Resolves when the task has its outcome; throws what made it fail. */
  async execute(live: LiveTask, version: AppVersion): Promise<void> {
    const { clock, sessions } = this.#options;
    live.move("queued", clock.now());
    const session = live.task.sessionId === null ? null : sessions.get(live.task.sessionId);
    try {
      if (session) await live.previousCalls;
      if (live.ended) return;
      const worker = await this.#assign(live, version, session);
      if (worker) await this.#use(worker, live, session);
    } finally {
      if (session) sessions.finishCall(session, live);
    }
  }

  /** Tells the app; a process that does not listen is ended after a grace period. */
  #cancel(live: LiveTask, worker: WorkerProcess): void {
    if (worker.setupKey === null) {
      worker.kill("cancelled");
      return;
    }
    worker.cancel();
    const kill = () => worker.kill("cancelled");
    const stopTimer = this.#draining
      ? afterReally(DRAIN_GRACE_MS, kill)
      : this.#options.clock.after(CANCEL_GRACE_MS, kill);
    void live.done.then(stopTimer);
  }

  /** From now on cancelling takes little time, by the real clock: ending must always end. */
  drain(): void {
    this.#draining = true;
    for (const [live, worker] of this.#running) if (live.cancelRequested) this.#cancel(live, worker);
  }

  /** The session's worker, else one of the pool; null when the task was cancelled meanwhile. */
  async #assign(live: LiveTask, version: AppVersion, session: Session | null): Promise<WorkerProcess | null> {
    const { pool, sessions, clock } = this.#options;
    const leased = session?.worker ?? null;
    if (session && !leased && pool.isAllLeased) {
      const text = "there may be no more sessions at a time; this one begins when another ends";
      live.log(text, LOG_TASK, clock.now());
    }
    const setupKey = stableJson(live.task.setup ?? {});
    const need = { version, setupKey, session: session?.id ?? null, leased, signal: live.abort.signal };
    const worker = await this.#acquire(live, need).catch((error) => {
      if (session && !leased && !live.ended) sessions.abandon(session, live);
      throw error;
    });
    if (live.ended) {
      if (!leased) worker.session = null;
      await pool.release(worker, clock.now());
      return null;
    }
    if (session && !leased) sessions.lease(session, worker);
    return worker;
  }

  async #acquire(live: LiveTask, need: Need): Promise<WorkerProcess> {
    await this.#options.atPhase(live, null);
    return await this.#options.pool.acquire(need);
  }

  async #use(worker: WorkerProcess, live: LiveTask, session: Session | null): Promise<void> {
    const { clock, pool, sessions, taskTimeoutMs } = this.#options;
    live.task.workerId = worker.id;
    this.#running.set(live, worker);
    live.cancelApp = () => this.#cancel(live, worker);
    live.move("dispatched", clock.now());
    const stopTimeout = clock.after(taskTimeoutMs, () =>
      worker.kill(
        `the task took longer than ${taskTimeoutMs / 1000} s and was stopped; belt dev --task-timeout allows more`,
      ),
    );
    try {
      await this.#options.atPhase(live, worker);
      await this.#makeReady(worker, live);
      await this.#run(worker, live);
    } catch (error) {
      if (worker.setupKey === null && session) sessions.abandon(session, live);
      if (worker.setupKey === null && !session) pool.retire(worker);
      if (session && error instanceof WorkerExit)
        throw new WorkerExit(`WORKER_LOST: ${error.message}`, error.place);
      throw error;
    } finally {
      stopTimeout();
      live.cancelApp = null;
      this.#running.delete(live);
      await pool.release(worker, clock.now());
    }
  }

  /** A warm worker passes at once; a call in a session keeps the setup it finds unless it brings one. */
  async #makeReady(worker: WorkerProcess, live: LiveTask): Promise<void> {
    const { setup } = live.task;
    const key = stableJson(setup ?? {});
    const keeps = worker.session !== null && !worker.fresh && worker.setupKey !== null && setup === null;
    const isReady = worker.setupKey === key || keeps;
    if (isReady) return;
    const { clock } = this.#options;
    worker.onLog = (text) => live.log(text, LOG_SETUP, clock.now());
    live.move("preparing", clock.now());
    await this.#options.atPhase(live, worker);
    await this.#load(worker);
    live.move("setting_up", clock.now());
    await this.#options.atPhase(live, worker);
    await worker.setup(setup ?? {}, key);
  }

  async #load(worker: WorkerProcess): Promise<void> {
    const { report } = this.#options;
    try {
      await worker.loaded;
      report(worker.version, null);
    } catch (error) {
      if (worker.killedFor !== null) throw error;
      const problem = problemOf(error, worker.version.dir);
      report(worker.version, problem);
      throw new Error(`the app cannot be loaded: ${describeProblem(problem)}`);
    }
  }

  async #run(worker: WorkerProcess, live: LiveTask): Promise<void> {
    const { clock, files, inputUri, parseReference } = this.#options;
    const { task } = live;
    worker.onLog = (text) => live.log(text, LOG_TASK, clock.now());
    task.function ??= defaultFunction(await worker.loaded);
    const partials = latestOnly(async (output: unknown) =>
      live.partial(await storeOutputs(output, { files, parseReference, note: () => {} }), clock.now()),
    );
    live.move("running", clock.now());
    await this.#options.atPhase(live, worker);
    const input = mapStrings(task.input, inputUri);
    const result = await worker.run(task.function, input, contextOf(live, worker), partials.put);
    await partials.settled();
    if (live.cancelRequested) throw new Error("cancelled");
    live.move("uploading", clock.now());
    await this.#options.atPhase(live, worker);
    const note = (text: string) => live.log(text, LOG_TASK, clock.now());
    const output = await storeOutputs(result, { files, parseReference, note });
    if (live.cancelRequested) throw new Error("cancelled");
    task.output = output;
    live.end("completed", null, clock.now());
  }
}

function defaultFunction(functions: string[]): string {
  return functions.length === 1 ? functions[0]! : "run";
}

/** What the kernel tells an app about the call, in `this.context`. */
function contextOf({ task }: LiveTask, worker: WorkerProcess): JsonObject {
  return {
    task_id: task.id,
    worker_id: worker.id,
    app_id: task.appId,
    app_version_id: task.version,
    session_id: task.sessionId,
  };
}

function afterReally(ms: number, action: () => void): () => void {
  const timer = setTimeout(action, ms);
  return () => clearTimeout(timer);
}

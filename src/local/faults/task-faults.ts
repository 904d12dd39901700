/** What a step does to a task: holds it in a phase, fails it, or ends its worker. */
import type { Clock } from "../clock.ts";
import type { LiveTask } from "../tasks/task.ts";
import type { WorkerProcess } from "../workers/worker-process.ts";
import { type Action, PHASES, type Step } from "./scenario.ts";

type TaskAction = Extract<Action, { kind: "task" }>;

export class TaskFaults {
  readonly #clock: Clock;
  readonly #onAct: (step: Step, live: LiveTask) => void;
  readonly #waiting = new Map<string, { step: Step; action: TaskAction }>();

  constructor(clock: Clock, onAct: (step: Step, live: LiveTask) => void) {
    this.#clock = clock;
    this.#onAct = onAct;
  }

  /** Chosen as the task was taken on, so that the order of submits decides and not that of workers. */
  expect(taskId: string, step: Step): void {
    if (step.do.kind === "task") this.#waiting.set(taskId, { step, action: step.do });
  }

  /** In its phase, or in the next one of a warm worker that passes over it. */
  async atPhase(live: LiveTask, worker: WorkerProcess | null): Promise<void> {
    const found = this.#waiting.get(live.id);
    if (!found || rank(live.task.status) < rank(found.action.phase)) return;
    this.#waiting.delete(live.id);
    const { holdMs, fail, kill } = found.action;
    this.#onAct(found.step, live);
    if (holdMs > 0) await this.#hold(live, holdMs);
    if (live.cancelRequested) return;
    if (fail !== null) throw new Error(fail);
    // In the words of one that was killed from outside.
    if (kill) worker?.kill("the worker was ended by SIGKILL");
  }

  /** Ends sooner when the task is to end. */
  async #hold(live: LiveTask, ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const stop = this.#clock.after(ms, resolve);
      const unlisten = live.listen(() => {
        if (!live.cancelRequested && !live.ended) return;
        stop();
        unlisten();
        resolve();
      });
    });
  }
}

function rank(status: string): number {
  return (PHASES as readonly string[]).indexOf(status);
}

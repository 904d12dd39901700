import type { TaskEvent } from "../../api/follow/events.ts";
import { fileReason } from "../../file-reason.ts";
import { safeJson } from "../../terminal/text.ts";
import type { Context, EventsTarget } from "../shared/context.ts";
import type { RunResult } from "./interrupt.ts";

/** The NDJSON of `--events`: the task's events, and as the last line the error when following failed. */
export class EventsFile {
  readonly #target: EventsTarget;
  readonly #ctx: Context;
  #seq = 0;

  private constructor(ctx: Context, target: EventsTarget) {
    this.#ctx = ctx;
    this.#target = target;
  }

  /** Opens the target; one that has to be read first is waited for, until `deadline`. */
  static async open(ctx: Context, target: string, deadline: AbortSignal): Promise<EventsFile> {
    return new EventsFile(ctx, await ctx.machine.openEvents(target, deadline));
  }

  event(event: TaskEvent): void {
    this.#seq = event.seq;
    this.#target.write(safeJson(event));
  }

  /** Between events: waits for a reader that is slower than belt. */
  async drained(): Promise<void> {
    await this.#target.drained();
  }

  /** The last line of a following that was broken off: the task as it was left, else the error. */
  end(taskId: string, { task, error }: RunResult): void {
    const head = { seq: ++this.#seq, time: new Date(this.#ctx.now()).toISOString(), task_id: taskId };
    if (task) this.#target.write(safeJson({ type: "result", ...head, task }));
    else if (error)
      this.#target.write(safeJson({ type: "error", ...head, error: this.#ctx.out.document(error) }));
  }

  async close(): Promise<void> {
    await this.#target.close().catch((error: Error) => {
      this.#ctx.out.warn(`the events could not all be written: ${fileReason(error)}`);
    });
  }
}

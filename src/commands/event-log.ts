import type { TaskEvent } from "../api/follow/events.ts";
import { safeJson } from "../terminal/text.ts";
import type { Context, EventSink } from "./context.ts";
import type { RunResult } from "./interrupt.ts";

/** The NDJSON of `--events`: the task's events, and as the last line the error when following failed. */
export class EventLog {
  readonly #sink: EventSink;
  readonly #ctx: Context;
  #seq = 0;

  constructor(ctx: Context, target: string) {
    this.#ctx = ctx;
    this.#sink = ctx.openEvents(target);
  }

  event(event: TaskEvent): void {
    this.#seq = event.seq;
    this.#sink.write(safeJson(event));
  }

  /** The last line of a following that was broken off: the task as it was left, else the error. */
  end(taskId: string, { task, error }: RunResult): void {
    const head = { seq: ++this.#seq, time: new Date(this.#ctx.now()).toISOString(), task_id: taskId };
    if (task) this.#sink.write(safeJson({ type: "result", ...head, task }));
    else if (error)
      this.#sink.write(safeJson({ type: "error", ...head, error: this.#ctx.out.document(error) }));
  }

  async close(): Promise<void> {
    await this.#sink.close().catch((error: Error) => {
      this.#ctx.out.warn(`the events could not all be written: ${error.message}`);
    });
  }
}

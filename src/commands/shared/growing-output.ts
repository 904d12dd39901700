import type { TaskDocument } from "../../api/resources/task.ts";
import type { GrowingText } from "../../terminal/growing-text.ts";
import { isObject } from "../../wire/types.ts";
import type { Context } from "./context.ts";

/** Milliseconds between two looks at a text that grows: nobody reads faster. */
const PACE = 40;

/** The text of a run's output, shown on a terminal while it grows. */
export class GrowingOutput {
  readonly #ctx: Context;
  #text: GrowingText | null = null;
  /** The field that holds the text; null for an output that is the text itself. */
  #key: string | null = null;
  #newest: unknown = null;
  #isWhole = false;
  #timer: NodeJS.Timeout | null = null;

  private constructor(ctx: Context) {
    this.#ctx = ctx;
  }

  /** Null where nobody watches: scripts get the text whole. */
  static on(ctx: Context): GrowingOutput | null {
    return ctx.out.canGrow ? new GrowingOutput(ctx) : null;
  }

  /** True once some of it stands on the terminal, where a spinner would write over it. */
  get isShown(): boolean {
    return this.#text !== null;
  }

  /** Takes the output as it is so far. */
  take(output: unknown): void {
    this.#newest = output;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#show();
    }, PACE);
  }

  /** Something else is told now: what there is of the text is shown, and its line ended. */
  pause(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#newest !== null) this.#show();
    this.#text?.pause();
  }

  /** Shows what is left of the text, and looks for no more. */
  end(task: TaskDocument | null): void {
    if (this.#timer) clearTimeout(this.#timer);
    const text = task && this.#textOf(task.output);
    this.#isWhole = (this.#text?.end(text ?? "") ?? false) && text !== null;
  }

  /** The task without what stands on the terminal already. */
  unseen(task: TaskDocument): TaskDocument {
    if (!this.#isWhole) return task;
    const { output } = task;
    const rest = isObject(output) ? Object.entries(output).filter(([key]) => key !== this.#key) : [];
    return { ...task, output: Object.fromEntries(rest) };
  }

  #show(): void {
    const text = this.#text ? this.#textOf(this.#newest) : this.#begin(this.#newest);
    if (text === null) {
      if (!this.isShown) this.#ctx.out.progress.detail(brief(this.#newest));
      return;
    }
    // A spinner would write over it.
    this.#ctx.out.progress.stop();
    this.#text ??= this.#ctx.out.growingText();
    this.#text.show(text);
  }

  /** Only an output with one text in it can be told by that text. */
  #begin(output: unknown): string | null {
    if (typeof output === "string") return output;
    const texts = isObject(output) ? Object.entries(output).filter(([, value]) => isProse(value)) : [];
    if (texts.length !== 1) return null;
    const [[key, text]] = texts as [[string, string]];
    this.#key = key;
    return text;
  }

  #textOf(output: unknown): string | null {
    const text = this.#key !== null && isObject(output) ? output[this.#key] : output;
    return typeof text === "string" ? text : null;
  }
}

/** "n: 3, done: false": of another output what fits beside a spinner, its plain values. */
function brief(output: unknown): string {
  const values = isObject(output) ? Object.entries(output) : [["output", output] as const];
  return values
    .filter(([, value]) => /^(number|boolean|string)$/.test(typeof value))
    .map(([key, value]) => `${key}: ${String(value).slice(0, 80)}`)
    .slice(0, 10)
    .join(", ");
}

/** What people read; an address is no text that grows. */
function isProse(value: unknown): value is string {
  return typeof value === "string" && value !== "" && !/^(https?|data|file|inf):/i.test(value);
}

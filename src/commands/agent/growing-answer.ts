import type { GrowingText } from "../../terminal/growing-text.ts";
import type { Context } from "../shared/context.ts";

/** The text of an answer on a terminal, shown as it grows; messages stand on lines of their own. */
export class GrowingAnswer {
  readonly #ctx: Context;
  #message = "";
  #text: GrowingText | null = null;

  constructor(ctx: Context) {
    this.#ctx = ctx;
  }

  grow(messageId: string, text: string): void {
    const { out } = this.#ctx;
    if (!out.showsGrowth) return;
    // A spinner would write over it.
    out.progress.stop();
    const isNext = this.#text !== null && messageId !== this.#message;
    this.#text ??= out.growingText();
    this.#text.append(isNext ? `\n${text}` : text);
    this.#message = messageId;
  }

  /** All that is there is shown; what follows begins on a line of its own. */
  pause(): void {
    this.#text?.pause();
  }

  /** Shows what is missing of the whole; false when what was shown is not its beginning, or nothing was. */
  finish(whole: string): boolean {
    return this.#text?.end(whole) ?? false;
  }
}

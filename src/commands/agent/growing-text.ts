import { safeText } from "../../terminal/text.ts";
import type { Context } from "../shared/context.ts";

/** The text of an answer on a terminal, written as it grows; messages stand on lines of their own. */
export class GrowingText {
  readonly #ctx: Context;
  #message = "";
  #shown = "";

  constructor(ctx: Context) {
    this.#ctx = ctx;
  }

  grow(messageId: string, text: string): void {
    const { out } = this.#ctx;
    if (!out.showsGrowth) return;
    if (this.#shown !== "" && messageId !== this.#message) {
      out.endGrowth();
      this.#shown += "\n";
    }
    this.#message = messageId;
    this.#write(text);
  }

  /** Writes what is missing of the whole; false when what was shown is not its beginning, or nothing was. */
  finish(whole: string): boolean {
    if (this.#shown === "" || !whole.startsWith(this.#shown)) return false;
    this.#write(whole.slice(this.#shown.length));
    this.#ctx.out.endGrowth();
    return true;
  }

  #write(text: string): void {
    this.#shown += text;
    this.#ctx.out.grow(safeText(text));
  }
}

import { safeText } from "./text.ts";
import type { TextWidth } from "./text-width.ts";

interface GrowingOptions {
  write(text: string): void;
  /** Takes keys out; a key has no blanks, and so is always within one piece. */
  redact(text: string): string;
  /** Columns, which change with the terminal. */
  width(): number;
  textWidth: TextWidth;
}

/** Characters of a word that are waited for; a longer one is shown in parts. */
const LONGEST_WORD = 200;

/** A text that is shown while it still grows: whole words, wrapped as the whole would be. */
export class GrowingText {
  readonly #options: GrowingOptions;
  /** What has been shown of the text. */
  #shown = "";
  /** What may be half a word, and waits for the rest of it. */
  #held = "";
  #column = 0;
  #blanks = "";
  /** A line was ended that the text itself has not ended yet. */
  #isAhead = false;
  #isBroken = false;

  constructor(options: GrowingOptions) {
    this.#options = options;
  }

  /** Shows what is new and whole; a text that is no longer the same one is left to its end. */
  show(text: string): void {
    if (this.#isBroken || !text.startsWith(this.#shown)) {
      this.#isBroken = true;
      return;
    }
    this.#held = "";
    this.append(text.slice(this.#shown.length));
  }

  /** The same for the new end of the text alone. */
  append(piece: string): void {
    const fresh = this.#held + piece;
    const held = Math.min(/[\x1b\x21-\x7e\r\ud800-\udbff]*$/.exec(fresh)![0].length, LONGEST_WORD);
    this.#held = fresh.slice(fresh.length - held);
    this.#put(fresh.slice(0, fresh.length - held));
  }

  /** The text does not go on for now: the rest is shown, and the line ended. */
  pause(): void {
    this.#put(this.#held);
    this.#held = "";
    this.closeLine();
  }

  /** Shows the rest and ends the line; false when the text became another one, which has to be shown anew. */
  end(text: string): boolean {
    const isSame = !this.#isBroken && text.startsWith(this.#shown);
    this.#held = "";
    if (isSame) this.#put(text.slice(this.#shown.length));
    this.closeLine();
    return isSame;
  }

  /** Before something else is written: what it has begun stays on a line of its own. */
  closeLine(): void {
    if (this.#column > 0) {
      this.#options.write("\n");
      this.#isAhead = true;
    }
    this.#column = 0;
    this.#blanks = "";
  }

  #put(text: string): void {
    this.#shown += text;
    const words = safeText(this.#options.redact(text)).split(/(?<=\s)(?=\S)|(?<=\n)/);
    const out = words.map((word) => this.#laidOut(word)).join("");
    if (out !== "") this.#options.write(out);
  }

  /** A word where it fits; the blanks behind it are written with the next one, so that none starts a line. */
  #laidOut(word: string): string {
    const { width, textWidth } = this.#options;
    const letters = word.trimEnd();
    const isAhead = this.#isAhead;
    if (isAhead) this.#blanks = "";
    this.#isAhead &&= letters === "" && !word.endsWith("\n");
    const wide = textWidth.width(this.#blanks + letters);
    const breaks = letters !== "" && this.#column > 0 && this.#column + wide > width();
    const out = letters === "" ? "" : breaks ? `\n${letters}` : this.#blanks + letters;
    if (letters !== "") this.#column = breaks ? textWidth.width(letters) : this.#column + wide;
    this.#blanks = (letters === "" ? this.#blanks : "") + word.slice(letters.length);
    if (!word.endsWith("\n")) return out;
    this.#blanks = "";
    this.#column = 0;
    return isAhead && letters === "" ? "" : `${out}\n`;
  }
}

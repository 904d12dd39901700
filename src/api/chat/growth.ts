/** A text that grows, told by pieces of it and by the whole of what there is so far. */
export class Growth {
  #whole = "";
  /** All pieces joined, after what was there before the first of them; null before that. */
  #pieces: string | null = null;
  /** What has been given out; stays a beginning of the whole unless the text was changed. */
  #given = 0;
  #changed = false;

  get whole(): string {
    return this.#whole;
  }

  /** The new end of the text. `isFirst`: the pieces are told from the beginning, which may be there as a whole already. */
  append(piece: string, isFirst: boolean): string {
    const isInStep = this.#pieces !== null && this.#pieces.length === this.#whole.length;
    if (isFirst && fitsTogether(piece, this.#whole)) this.#pieces = "";
    else if (isInStep && this.#given === this.#whole.length) return this.#join(piece);
    this.#pieces = (this.#pieces ?? this.#whole) + piece;
    if (this.#pieces.startsWith(this.#whole)) this.#whole = this.#pieces;
    return this.#give();
  }

  /** The usual way, and the only one that does not look at all of the text each time. */
  #join(piece: string): string {
    this.#pieces = this.#whole + piece;
    this.#whole = this.#pieces;
    this.#given = this.#whole.length;
    return this.#changed ? "" : piece;
  }

  /** The same for a whole; one that lies behind is passed over, unless it is the last word. */
  snapshot(whole: string, isFinal: boolean): string {
    if (whole.startsWith(this.#whole)) this.#whole = whole;
    else if (isFinal || !this.#whole.startsWith(whole)) {
      this.#changed ||= !whole.startsWith(this.#whole.slice(0, this.#given));
      this.#whole = whole;
      this.#pieces = null;
    }
    return this.#give();
  }

  /** Nothing more once what was given out has turned out to be wrong: it cannot be taken back. */
  #give(): string {
    if (this.#changed) return "";
    const news = this.#whole.slice(this.#given);
    this.#given = this.#whole.length;
    return news;
  }
}

/** One is the beginning of the other. */
function fitsTogether(piece: string, whole: string): boolean {
  return whole.startsWith(piece) || piece.startsWith(whole);
}

/** A JSON number that a double does not hold, by its digits; what computes with it gets it rounded. */
export class LongNumber {
  /** While `marked` writes: what stands before the digits. */
  static #mark: string | null = null;

  readonly digits: string;

  constructor(digits: string) {
    this.digits = digits;
  }

  /** Runs `write`, which makes JSON, with each of these numbers as a string: the mark and the digits. */
  static marked<T>(mark: string, write: () => T): T {
    LongNumber.#mark = mark;
    try {
      return write();
    } finally {
      LongNumber.#mark = null;
    }
  }

  /** Rounded, where it is written without `stringifyJson`. */
  toJSON(): number | string {
    return LongNumber.#mark === null ? this.valueOf() : `${LongNumber.#mark}${this.digits}`;
  }

  /** Rounded, and at most the largest double. */
  valueOf(): number {
    const number = Number(this.digits);
    return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, number));
  }

  toString(): string {
    return this.digits;
  }
}

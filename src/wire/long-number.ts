/** A JSON number that a double does not hold, by its digits; what computes with it gets it rounded. */
export class LongNumber {
  readonly digits: string;

  constructor(digits: string) {
    this.digits = digits;
  }

  /** Where it is written without `stringifyJson`. */
  toJSON(): number {
    return this.valueOf();
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

/** Unfinished tasks to begin with. */
const FIRST = 4;

/** The longest pause where nobody says how long, in milliseconds. */
const LONGEST_PAUSE = 60_000;

export interface PaceOptions {
  /** The most that may be unfinished at once. */
  ceiling: number;
  /** The first pause where nobody says how long, in milliseconds; each further one in a row is twice as long. */
  pause: number;
  now(): number;
}

/**
 * How many tasks may be unfinished at the same time: one more after each round that went well, half
 * when there is no room. Throttled answers to what was begun before the last halving halve nothing more.
 */
export class Pace {
  readonly #options: PaceOptions;
  #limit: number;
  #round = 0;
  /** Tasks of this round that went well. */
  #streak = 0;
  /** Throttlings since something went well. */
  #setbacks = 0;
  #isSetBack = false;
  #pausedUntil = 0;

  constructor(options: PaceOptions) {
    this.#options = options;
    this.#limit = Math.min(FIRST, options.ceiling);
  }

  get limit(): number {
    return this.#limit;
  }

  /** What an attempt that begins now belongs to. */
  get round(): number {
    return this.#round;
  }

  /** Milliseconds until something may be begun again. */
  get pauseLeft(): number {
    return Math.max(0, this.#pausedUntil - this.#options.now());
  }

  /** True since there was no room, until something goes well. */
  get isSetBack(): boolean {
    return this.#isSetBack;
  }

  wentWell(round: number): void {
    if (round !== this.#round) return;
    this.#setbacks = 0;
    this.#isSetBack = false;
    this.#streak++;
    if (this.#streak < this.#limit) return;
    this.#streak = 0;
    this.#limit = Math.min(this.#limit + 1, this.#options.ceiling);
  }

  /** True when that halved the number. `retryAfter` is what the API asked for, in milliseconds. */
  throttled(round: number, retryAfter: number | undefined): boolean {
    if (retryAfter !== undefined) this.#pause(retryAfter);
    if (round !== this.#round) return false;
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
    this.#streak = 0;
    this.#isSetBack = true;
    this.#round++;
    if (retryAfter === undefined) this.#backOff();
    return true;
  }

  /** Nothing could be reached: a pause, and as many as before after it. */
  unreachable(round: number): void {
    if (round !== this.#round) return;
    this.#round++;
    this.#backOff();
  }

  #backOff(): void {
    const { pause } = this.#options;
    this.#pause(Math.min(pause * 2 ** this.#setbacks, LONGEST_PAUSE));
    this.#setbacks++;
  }

  #pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#options.now() + ms);
  }
}

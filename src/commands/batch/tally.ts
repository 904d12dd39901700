import type { ResultLine } from "../../store/batch-records.ts";
import type { TallyPart } from "../../terminal/tally-line.ts";
import { type BatchProgress, progressParts } from "../../views/batch-views.ts";

export interface TallyOptions {
  total: number;
  /** Rows that had ended before this command, and for which it does nothing more. */
  done: number;
  failed: number;
  now(): number;
  /** What is spent of what may be; null without a cap. */
  spent(): string | null;
  /** Milliseconds in which nothing is begun. */
  pause(): number;
  /** What is shown: redrawn on a terminal, elsewhere a line when `isMilestone`. */
  show(parts: () => readonly TallyPart[], isMilestone: boolean): void;
}

/** How far a batch has come, for somebody who waits. */
export class Tally {
  readonly #options: TallyOptions;
  readonly #start: number;
  #done: number;
  #failed: number;
  #running = 0;
  /** Rows that ended in this command. */
  #ended = 0;
  /** Tenths that have been told. */
  #told = 0;

  constructor(options: TallyOptions) {
    this.#options = options;
    this.#start = options.now();
    this.#done = options.done;
    this.#failed = options.failed;
    this.#told = this.#tenths;
  }

  begun(): void {
    this.#running++;
    this.#show();
  }

  ended(): void {
    this.#running--;
    this.#show();
  }

  /** A row has ended; its job is over next. One in doubt has not: it may be found, and followed yet. */
  line({ status }: ResultLine): void {
    if (status === "unknown") return;
    this.#ended++;
    if (status === "completed") this.#done++;
    else this.#failed++;
  }

  get progress(): BatchProgress {
    const { total, now, spent, pause } = this.#options;
    const minutes = (now() - this.#start) / 60_000;
    const perMinute = this.#ended === 0 ? null : this.#ended / minutes;
    const left = total - this.#done - this.#failed;
    // The job of a row that has ended may not be over yet.
    const running = Math.min(this.#running, left);
    return {
      total,
      done: this.#done,
      failed: this.#failed,
      running,
      left: left - running,
      perMinute,
      spent: spent(),
      msLeft: perMinute === null ? null : (left / perMinute) * 60_000 + pause(),
    };
  }

  get #tenths(): number {
    return Math.floor(((this.#done + this.#failed) * 10) / this.#options.total);
  }

  #show(): void {
    const isMilestone = this.#tenths > this.#told;
    this.#told = Math.max(this.#told, this.#tenths);
    this.#options.show(() => progressParts(this.progress), isMilestone);
  }
}

import { BeltError } from "../errors.ts";
import { fileReason } from "../file-reason.ts";
import type { WritableEnd } from "./writable.ts";

/** Texts, and characters in them, that are written at once: each write costs as much as ten lines. */
const PARTS = 256;
const CHARACTERS = 64 * 1024;

/** Characters that may wait for a slow reader before the writer has to wait, too. */
const MOST_WAITING = 1024 * 1024;

/** After a signal, a reader has so long to take what has been written, in milliseconds. */
const GRACE = 1_000;

/** Writes in order, no faster than the reader takes it, and keeps the first failure. */
export class PacedWriter {
  readonly #target: WritableEnd;
  /** Aborted when the user wants to leave. */
  readonly #leaving: AbortSignal;
  /** Texts that are about to be written. */
  #ready: string[] = [];
  #readyLength = 0;
  /** Characters that the reader has not taken yet. */
  #waiting = 0;
  #failure: Error | null = null;
  #room: Promise<void> | null = null;
  readonly #onTaken = new Set<() => void>();

  constructor(target: WritableEnd, leaving: AbortSignal) {
    this.#target = target;
    this.#leaving = leaving;
  }

  write(text: string): void {
    this.#ready.push(text);
    this.#readyLength += text.length;
    const isFull = this.#ready.length >= PARTS || this.#readyLength >= CHARACTERS;
    if (this.#target.isTTY || isFull) this.handOver();
    else if (this.#ready.length === 1) setImmediate(() => this.handOver());
  }

  handOver(): void {
    if (this.#ready.length === 0) return;
    const text = this.#ready.join("");
    this.#ready = [];
    this.#readyLength = 0;
    this.#waiting += text.length;
    this.#target.write(text, (error) => {
      this.#failure ??= error ?? null;
      this.#waiting -= text.length;
      for (const taken of this.#onTaken) taken();
    });
  }

  /** Waits for a slow reader; at once where it keeps up, and when the user wants to leave. */
  async drained(): Promise<void> {
    if (this.#waiting <= MOST_WAITING) return;
    // All who write wait for the same reader.
    this.#room ??= this.#untilLeft(MOST_WAITING / 2, 0).finally(() => {
      this.#room = null;
    });
    await this.#room;
  }

  /** True while something has not been taken by the reader. */
  get isBehind(): boolean {
    return this.#waiting > 0;
  }

  /** Waits until all has been taken; gives the failure when something could not be written, as on a full disk. */
  async flush(): Promise<Error | null> {
    this.handOver();
    await this.#untilLeft(0, GRACE);
    return this.#failure;
  }

  /** Until at most so many characters wait, or `grace` milliseconds after the user wants to leave. */
  async #untilLeft(most: number, grace: number): Promise<void> {
    if (this.#waiting <= most) return;
    await new Promise<void>((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const leave = () => {
        timer = setTimeout(end, grace);
      };
      const end = () => {
        clearTimeout(timer);
        this.#onTaken.delete(taken);
        this.#leaving.removeEventListener("abort", leave);
        resolve();
      };
      const taken = () => this.#waiting <= most && end();
      this.#onTaken.add(taken);
      if (this.#leaving.aborted) leave();
      else this.#leaving.addEventListener("abort", leave);
    });
  }
}

/** A reader that has had enough, as in `… | head -1`, is no failure. */
export function unwrittenError(failure: NodeJS.ErrnoException | null): BeltError | null {
  if (!failure || failure.code === "EPIPE") return null;
  return new BeltError({
    code: "output_failed",
    message: `the answer could not be written: ${fileReason(failure)}`,
    exit: "failure",
    cause: failure,
  });
}

import { BeltError } from "../../errors.ts";

/** Why a batch begins no more rows; the first reason counts, and the user's own before all others. */
export class Stop {
  readonly #listeners = new Set<() => void>();
  #reason: BeltError | null = null;
  #isForAll = false;

  get reason(): BeltError | null {
    return this.#reason;
  }

  /** True once a reason keeps every row from being submitted: that one is beyond the budget keeps none that is within it. */
  get isForAll(): boolean {
    return this.#isForAll;
  }

  request(reason: BeltError): void {
    this.#isForAll ||= reason.facts.code !== "over_budget";
    if (this.#reason && (this.#reason.isStop || !reason.isStop)) return;
    this.#reason = reason;
    for (const listener of this.#listeners) listener();
  }

  /** With the signal, also one that has come already. */
  when(signal: AbortSignal, reasonOf: (reason: unknown) => BeltError): void {
    const take = () => this.request(reasonOf(signal.reason));
    if (signal.aborted) take();
    else signal.addEventListener("abort", take, { once: true });
  }

  onRequest(listener: () => void): void {
    this.#listeners.add(listener);
  }
}

/** Ctrl-C, a signal, or a reader that has had enough. */
export function leftBy(reason: unknown): BeltError {
  if (reason instanceof BeltError) return reason;
  return new BeltError({ code: "interrupted", message: "nobody reads the results", exit: "interrupted" });
}

type OnLog = (text: string) => void;

/** Calls that may still be heard after their end. */
const MOST = 100;

/** Who hears what a call of a worker says, while it runs and after its answer. */
export class CallLogs {
  readonly #logs = new Map<number, OnLog>();

  set(call: number, onLog: OnLog): void {
    this.#logs.set(call, onLog);
    const [oldest] = this.#logs.keys();
    if (this.#logs.size > MOST && oldest !== undefined) this.#logs.delete(oldest);
  }

  get(call: number): OnLog | undefined {
    return this.#logs.get(call);
  }

  /** Of the newest call. */
  get last(): OnLog | undefined {
    return [...this.#logs.values()].at(-1);
  }
}

/** What was asked of a worker and waits for its answer. */
import type { FromWorker, ToWorker } from "./protocol.ts";

/** The app itself reported a failure; its process lives on. */
export class AppError extends Error {
  /** Where in the app it was thrown, `file:line`. */
  readonly place: string | null;

  constructor(message: string, place: string | null) {
    super(message);
    this.place = place;
  }
}

/** A message that is answered, before it has its id. */
type Question = ToWorker extends infer M ? (M extends { id: number } ? Omit<M, "id"> : never) : never;
type Answer = Exclude<FromWorker, { kind: "log" | "ending" }>;
type OnPartial = (output: unknown) => void;

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
  onPartial?: OnPartial | undefined;
}

/** The id of the question that every process is asked by its start: whether it has loaded. */
const LOADED = 0;

export class Conversation {
  /** The functions of the app, once it has loaded. */
  readonly loaded: Promise<string[]>;
  readonly #send: (message: ToWorker) => void;
  readonly #pending = new Map<number, Pending>();
  /** The id of the newest question. */
  lastId = LOADED;
  #end: Error | null = null;

  constructor(send: (message: ToWorker) => void) {
    this.#send = send;
    this.loaded = this.#expect(LOADED) as Promise<string[]>;
    // What needs the app waits for it and sees its failure; that nothing waits is no error.
    this.loaded.catch(() => {});
  }

  ask(question: Question, onPartial?: OnPartial): Promise<unknown> {
    this.lastId += 1;
    const answer = this.#expect(this.lastId, onPartial);
    this.#send({ ...question, id: this.lastId });
    return answer;
  }

  /** True until the answer has come. */
  isOpen(id: number): boolean {
    return this.#pending.has(id);
  }

  receive(message: Answer): void {
    switch (message.kind) {
      case "loaded":
        this.#settle(LOADED)?.resolve(message.functions);
        break;
      case "partial":
        this.#pending.get(message.id)?.onPartial?.(message.output);
        break;
      case "result":
        this.#settle(message.id)?.resolve(message.value);
        break;
      case "error":
        this.#settle(message.id)?.reject(new AppError(message.message, message.place));
        break;
    }
  }

  /** No answer will come any more, to what was asked and to what will be. False when nobody waits for one. */
  end(error: Error): boolean {
    this.#end = error;
    const open = [...this.#pending.keys()];
    for (const id of open) this.#settle(id)?.reject(error);
    return open.length > 0;
  }

  #expect(id: number, onPartial?: OnPartial): Promise<unknown> {
    if (this.#end) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject, onPartial }));
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }
}

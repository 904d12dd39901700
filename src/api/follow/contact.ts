import { BeltError } from "../../errors.ts";
import { belt, type Hint, joinHints } from "../../hint.ts";
import type { Api } from "../client.ts";

/** Milliseconds without an answer before people are told. */
const WORTH_SAYING = 1_000;

/** What is followed, in words. */
export interface Subject {
  /** "task task_1". */
  name: string;
  /** What it may still be doing: "running". */
  doing: string;
  /** What to type to look at it. */
  next: Hint;
  taskId?: string | undefined;
}

export function taskSubject(taskId: string): Subject {
  return { name: `task ${taskId}`, doing: "running", next: belt("task get", taskId), taskId };
}

/**
 * How long the API has not told of what is followed, and whether to go on asking (src/cli/README.md, "Lost
 * connections").
 */
export class Contact {
  readonly #api: Api;
  readonly #subject: Subject;
  readonly #submittedAt: number | null;
  readonly #signal: AbortSignal;
  #lastAnswer: number;
  #failures = 0;
  #lastError: BeltError | null = null;
  #warned = false;

  constructor(api: Api, subject: Subject, submittedAt: number | null, signal: AbortSignal) {
    this.#api = api;
    this.#subject = subject;
    this.#submittedAt = submittedAt;
    this.#signal = signal;
    this.#lastAnswer = api.now();
  }

  /** Tries that failed since the last readable answer. */
  get failures(): number {
    return this.#failures;
  }

  /** True while the API's Retry-After lies ahead. */
  get mustWait(): boolean {
    return (this.#lastError?.facts.retryAfter ?? 0) > 0;
  }

  answered(): void {
    this.#lastAnswer = this.#api.now();
    this.#failures = 0;
    this.#lastError = null;
    this.#warned = false;
  }

  /** Takes a try that failed; throws when no further one may help. */
  failed(thrown: unknown): void {
    this.#signal.throwIfAborted();
    if (!(thrown instanceof BeltError)) throw thrown;
    if (isRefusal(thrown)) throw refused(thrown, this.#subject);
    if (thrown.facts.httpStatus === 404 && !isNew(this.#api, this.#submittedAt))
      throw refused(thrown, this.#subject);
    this.#failures++;
    this.#lastError = thrown;
    const silent = this.#api.now() - this.#lastAnswer;
    if (silent >= this.#api.policy.giveUp) throw lostContact(thrown, this.#subject);
    if (silent < WORTH_SAYING || this.#warned) return;
    this.#warned = true;
    this.#api.onRetry(`no word of ${this.#subject.name}: ${thrown.message}; trying again`);
  }

  /** Sleeps before the next try: `delay` milliseconds, or what Retry-After asks for; gives up when that is too long. */
  async pause(delay: number): Promise<void> {
    const wanted = Math.max(delay, this.#lastError?.facts.retryAfter ?? 0);
    const left = this.#lastAnswer + this.#api.policy.giveUp - this.#api.now();
    await this.#api.sleep(this.#lastError ? Math.min(wanted, left) : wanted, this.#signal);
    if (this.#lastError && wanted >= left) throw lostContact(this.#lastError, this.#subject);
  }
}

/** No permission: no retry changes that. */
export function isRefusal({ facts: { httpStatus } }: BeltError): boolean {
  return httpStatus === 401 || httpStatus === 403;
}

/** True so soon after the submit that the API may not know of the task yet. */
export function isNew(api: Api, submittedAt: number | null): boolean {
  return submittedAt !== null && api.now() - submittedAt < api.policy.newTask;
}

function refused(error: BeltError, { name, doing, next, taskId }: Subject): BeltError {
  return error.with({
    message: `${name} may still be ${doing}, but the API does not tell: ${error.message}`,
    hint: error.facts.hint && isRefusal(error) ? joinHints(error.facts.hint, next) : next,
    taskId,
  });
}

function lostContact(error: BeltError, { name, doing, next, taskId }: Subject): BeltError {
  return error.with({
    code: "lost_contact",
    message: `lost contact with ${name}, which may still be ${doing}: ${error.message}`,
    hint: next,
    exit: "stillRunning",
    retryable: true,
    taskId,
  });
}

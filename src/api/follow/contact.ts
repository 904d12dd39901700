import { BeltError } from "../../errors.ts";
import { belt, joinHints } from "../../hint.ts";
import type { Api } from "../client.ts";

/** Milliseconds without an answer before people are told. */
const WORTH_SAYING = 1_000;

/**
 * How long the API has not told of a task, and whether to go on asking (src/cli/README.md, "Lost
 * connections").
 */
export class Contact {
  readonly #api: Api;
  readonly #taskId: string;
  readonly #submittedAt: number | null;
  readonly #signal: AbortSignal;
  #lastAnswer: number;
  #failures = 0;
  #lastError: BeltError | null = null;
  #warned = false;

  constructor(api: Api, taskId: string, submittedAt: number | null, signal: AbortSignal) {
    this.#api = api;
    this.#taskId = taskId;
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
    if (isRefusal(thrown)) throw refused(thrown, this.#taskId);
    if (thrown.facts.httpStatus === 404 && !isNew(this.#api, this.#submittedAt))
      throw refused(thrown, this.#taskId);
    this.#failures++;
    this.#lastError = thrown;
    const silent = this.#api.now() - this.#lastAnswer;
    if (silent >= this.#api.policy.giveUp) throw lostContact(thrown, this.#taskId);
    if (silent < WORTH_SAYING || this.#warned) return;
    this.#warned = true;
    this.#api.onRetry(`no word of task ${this.#taskId}: ${thrown.message}; trying again`);
  }

  /** Sleeps before the next try: `delay` milliseconds, or what Retry-After asks for; gives up when that is too long. */
  async pause(delay: number): Promise<void> {
    const wanted = Math.max(delay, this.#lastError?.facts.retryAfter ?? 0);
    const left = this.#lastAnswer + this.#api.policy.giveUp - this.#api.now();
    await this.#api.sleep(this.#lastError ? Math.min(wanted, left) : wanted, this.#signal);
    if (this.#lastError && wanted >= left) throw lostContact(this.#lastError, this.#taskId);
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

function refused(error: BeltError, taskId: string): BeltError {
  const next = belt("task get", taskId);
  return error.with({
    message: `task ${taskId} may still be running, but the API does not tell: ${error.message}`,
    hint: error.facts.hint && isRefusal(error) ? joinHints(error.facts.hint, next) : next,
    taskId,
  });
}

function lostContact(error: BeltError, taskId: string): BeltError {
  return error.with({
    code: "lost_contact",
    message: `lost contact with task ${taskId}, which may still be running: ${error.message}`,
    hint: belt("task get", taskId),
    exit: "stillRunning",
    retryable: true,
    taskId,
  });
}

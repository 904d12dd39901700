/** The one POST at the end of a task; it is tried a few times, and what becomes of it never touches the task. */
import { stringifyJson } from "../../wire/json.ts";
import type { JsonObject } from "../../wire/types.ts";
import type { Clock } from "../clock.ts";
import { messageOf } from "../error-text.ts";
import type { EmitEvent } from "../events.ts";

const PAUSES_MS = [1000, 5000];
const TRY_TIMEOUT_MS = 10_000;

type Deliver = (url: string, request: RequestInit & { body: string }) => Promise<Response>;

export class Webhooks {
  readonly #clock: Clock;
  readonly #emit: EmitEvent;
  readonly #fetch: Deliver;
  readonly #pending = new Set<Promise<void>>();
  readonly #closing = new AbortController();

  constructor(clock: Clock, emit: EmitEvent, deliver: Deliver) {
    this.#fetch = deliver;
    this.#clock = clock;
    this.#emit = emit;
  }

  send(task: string, url: string, body: JsonObject): void {
    const delivery = this.#deliver(task, url, stringifyJson(body)!).finally(() =>
      this.#pending.delete(delivery),
    );
    this.#pending.add(delivery);
  }

  /** Gives what is under way a moment, then drops it. */
  async close(graceMs: number): Promise<void> {
    const timer = setTimeout(() => this.#closing.abort(), graceMs);
    await Promise.all(this.#pending);
    clearTimeout(timer);
  }

  async #deliver(task: string, url: string, body: string): Promise<void> {
    let error: string | null = null;
    let tries = 0;
    for (const pause of [0, ...PAUSES_MS]) {
      await this.#pause(pause);
      if (this.#closing.signal.aborted) break;
      tries += 1;
      error = await this.#post(url, body);
      if (error === null) break;
    }
    this.#emit({ type: "webhook", task, url, delivered: tries > 0 && error === null, tries, error });
  }

  /** Null when delivered, else why not. */
  async #post(url: string, body: string): Promise<string | null> {
    const trying = new AbortController();
    const silent = new Error(`no answer within ${TRY_TIMEOUT_MS / 1000}s`);
    const stop = this.#clock.after(TRY_TIMEOUT_MS, () => trying.abort(silent));
    const signal = AbortSignal.any([this.#closing.signal, trying.signal]);
    try {
      const headers = { "Content-Type": "application/json" };
      const response = await this.#fetch(url, { method: "POST", headers, body, signal, redirect: "manual" });
      await response.body?.cancel();
      return response.ok ? null : `HTTP ${response.status}`;
    } catch (error) {
      return messageOf(error);
    } finally {
      stop();
    }
  }

  #pause(ms: number): Promise<void> {
    if (ms === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = this.#clock.after(ms, resolve);
      this.#closing.signal.addEventListener("abort", () => {
        stop();
        resolve();
      });
    });
  }
}

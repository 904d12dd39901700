/** What came of it all, to be held against what was expected. */
import { isTerminal, type StatusWord } from "../../wire/status.ts";
import type { Rehearsal, ServerEvent } from "../events.ts";
import { type Expectation, TASK_ENDS, type TaskEnd, type Trigger } from "./scenario.ts";

type Check = Rehearsal["checks"][number];

export class Tally {
  readonly #requests = new Map<Trigger, number>();
  readonly #statuses = new Map<string, StatusWord>();
  #unended = 0;
  #mostUnended = 0;

  count(triggers: Trigger[]): void {
    for (const trigger of triggers) this.#requests.set(trigger, (this.#requests.get(trigger) ?? 0) + 1);
  }

  watch(event: ServerEvent): void {
    if (event.type !== "task") return;
    this.#statuses.set(event.id, event.status);
    if (event.status === "received") this.#unended += 1;
    if (isTerminal(event.status)) this.#unended -= 1;
    this.#mostUnended = Math.max(this.#mostUnended, this.#unended);
  }

  checks({ submits, tasks, cancels, maxConcurrent }: Expectation): Check[] {
    const requests = (trigger: Trigger) => this.#requests.get(trigger) ?? 0;
    const exactly = (what: string, expected: number | null | undefined, got: number): Check[] =>
      typeof expected === "number" ? [{ what, expected, atMost: false, got, held: got === expected }] : [];
    return [
      ...exactly("submits", submits, requests("submit")),
      ...TASK_ENDS.flatMap((end) => exactly(`tasks ${end}`, tasks[end], this.#ended(end))),
      ...exactly("cancels", cancels, requests("cancel")),
      ...exactly("max_concurrent", maxConcurrent, this.#mostUnended).map((check) => ({
        ...check,
        atMost: true,
        held: check.got <= check.expected,
      })),
    ];
  }

  #ended(end: TaskEnd): number {
    const all = [...this.#statuses.values()];
    return all.filter((status) => (end === "running" ? !isTerminal(status) : status === end)).length;
  }
}

import type { BatchLedger } from "../../store/batch-ledger.ts";
import type { BatchRecord, ResultLine } from "../../store/batch-records.ts";
import {
  type Attempt,
  applyRecord,
  applyResult,
  type BatchState,
  type RowState,
  type Standing,
  standingOf,
} from "../../store/batch-state.ts";
import { safeJson } from "../../terminal/text.ts";
import type { JsonObject } from "../../wire/types.ts";

/** The ledger of a batch, and what stands in it: whatever is written down is known from then on. */
export class Book {
  readonly #ledger: BatchLedger;
  readonly state: BatchState;
  /** Takes keys out of what is written. */
  readonly #redact: (text: string) => string;

  constructor(ledger: BatchLedger, state: BatchState, redact: (text: string) => string) {
    this.#ledger = ledger;
    this.state = state;
    this.#redact = redact;
  }

  /** On the disk before anything is done that it tells of. */
  async record(record: BatchRecord): Promise<void> {
    await this.#ledger.record(this.#redact(safeJson(record)));
    applyRecord(this.state, record);
  }

  /** What has happened already. */
  note(record: Extract<BatchRecord, { type: "task" | "reopened" | "moved" }>): void {
    this.#ledger.note(this.#redact(safeJson(record)));
    applyRecord(this.state, record);
  }

  result(line: ResultLine): void {
    this.#ledger.result(this.#redact(safeJson(line)));
    applyResult(this.state, line);
  }

  /** Why no more can be written; null as long as it can. */
  get failure(): Error | null {
    return this.#ledger.failure;
  }

  row(key: string): RowState | undefined {
    return this.state.rows.get(key);
  }

  standing(key: string): Standing {
    return standingOf(this.row(key));
  }

  /** What the newest submit of a row was said to cost; null where nobody asked. */
  estimate(key: string): JsonObject | null {
    const row = this.row(key);
    return row?.costs.findLast(({ attempt }) => attempt === row.attempts)?.estimate ?? null;
  }

  /** The submit of a row that is under way, or in doubt. */
  open(key: string): Attempt | null {
    return this.row(key)?.open ?? null;
  }
}

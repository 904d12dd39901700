import type { Again } from "../../store/batch-records.ts";
import { type BatchState, standingOf } from "../../store/batch-state.ts";
import type { Book } from "./book.ts";
import type { PlannedRow } from "./plan.ts";

/** Which rows are to be run, and which to be followed, by what the ledger tells at the moment. */
export class Wanted {
  readonly #state: BatchState;
  readonly #again: Again | null;
  /** The use of `--again` under way. */
  readonly round: number;
  readonly #saves: boolean;
  /** Keys of the rows for which this command can do nothing more. */
  readonly #settled: ReadonlySet<string>;

  /** A use of `--again` that was not finished is gone on with: what it has run already is not run once more. */
  constructor(state: BatchState, { again, saves, settled = new Set() }: WantedOptions) {
    const last = state.round;
    const goesOn = again === null || (last?.again === again && !last.over);
    this.round = (last?.number ?? 0) + (goesOn ? 0 : 1);
    this.#state = state;
    this.#again = again;
    this.#saves = saves;
    this.#settled = settled;
  }

  /** The same, the use of `--again` written down. */
  static async open(book: Book, options: WantedOptions): Promise<Wanted> {
    const wanted = new Wanted(book.state, options);
    const { round } = wanted;
    const { again } = options;
    if (again !== null && book.state.round?.number !== round)
      await book.record({ type: "round", round, again });
    return wanted;
  }

  async close(book: Book): Promise<void> {
    if (this.#again !== null) await book.record({ type: "round_over", round: this.round });
  }

  /** True for a row that is to be submitted. */
  submits({ key }: PlannedRow): boolean {
    if (this.#settled.has(key)) return false;
    const row = this.#state.rows.get(key);
    const standing = standingOf(row);
    if (standing === "new") return true;
    if (this.#again === null || row!.round >= this.round) return false;
    if (standing === "failed" || standing === "in-doubt")
      return this.#again === "all" || this.#again === standing;
    return this.#again === "all" && standing !== "submitted";
  }

  /** True for a row whose task is followed, be it to save what came out of it. */
  follows(row: PlannedRow): boolean {
    if (this.#settled.has(row.key) || this.submits(row)) return false;
    const standing = standingOf(this.#state.rows.get(row.key));
    return standing === "submitted" || (standing === "unsaved" && this.#saves);
  }
}

interface WantedOptions {
  again: Again | null;
  saves: boolean;
  settled?: ReadonlySet<string>;
}

import type { Again } from "../../store/batch-records.ts";
import type { Book } from "./book.ts";
import type { PlannedRow } from "./plan.ts";

/** Which rows are to be run, and which to be followed, by what the ledger tells at the moment. */
export class Wanted {
  readonly #book: Book;
  readonly #again: Again | null;
  /** The use of `--again` under way. */
  readonly round: number;
  readonly #saves: boolean;
  /** Keys of the rows for which this command can do nothing more. */
  readonly #settled: ReadonlySet<string>;

  private constructor(book: Book, options: WantedOptions, round: number) {
    this.#book = book;
    this.#again = options.again;
    this.#saves = options.saves;
    this.#settled = options.settled;
    this.round = round;
  }

  /** A use of `--again` that was not finished is gone on with: what it has run already is not run once more. */
  static async open(book: Book, options: WantedOptions): Promise<Wanted> {
    const last = book.state.round;
    const { again } = options;
    if (again === null || (last?.again === again && !last.over))
      return new Wanted(book, options, last?.number ?? 0);
    const round = (last?.number ?? 0) + 1;
    await book.record({ type: "round", round, again });
    return new Wanted(book, options, round);
  }

  async close(): Promise<void> {
    if (this.#again !== null) await this.#book.record({ type: "round_over", round: this.round });
  }

  /** True for a row that is to be submitted. */
  submits({ key }: PlannedRow): boolean {
    if (this.#settled.has(key)) return false;
    const standing = this.#book.standing(key);
    if (standing === "new") return true;
    if (this.#again === null || this.#book.row(key)!.round >= this.round) return false;
    if (standing === "failed" || standing === "in-doubt")
      return this.#again === "all" || this.#again === standing;
    return this.#again === "all" && standing !== "submitted";
  }

  /** True for a row whose task is followed, be it to save what came out of it. */
  follows(row: PlannedRow): boolean {
    if (this.#settled.has(row.key) || this.submits(row)) return false;
    const standing = this.#book.standing(row.key);
    return standing === "submitted" || (standing === "unsaved" && this.#saves);
  }
}

interface WantedOptions {
  again: Again | null;
  saves: boolean;
  settled: ReadonlySet<string>;
}

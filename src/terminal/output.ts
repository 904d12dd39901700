import { type BeltError, usageError } from "../errors.ts";
import { Diagnostics, type DiagnosticsOptions } from "./diagnostics.ts";
import { noField, selectFields } from "./field.ts";
import type { FieldPath } from "./field-path.ts";
import { GrowingText } from "./growing-text.ts";
import { type PacedWriter, unwrittenError } from "./paced-writer.ts";
import { safeJson } from "./text.ts";
import type { Style, View, WithDetails } from "./view.ts";
import type { WritableEnd } from "./writable.ts";

export type { Style, View, WithDetails } from "./view.ts";

export interface OutputOptions extends DiagnosticsOptions {
  stdout: WritableEnd;
  answer: PacedWriter;
}

/**
 * The two channels: the answer on stdout, everything else on stderr. Commands say what there
 * is to tell; whether it becomes JSON, fields, text or nothing is decided here alone.
 */
export class Output extends Diagnostics {
  readonly #options: OutputOptions;
  #growing: GrowingText | null = null;

  constructor(options: OutputOptions) {
    super(options);
    this.#options = options;
  }

  /** What `--field` names; null for the whole result. */
  get fields(): readonly FieldPath[] | null {
    return this.#options.fields;
  }

  /** True where an answer's text is shown as it grows; elsewhere it is printed once, as a whole. */
  get showsGrowth(): boolean {
    const { stdout, json, fields } = this.#options;
    return (stdout.isTTY ?? false) && !json && fields === null;
  }

  /** The answer, once. Throws exit 1 when `--field` names what is not there, after printing what is. */
  result<T>(value: T, view: View<T>): void {
    const { stdout, json, fields } = this.#options;
    this.progress.stop();
    if (fields !== null) {
      const { lines, error } = selectFields(value, fields, { json, isTerminal: stdout.isTTY ?? false });
      for (const line of lines) this.#answer(line);
      if (error) throw error;
    } else if (json) this.#answer(this.#json(value));
    else this.#showAs(value, view);
  }

  /** A list; that it is empty is said where somebody looks at it. */
  list<T>(items: T[], view: View<T[]>, none: string): void {
    this.result(items, view);
    if (items.length === 0 && this.showsGrowth) this.note(none);
  }

  /** An answer that tells an error, too, which people are then not told twice; throws it. */
  resultThatTells<T>(value: T, view: View<T>, error: BeltError | null): void {
    const { stdout, stderr, json, fields, quiet } = this.#options;
    this.result(value, view);
    if (!error) return;
    if (stdout.isTTY && stderr.isTTY && !json && fields === null && !quiet) this.markAsTold(error);
    throw error;
  }

  /** The answer is that there is none; exit 1 for `--field`, which names something. */
  noResult(): void {
    const { fields } = this.#options;
    this.progress.stop();
    if (fields !== null) throw noField(fields, null);
  }

  /** A result that people on a terminal see with more about it; what `details` costs is spared elsewhere. */
  async resultWithDetails<T, D>(
    value: T,
    details: (style: Style) => Promise<D>,
    view: View<WithDetails<T, D>>,
  ): Promise<void> {
    const { stdout, json, fields, quiet } = this.#options;
    const seen = stdout.isTTY && !json && fields === null && !quiet;
    const page = (value: T, details: D | null): WithDetails<T, D> => ({ value, details });
    const more = seen ? await details(this.#style()) : null;
    this.result(value, {
      text: (value, style) => view.text(page(value, more), style),
      ...(view.bare && { bare: (value: T, style: Style) => view.bare!(page(value, more), style) }),
    });
  }

  /** The same of a result that `-q` makes another one. */
  get canGrow(): boolean {
    return this.showsGrowth && !this.#options.quiet;
  }

  /** A part of the answer that grows; whatever else is written stands on lines of its own. */
  growingText(): GrowingText {
    const { answer, textWidth } = this.#options;
    this.#growing = new GrowingText({
      write: (text) => answer.write(text),
      redact: this.redact,
      width: () => this.#style().width,
      textWidth,
    });
    return this.#growing;
  }

  /** For people, a part of the result as soon as it is there; scripts get it with the whole. */
  partial<T>(value: T, view: View<T>): void {
    const { json, fields } = this.#options;
    if (!json && fields === null) this.#showAs(value, view);
  }

  /** One of many answers: a line of NDJSON, or what people see of it. */
  event<T>(value: T, view: View<T>): void {
    if (this.#options.json) this.progress.interrupt(() => this.#answer(safeJson(value)));
    else this.#showAs(value, view);
  }

  /** Between many answers: waits for a reader that is slower than belt. */
  async drained(): Promise<void> {
    await this.#options.answer.drained();
  }

  /** Waits until the answer has been taken; throws when it could not be written, as on a full disk. */
  async written(): Promise<void> {
    const error = unwrittenError(await this.#options.answer.flush());
    if (error) throw error;
  }

  /** For commands whose answer is a stream: `--field` names something in one result. */
  refuseField(command: string): void {
    if (this.#options.fields === null) return;
    throw usageError(
      `--field does not go with ${command}, which prints one thing after another`,
      "use --json instead",
    );
  }

  protected override handOver(): void {
    this.#growing?.closeLine();
    this.#options.answer.handOver();
  }

  #json(value: unknown): string {
    return safeJson(value, this.#options.stdout.isTTY ? 2 : 0);
  }

  #style(): Style {
    return this.style(this.#options.stdout, this.#options.colors.stdout);
  }

  /** A view that has nothing to show prints nothing, not an empty line. */
  #showAs<T>(value: T, view: View<T>): void {
    const { stdout, quiet, secrets } = this.#options;
    const style = this.#style();
    // On a terminal texts are cut and wrapped.
    const shown = stdout.isTTY ? secrets.redactAll(value) : value;
    const text = quiet && view.bare ? view.bare(shown, style) : view.text(shown, style);
    if (text !== "") this.progress.interrupt(() => this.#answer(text));
  }

  #answer(text: string): void {
    this.#growing?.closeLine();
    this.#options.answer.write(`${this.redact(text)}\n`);
  }
}

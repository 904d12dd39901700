import { BeltError, type ErrorDocument, usageError } from "../errors.ts";
import { fieldsAt, noField } from "./field.ts";
import type { Paint } from "./paint.ts";
import { createProgress, type Progress } from "./progress.ts";
import type { Ruler } from "./ruler.ts";
import type { Sink } from "./sink.ts";
import { safeJson, safeLine, safeText } from "./text.ts";

export interface OutputOptions {
  stdout: Sink;
  stderr: Sink;
  json: boolean;
  /** Dotted path of the one field to print; null prints the whole result. */
  field: string | null;
  quiet: boolean;
  /** Gives the commands of a hint what they need to talk to the same API. */
  aim(hint: string): string;
  verbose: boolean;
  /** Spinners and redraws on stderr; off in pipes, in CI and on dumb terminals. */
  animated: boolean;
  paint: { stdout: Paint; stderr: Paint };
  ruler: Ruler;
  now(): number;
}

/** What a view needs to know of where it is shown. */
export interface Style {
  paint: Paint;
  /** Columns to fit into; Infinity in a pipe, where nothing is cut or wrapped. */
  width: number;
  ruler: Ruler;
  /** Milliseconds since 1970, for "3m ago". */
  now: number;
}

/** How a result looks to people. A view is pure and makes foreign text safe. */
export interface View<T> {
  text(value: T, style: Style): string;
  /** With `-q`: the bare result; `text` where the two do not differ, nothing for "". */
  bare?(value: T, style: Style): string;
}

/** Parts of the answer that are written at once, at most. */
const TOGETHER = 256;

/** A result and, where somebody looks at it, more about it. */
export interface Page<T, D> {
  value: T;
  details: D | null;
}

const SHORTEST_SECRET = 8;

/**
 * The two channels: the answer on stdout, everything else on stderr. Commands say what there
 * is to tell; whether it becomes JSON, one field, text or nothing is decided here alone.
 */
export class Output {
  readonly progress: Progress;
  readonly #options: OutputOptions;
  readonly #secrets = new Set<string>();
  /** Parts of the answer that are about to be written. */
  #ready: string[] = [];
  /** The first failure to write the answer, once everything so far has been written. */
  #written: Promise<Error | null> = Promise.resolve(null);

  constructor(options: OutputOptions) {
    this.#options = options;
    this.progress = createProgress({
      stderr: options.stderr,
      animated: options.animated && !options.quiet,
      silent: options.quiet,
      paint: options.paint.stderr,
      write: (line) => this.#chat(line),
      now: options.now,
    });
  }

  /** From now on `secret` is blotted out of everything that is written; one too short to be a key would garble it all. */
  hide(secret: string): void {
    // What is shorter is no secret, and to blot it out would leave holes in every text.
    if (secret.length < SHORTEST_SECRET) return;
    const spellings = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
    for (const spelling of spellings) this.#secrets.add(spelling);
  }

  /** Text without the secrets, for what is written past this door. */
  readonly redact = (text: string): string => {
    let clean = text;
    for (const secret of this.#secrets) clean = clean.replaceAll(secret, "[key]");
    return clean;
  };

  /** The answer, once. Throws exit 1 when `--field` names what is not there, after printing what is. */
  result<T>(value: T, view: View<T>): void {
    const { stdout, json, field } = this.#options;
    this.progress.stop();
    if (field !== null) {
      const { found, error } = fieldsAt(value, field);
      for (const one of found) this.#answer(this.#shown(one));
      if (error) throw error;
    } else if (json) this.#answer(safeJson(value, stdout.isTTY ? 2 : 0));
    else this.#showAs(value, view);
  }

  /** The answer is that there is none; exit 1 for `--field`, which names something. */
  noResult(): void {
    this.progress.stop();
    if (this.#options.field !== null) throw noField(this.#options.field);
  }

  /** A result that people on a terminal see with more about it; what `details` costs is spared elsewhere. */
  async page<T, D>(value: T, details: (style: Style) => Promise<D>, view: View<Page<T, D>>): Promise<void> {
    const { stdout, json, field, quiet, paint } = this.#options;
    const seen = stdout.isTTY && !json && field === null && !quiet;
    const page = { value, details: seen ? await details(this.#style(stdout, paint.stdout)) : null };
    this.result(value, {
      text: (_value, style) => view.text(page, style),
      ...(view.bare && { bare: (_value: T, style: Style) => view.bare!(page, style) }),
    });
  }

  /** For people, a part of the result as soon as it is there; scripts get it with the whole. */
  early<T>(value: T, view: View<T>): void {
    const { json, field } = this.#options;
    if (!json && field === null) this.#showAs(value, view);
  }

  /** One of many answers: a line of NDJSON, or what people see of it. */
  event<T>(value: T, view: View<T>): void {
    if (this.#options.json) this.progress.aside(() => this.#answer(safeJson(value)));
    else this.#showAs(value, view);
  }

  /** For commands whose answer is a stream: `--field` names something in one result. */
  refuseField(command: string): void {
    if (this.#options.field === null) return;
    throw usageError(
      `--field does not go with ${command}, which prints one thing after another`,
      "use --json instead",
    );
  }

  /** Waits until the whole answer has been handed over; exit 1 when it could not be, as on a full disk. */
  async flush(): Promise<void> {
    this.progress.stop();
    this.#handOver();
    const failure = await this.#written;
    // A reader that has had enough, as in `… | head -1`, is no failure.
    if (!failure || (failure as NodeJS.ErrnoException).code === "EPIPE") return;
    throw new BeltError({
      code: "output_failed",
      message: `the answer could not be written: ${failure.message}`,
      exit: "failure",
      cause: failure,
    });
  }

  /** Something people may want to know; silent with `-q`. */
  note(text: string): void {
    if (!this.#options.quiet) this.#aside(safeText(text));
  }

  /** The last note, with more to it where somebody reads it; what `details` costs is spared elsewhere. */
  async closing<T, D>(value: T, details: () => Promise<D>, view: View<Page<T, D>>): Promise<void> {
    const { stderr, json, field, quiet, paint } = this.#options;
    if (quiet) return;
    const seen = stderr.isTTY && !json && field === null;
    const page = { value, details: seen ? await details() : null };
    this.#aside(view.text(page, this.#style(stderr, paint.stderr)));
  }

  /** What to type next; silent with `-q`. */
  hint(text: string): void {
    if (!this.#options.quiet)
      this.#aside(this.#options.paint.stderr.dim(`hint: ${safeLine(this.#options.aim(text))}`));
  }

  warn(text: string): void {
    this.#aside(`${this.#options.paint.stderr.yellow("warning:")} ${safeText(text)}`);
  }

  trace(text: string): void {
    if (this.#options.verbose) this.#aside(this.#options.paint.stderr.dim(safeText(text)));
  }

  /** An error as it stands in an answer. */
  document(error: BeltError): ErrorDocument {
    return error.document(this.#options.aim);
  }

  error(error: BeltError): void {
    const { json, paint } = this.#options;
    this.progress.stop();
    if (json) {
      this.#chat(safeJson({ error: this.document(error) }));
      return;
    }
    const prefix = error.isStop ? paint.stderr.yellow("stopped:") : paint.stderr.red("error:");
    // Further lines are set in, so that none can pass for a hint of belt's own.
    this.#chat(`${prefix} ${safeText(error.message).replaceAll("\n", "\n  ")}`);
    const { hint } = this.document(error);
    if (hint) this.#chat(`${paint.stderr.cyan("hint:")} ${safeLine(hint)}`);
  }

  #shown(found: unknown): string {
    const { stdout } = this.#options;
    if (typeof found !== "string") return safeJson(found, stdout.isTTY ? 2 : 0);
    // A script gets the very text; only a terminal must be protected from it.
    return stdout.isTTY ? safeText(found) : found;
  }

  #style(sink: Sink, paint: Paint): Style {
    const { ruler, now } = this.#options;
    return { paint, width: sink.isTTY ? sink.columns || 80 : Number.POSITIVE_INFINITY, ruler, now: now() };
  }

  #aside(text: string): void {
    this.progress.aside(() => this.#chat(text));
  }

  /** A view that has nothing to show prints nothing, not an empty line. */
  #showAs<T>(value: T, view: View<T>): void {
    const { stdout, quiet, paint } = this.#options;
    const style = this.#style(stdout, paint.stdout);
    const text = quiet && view.bare ? view.bare(value, style) : view.text(value, style);
    if (text !== "") this.progress.aside(() => this.#answer(text));
  }

  /** In a pipe, lines that come together are handed over together: each time costs as much as ten lines. */
  #answer(text: string): void {
    this.#ready.push(this.redact(text));
    if (this.#options.stdout.isTTY || this.#ready.length === TOGETHER) this.#handOver();
    else if (this.#ready.length === 1) setImmediate(() => this.#handOver());
  }

  #handOver(): void {
    if (this.#ready.length === 0) return;
    const text = `${this.#ready.join("\n")}\n`;
    this.#ready = [];
    const written = new Promise<Error | null>((resolve) => {
      this.#options.stdout.write(text, (error) => resolve(error ?? null));
    });
    this.#written = this.#written.then(async (failure) => failure ?? (await written));
  }

  /** What was answered before comes before. */
  #chat(text: string): void {
    this.#handOver();
    this.#options.stderr.write(`${this.redact(text)}\n`);
  }
}

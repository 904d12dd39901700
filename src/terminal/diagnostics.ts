import type { BeltError, ErrorDocument } from "../errors.ts";
import { type Hint, renderHint } from "../hint.ts";
import { type Colors, plainColors } from "./colors.ts";
import type { FieldPath } from "./field-path.ts";
import { createProgress, nameOf, type Progress, type Subject } from "./progress.ts";
import type { Secrets } from "./secrets.ts";
import { safeJson, safeLine, safeParagraph } from "./text.ts";
import type { TextWidth } from "./text-width.ts";
import type { Style, View, WithDetails } from "./view.ts";
import { hang } from "./wrap.ts";
import type { WritableEnd } from "./writable.ts";

export interface DiagnosticsOptions {
  stderr: WritableEnd;
  json: boolean;
  /** The fields to print; null prints the whole result. */
  fields: readonly FieldPath[] | null;
  quiet: boolean;
  verbose: boolean;
  /** Spinners and redraws on stderr; off in pipes, in CI and on dumb terminals. */
  animated: boolean;
  colors: { stdout: Colors; stderr: Colors };
  textWidth: TextWidth;
  secrets: Secrets;
  /** Gives the commands of a hint what they need to talk to the same API. */
  targetFlags: string;
  now(): number;
  /** Calls back before the command is stopped, as by Ctrl-Z, and when it goes on; gives what ends that. */
  onSuspend(stop: () => void, goOn: () => void): () => void;
}

/** Stands for a blank at which a line is not broken. */
const GLUE = "\ue000";

/**
 * Standard error: all that is not the answer, for people as text, for scripts as NDJSON
 * (src/cli/README.md, "Output").
 */
export abstract class Diagnostics {
  readonly progress: Progress;
  readonly #options: DiagnosticsOptions;
  /** Scripts that ask for JSON get it here, too; on a terminal a person reads this, wherever stdout goes. */
  readonly #isJson: boolean;
  /** What the answer on the same terminal has told already. */
  #told: BeltError | null = null;
  /** The task or chat that was last told of by name. */
  #named: string | null = null;

  constructor(options: DiagnosticsOptions) {
    const { stderr, animated, quiet, colors, now, onSuspend } = options;
    this.#options = options;
    this.#isJson = options.json && !stderr.isTTY;
    this.progress = createProgress({
      stderr,
      animated: animated && !quiet,
      silent: quiet,
      colors: colors.stderr,
      clean: (text) => this.redact(safeLine(text)),
      status: (subject, status, isLast) => this.#status(subject, status, isLast),
      note: (text) => this.note(text),
      handOver: () => this.handOver(),
      onSuspend,
      now,
    });
  }

  /** Hands over what has been answered so far: what was said first comes first. */
  protected abstract handOver(): void;

  /** From now on `secret` is blotted out of everything that is written. */
  addSecret(secret: string): void {
    this.#options.secrets.add(secret);
  }

  /** Text without the secrets, for what is written past this door. */
  readonly redact = (text: string): string => this.#options.secrets.redact(text);

  /** Something people may want to know; silent with `-q`. */
  note(message: string, subject: Subject | null = null): void {
    if (this.#options.quiet) return;
    if (subject !== null) this.#named = nameOf(subject);
    this.#tell({ note: { message, ...idsOf(subject) } }, this.#paragraph(safeParagraph(message)));
  }

  /** What is tried once more, and why; silent with `-q`. */
  retry(message: string): void {
    const { quiet, colors } = this.#options;
    const text = `${colors.stderr.yellow("retrying:")} ${safeParagraph(message)}`;
    if (!quiet) this.#tell({ note: { message, task_id: null } }, this.#paragraph(text));
  }

  /** What to type next; silent with `-q`. */
  hint(hint: Hint): void {
    const { quiet, targetFlags, colors } = this.#options;
    if (quiet) return;
    const message = renderHint(hint, targetFlags);
    this.#tell({ note: { message, task_id: null } }, colors.stderr.dim(this.#hintText(hint)));
  }

  /** People know the task or chat by the note that named it, and hear of its end in some other way. */
  #status(subject: Subject, status: string, isLast: boolean): void {
    const name = nameOf(subject);
    const text = name === this.#named ? status : `${name} ${status}`;
    this.#tell({ status: { ...idsOf(subject), status } }, isLast ? null : safeLine(text));
  }

  /** The last note, with more to it where a person reads it; what `details` costs is spared elsewhere. */
  async summary<T extends { id: string }, D>(
    value: T,
    details: () => Promise<D>,
    view: View<WithDetails<T, D>>,
  ): Promise<void> {
    const { stderr, json, fields, quiet, colors, secrets } = this.#options;
    if (quiet) return;
    const seen = stderr.isTTY && !json && fields === null;
    const page = { value, details: seen ? secrets.redactAll(await details()) : null };
    const message = view.text(page, this.style(stderr, this.#isJson ? plainColors : colors.stderr));
    this.#tell({ note: { message, task_id: value.id } }, message);
  }

  /** A note that a view lays out; silent with `-q`. */
  noteAs<T>(value: T, view: View<T>): void {
    const { stderr, quiet, colors, secrets } = this.#options;
    if (quiet) return;
    const style = this.style(stderr, this.#isJson ? plainColors : colors.stderr);
    const message = view.text(secrets.redactAll(value), style);
    this.#tell({ note: { message, task_id: null } }, message);
  }

  warn(message: string): void {
    const { yellow } = this.#options.colors.stderr;
    const text = `${yellow("warning:")} ${safeParagraph(message)}`;
    this.#tell({ warning: { message } }, this.#paragraph(text));
  }

  trace(message: string): void {
    const { verbose, colors } = this.#options;
    if (verbose) this.#tell({ trace: { message } }, colors.stderr.dim(safeParagraph(message)));
  }

  /** The answer has told this error where both channels are read on one terminal. */
  protected markAsTold(error: BeltError): void {
    this.#told = error;
  }

  /** An error as it stands in an answer. */
  document(error: BeltError): ErrorDocument {
    return error.document(this.#options.targetFlags);
  }

  error(error: BeltError): void {
    if (error === this.#told) return;
    const { red, yellow, cyan } = this.#options.colors.stderr;
    const document = this.document(error);
    const prefix = error.isStop ? yellow("stopped:") : red("error:");
    const text = this.#paragraph(`${prefix} ${safeParagraph(document.message)}`);
    const { hint } = error.facts;
    this.progress.stop();
    this.#tell(
      { error: document },
      hint ? `${text}\n${this.#hintText(hint).replace("hint:", cyan("hint:"))}` : text,
    );
  }

  /** Wrapped for a terminal; a command is left in one piece, so that it can be copied. */
  #hintText(hint: Hint): string {
    const whole = renderHint(hint, this.#options.targetFlags, (command) => command.replaceAll(" ", GLUE));
    return this.#paragraph(`hint: ${safeLine(whole)}`).replaceAll(GLUE, " ");
  }

  #paragraph(text: string): string {
    const { stderr, colors } = this.#options;
    return this.#isJson ? text : hang(text, this.style(stderr, colors.stderr));
  }

  protected style(target: WritableEnd, colors: Colors): Style {
    const { textWidth, now } = this.#options;
    return {
      colors,
      width: target.isTTY ? target.columns || 80 : Number.POSITIVE_INFINITY,
      ...(target.isTTY && { height: target.rows || 24 }),
      textWidth,
      now: now(),
    };
  }

  /** The one door to stderr; null for what only scripts are told. */
  #tell(document: object, text: string | null): void {
    if (text === null && !this.#isJson) return;
    const line = this.redact(this.#isJson ? safeJson(document) : (text ?? ""));
    this.progress.interrupt(() => {
      this.handOver();
      this.#options.stderr.write(`${line}\n`);
    });
  }
}

function idsOf(subject: Subject | null): object {
  if (subject === null || typeof subject === "string") return { task_id: subject };
  return { task_id: null, chat_id: subject.chat };
}

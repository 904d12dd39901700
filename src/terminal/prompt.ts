import { Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { BeltError, usageError } from "../errors.ts";
import { stringifyJson } from "../wire/json.ts";
import { safeLine } from "./text.ts";

/** A field that a person at a terminal is asked for. Texts come from the app's schema. */
export interface Question {
  kind: "choice" | "file" | "text";
  name: string;
  about: string;
  choices: unknown[];
  /** The flag that would have answered, "--input" unless told. */
  flag?: string;
  /** What is wanted, in words; "" where any text will do. */
  type: string;
  /** Why an answer does not fit; null when it does. */
  check(answer: string): Promise<string | null>;
}

/** The answer: the chosen value, or what was typed. */
export type Ask = (question: Question) => Promise<unknown>;

interface PromptOptions {
  input: NodeJS.ReadableStream;
  output: NodeJS.WriteStream;
  isColored: boolean;
  /** Ends a question with its reason. */
  signal: AbortSignal;
  /** Takes keys out of what is shown. */
  clean(text: string): string;
  /** Calls back before the command is stopped, as by Ctrl-Z, and when it goes on; gives what ends that. */
  onSuspend(stop: () => void, goOn: () => void): () => void;
}

type PromptContext = Pick<PromptOptions, "input" | "signal"> & { output: NodeJS.WritableStream };

/**
 * Questions on the terminal. Each of them hears signals; Ctrl-C, which reaches it as a key, is Ctrl-C.
 * Ctrl-D, and a terminal that goes away, leave it unanswered: a usage error.
 */
export class Prompt {
  readonly #options: PromptOptions;

  constructor(options: PromptOptions) {
    this.#options = options;
  }

  /** What was typed before a question was there is no answer to it. */
  async forgetTypedAhead(): Promise<void> {
    const input = this.#options.input as NodeJS.ReadStream;
    const forget = () => {};
    input.on("data", forget).setRawMode(true);
    // Twice, so that the terminal was read in between.
    await setImmediate();
    await setImmediate();
    input.off("data", forget).pause();
  }

  /** "No" unless said otherwise. */
  async yesOrNo(question: string): Promise<boolean> {
    const { confirm } = await import("@inquirer/prompts");
    const options = { message: this.#clean(question), default: false };
    return await this.#answered(options.message, `"${question}"`, (context) => confirm(options, context));
  }

  /** What must not be seen: nothing of it is echoed, and no key shows it. */
  async secret(question: string): Promise<string> {
    const { password } = await import("@inquirer/prompts");
    const options = { message: this.#clean(question), toggleMask: false as const };
    return await this.#answered(options.message, `"${question}"`, (context) => password(options, context));
  }

  /** Again until the answer fits. */
  async field({ kind, name, about, choices, type, flag = "--input", check }: Question): Promise<unknown> {
    const { select, input } = await import("@inquirer/prompts");
    const message = this.#clean([name, type && `, ${type}`, about && ` (${about})`].join(""));
    const validate = async (answer: string) => {
      const flaw = await check(answer);
      return flaw === null || this.#clean(flaw);
    };
    const named = choices.map((value) => ({ value, name: this.#clean(nameOf(value)) }));
    return await this.#answered(message, `${flag} ${name}`, (context) =>
      kind === "choice"
        ? select({ message, choices: named }, context)
        : input({ message, required: true, validate }, context),
    );
  }

  #clean(text: string): string {
    return this.#options.clean(safeLine(text));
  }

  async #answered<T>(message: string, what: string, ask: (context: PromptContext) => Promise<T>): Promise<T> {
    const { input, output, isColored, signal, onSuspend } = this.#options;
    const ended = new AbortController();
    let isOpen = true;
    // The prompts do not tell when their input ends, but stop reading it; after an answer they do so, too.
    const onPause = () => void setImmediate().then(() => input.isPaused() && ended.abort());
    // After Ctrl-Z, too, when the command goes on, and the question is out of sight.
    const goOn = () => {
      output.write(`? ${message} `);
      void setImmediate().then(() => isOpen && input.resume());
    };
    const stopWatching = onSuspend(() => {}, goOn);
    input.on("pause", onPause);
    try {
      const until = AbortSignal.any([signal, ended.signal]);
      return await ask({ input, output: isColored ? output : withoutColors(output), signal: until });
    } catch (thrown) {
      signal.throwIfAborted();
      if (ended.signal.aborted) throw usageError(`${what} was asked for, and not answered`);
      if (!(thrown instanceof Error) || thrown.name !== "ExitPromptError") throw thrown;
      throw new BeltError({ code: "interrupted", message: "interrupted", exit: "interrupted" });
    } finally {
      isOpen = false;
      input.off("pause", onPause);
      stopWatching();
      input.pause();
    }
  }
}

/** The prompts' own library colors whatever it is told; only its other sequences pass. */
function withoutColors(terminal: NodeJS.WriteStream): Writable {
  const plain = new Writable({
    write(chunk, _encoding, done) {
      terminal.write(String(chunk).replace(/\u001b\[[\d;]*m/g, ""), done);
    },
  });
  return Object.assign(plain, { isTTY: true, columns: terminal.columns, rows: terminal.rows });
}

function nameOf(value: unknown): string {
  return typeof value === "string" ? value : (stringifyJson(value) ?? "");
}

import { Writable } from "node:stream";
import { BeltError } from "../errors.ts";
import { safeLine } from "./text.ts";

/** A field that somebody at a terminal is asked for. Texts come from the app's schema. */
export type Question =
  | { kind: "choice"; name: string; about: string; choices: unknown[] }
  | { kind: "truth" | "file"; name: string; about: string }
  | { kind: "text"; name: string; about: string; type: string };

/** The answer: the chosen value, true or false, or what was typed. */
export type Ask = (question: Question) => Promise<unknown>;

interface PromptOptions {
  output: NodeJS.WriteStream;
  isColored: boolean;
  /** Ends a question with its reason. */
  signal: AbortSignal;
  /** Takes keys out of what is shown. */
  clean(text: string): string;
}

/** Questions on the terminal. Each of them hears signals; Ctrl-C, which reaches it as a key, is Ctrl-C. */
export class Prompt {
  readonly #options: PromptOptions;

  constructor(options: PromptOptions) {
    this.#options = options;
  }

  /** "No" unless said otherwise. */
  async yesOrNo(question: string): Promise<boolean> {
    const { confirm } = await import("@inquirer/prompts");
    return await this.#answered(confirm({ message: this.#clean(question), default: false }, this.#context));
  }

  /** What must not be seen: nothing of it is echoed, and no key shows it. */
  async secret(question: string): Promise<string> {
    const { password } = await import("@inquirer/prompts");
    const options = { message: this.#clean(question), toggleMask: false as const };
    return await this.#answered(password(options, this.#context));
  }

  async field(question: Question): Promise<unknown> {
    const { select, confirm, input } = await import("@inquirer/prompts");
    const message = this.#clean(messageOf(question));
    if (question.kind === "choice") {
      const choices = question.choices.map((value) => ({ value, name: this.#clean(nameOf(value)) }));
      return await this.#answered(select({ message, choices }, this.#context));
    }
    if (question.kind === "truth") return await this.#answered(confirm({ message }, this.#context));
    return await this.#answered(input({ message, required: true }, this.#context));
  }

  get #context() {
    const { output, isColored, signal } = this.#options;
    return { output: isColored ? output : withoutColors(output), signal };
  }

  #clean(text: string): string {
    return this.#options.clean(safeLine(text));
  }

  async #answered<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (thrown) {
      this.#options.signal.throwIfAborted();
      if (!(thrown instanceof Error) || thrown.name !== "ExitPromptError") throw thrown;
      throw new BeltError({ code: "interrupted", message: "interrupted", exit: "interrupted" });
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

function messageOf(question: Question): string {
  const { kind, name, about } = question;
  const type = kind === "text" && question.type !== "text" ? `, ${question.type}` : "";
  return `${name}${type}${kind === "file" ? ", path of a file" : ""}${about === "" ? "" : ` (${about})`}`;
}

function nameOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

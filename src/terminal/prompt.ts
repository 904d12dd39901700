import { BeltError, usageError } from "../errors.ts";
import { safeLine } from "./text.ts";

/** Where questions are asked, and what ends them all. */
export interface Asking {
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream;
  signal: AbortSignal;
}

/** A field that somebody at a terminal is asked for. Texts come from the app's schema. */
export interface Question {
  kind: "choice" | "file" | "text";
  name: string;
  about: string;
  choices: unknown[];
  /** What is wanted, in words; "" where any text will do. */
  type: string;
  /** Why an answer does not fit; null when it does. */
  check(answer: string): Promise<string | null>;
}

/** The answer: the chosen value, or what was typed. */
export type Ask = (question: Question) => Promise<unknown>;

/** Asks for fields on the terminal, each until the answer fits. */
export function askOn(asking: Asking): Ask {
  return async ({ kind, name, about, choices, type, check }) => {
    const { select, input } = await import("@inquirer/prompts");
    const words = [name, type && `, ${type}`, about && ` (${about})`].join("");
    const message = safeLine(words);
    const validate = async (answer: string) => {
      const flaw = await check(answer);
      return flaw === null || safeLine(flaw);
    };
    return await answered(asking, `--input ${name} is missing`, (context) =>
      kind === "choice"
        ? select(
            { message, choices: choices.map((value) => ({ value, name: safeLine(spelled(value)) })) },
            context,
          )
        : input({ message, required: true, validate }, context),
    );
  };
}

function spelled(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

/** Asks yes or no on the terminal, "no" unless said otherwise. */
export async function askYesNo(question: string, asking: Asking): Promise<boolean> {
  const { confirm } = await import("@inquirer/prompts");
  return await answered(asking, `"${question}" was not answered`, (context) =>
    confirm({ message: question, default: false }, context),
  );
}

/** Asks for what must not be seen: nothing of it is echoed, and no key shows it. */
export async function askSecret(question: string, asking: Asking): Promise<string> {
  const { password } = await import("@inquirer/prompts");
  return await answered(asking, `"${question}" was not answered`, (context) =>
    password({ message: question, toggleMask: false }, context),
  );
}

/** Ctrl-C at a question is Ctrl-C; Ctrl-D, and a terminal that goes away, leave it unanswered. */
async function answered<T>(
  { input, output, signal }: Asking,
  unanswered: string,
  ask: (context: Asking) => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  // The prompts do not tell when their input ends, but stop reading it; after an answer they do so, too.
  const onPause = () => void setImmediate(() => ended.abort());
  input.once("pause", onPause);
  try {
    return await ask({ input, output, signal: AbortSignal.any([signal, ended.signal]) });
  } catch (thrown) {
    signal.throwIfAborted();
    if (ended.signal.aborted) throw usageError(unanswered);
    if (!(thrown instanceof Error) || thrown.name !== "ExitPromptError") throw thrown;
    throw new BeltError({ code: "interrupted", message: "interrupted", exit: "interrupted" });
  } finally {
    input.off("pause", onPause);
  }
}

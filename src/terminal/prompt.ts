import { BeltError } from "../errors.ts";

/** Asks yes or no on the terminal, "no" unless said otherwise. */
export async function askYesNo(
  question: string,
  output: NodeJS.WritableStream,
  signal: AbortSignal,
): Promise<boolean> {
  const { confirm } = await import("@inquirer/prompts");
  return await answered(confirm({ message: question, default: false }, { output, signal }), signal);
}

/** Asks for what must not be seen: nothing of it is echoed, and no key shows it. */
export async function askSecret(
  question: string,
  output: NodeJS.WritableStream,
  signal: AbortSignal,
): Promise<string> {
  const { password } = await import("@inquirer/prompts");
  return await answered(password({ message: question, toggleMask: false }, { output, signal }), signal);
}

/** Ctrl-C at a question is Ctrl-C. */
async function answered<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await answer;
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof Error) || thrown.name !== "ExitPromptError") throw thrown;
    throw new BeltError({ code: "interrupted", message: "interrupted", exit: "interrupted" });
  }
}

import { BeltError } from "../errors.ts";

/** Asks yes or no on the terminal, "no" unless said otherwise; Ctrl-C at the question is Ctrl-C. */
export async function askYesNo(
  question: string,
  output: NodeJS.WritableStream,
  signal: AbortSignal,
): Promise<boolean> {
  const { confirm } = await import("@inquirer/prompts");
  try {
    return await confirm({ message: question, default: false }, { output, signal });
  } catch (thrown) {
    signal.throwIfAborted();
    if (!(thrown instanceof Error) || thrown.name !== "ExitPromptError") throw thrown;
    throw new BeltError({ code: "interrupted", message: "interrupted", exit: "interrupted" });
  }
}

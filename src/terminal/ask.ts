import { BeltError } from "../errors.ts";
import { safeLine } from "./text.ts";

/** A field that somebody at a terminal is asked for. Texts come from the app's schema. */
export type Question =
  | { kind: "choice"; name: string; about: string; choices: unknown[] }
  | { kind: "truth" | "file"; name: string; about: string }
  | { kind: "text"; name: string; about: string; type: string };

/** The answer: the chosen value, true or false, or what was typed. */
export type Ask = (question: Question) => Promise<unknown>;

/** Asks on the terminal; Ctrl-C at a question is Ctrl-C. */
export function askOn(output: NodeJS.WritableStream): Ask {
  return async (question) => {
    const { select, confirm, input } = await import("@inquirer/prompts");
    const about = question.about === "" ? "" : ` (${safeLine(question.about)})`;
    const type = question.kind === "text" && question.type !== "text" ? `, ${question.type}` : "";
    const message = `${safeLine(question.name)}${type}${question.kind === "file" ? ", path of a file" : ""}${about}`;
    try {
      if (question.kind === "choice") {
        const choices = question.choices.map((value) => ({ value, name: safeLine(String(value)) }));
        return await select({ message, choices }, { output });
      }
      if (question.kind === "truth") return await confirm({ message }, { output });
      return await input({ message, required: true }, { output });
    } catch (thrown) {
      if (!(thrown instanceof Error) || thrown.name !== "ExitPromptError") throw thrown;
      throw new BeltError({ code: "interrupted", message: "interrupted", exit: "interrupted" });
    }
  };
}

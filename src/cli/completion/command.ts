import { Argument, type Command } from "commander";
import type { PacedWriter } from "../../terminal/paced-writer.ts";
import { describeCommand } from "../describe-command.ts";
import { bashScript } from "./bash.ts";
import { fishScript } from "./fish.ts";
import { completionTable } from "./table.ts";
import { zshScript } from "./zsh.ts";

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** `belt completion`: scripts made of the command tree; `npm run completions` keeps them in completions/. */
export function addCompletion(program: Command, answer: PacedWriter): void {
  program
    .command("completion")
    .summary("print a completion script")
    .description(
      "Print a script that makes your shell complete commands, flags, files, recent ids, profiles and inputs.",
    )
    .addArgument(new Argument("<shell>", "your shell").choices(Object.keys(SCRIPTS)))
    .addHelpText(
      "after",
      [
        "\nExamples:",
        "  mkdir -p ~/.zfunc && belt completion zsh > ~/.zfunc/_belt",
        "  belt completion bash > ~/.local/share/bash-completion/completions/belt",
        "  belt completion fish > ~/.config/fish/completions/belt.fish",
      ].join("\n"),
    )
    .action((shell: keyof typeof SCRIPTS) => {
      answer.write(SCRIPTS[shell](completionTable(describeCommand(program))));
    });
}

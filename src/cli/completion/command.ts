import { Argument, type Command } from "commander";
import type { PacedWriter } from "../../terminal/paced-writer.ts";
import { describeCommand } from "../describe-command.ts";
import type { Documents } from "../help/document.ts";
import { bashScript } from "./bash.ts";
import { fishScript } from "./fish.ts";
import { completionTable } from "./table.ts";
import { zshScript } from "./zsh.ts";

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** `belt completion`: scripts made of the command tree; `npm run completions` keeps them in completions/. */
export function addCompletion(program: Command, answer: PacedWriter, documents: Documents): void {
  program
    .command("completion")
    .summary("print a completion script")
    .description(
      "Print a script that makes your shell complete commands, flags, files, recent ids, profiles and inputs. The " +
        "lines for bash and zsh go to the end of ~/.bashrc and ~/.zshrc. Where the package bash-completion is, bash " +
        "reads it from ~/.local/share/bash-completion/completions/belt, too, and zsh as _belt from a folder of fpath.",
    )
    .addArgument(new Argument("<shell>", "your shell").choices(Object.keys(SCRIPTS)))
    .addHelpText(
      "after",
      [
        "\nExamples:",
        '  eval "$(belt completion bash)"',
        '  autoload -Uz compinit && compinit && eval "$(belt completion zsh)"',
        "  mkdir -p ~/.config/fish/completions && belt completion fish > ~/.config/fish/completions/belt.fish",
      ].join("\n"),
    )
    .action(async (shell: keyof typeof SCRIPTS) => {
      const script = SCRIPTS[shell](completionTable(describeCommand(program)));
      if (documents.areWanted()) await documents.print({ shell, script });
      else answer.write(script);
    });
}

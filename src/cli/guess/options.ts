import type { Command, Option } from "commander";

/** The option of this spelling, without a value behind `=`, of the first command that has it. */
export function findOption(word: string, commands: readonly Command[]): Option | undefined {
  const [name] = word.split("=");
  return commands
    .flatMap((command) => command.options)
    .find(({ short, long }) => name === short || name === long);
}

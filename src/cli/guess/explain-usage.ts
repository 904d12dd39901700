import type { Command, CommanderError } from "commander";
import { type BeltError, usageError } from "../../errors.ts";
import { belt } from "../../hint.ts";
import type { Host } from "../host.ts";
import { meantCommand } from "./meant-command.ts";
import { KEY_OPTIONS } from "./other-tools.ts";
import { textInputOf } from "./text-input.ts";

/** What the parser refused, with what was probably meant as the hint. */
export async function explainUsage(thrown: CommanderError, program: Command, host: Host): Promise<BeltError> {
  const { argv } = host;
  if (hasKey(argv)) return keyInArguments();
  const [told = ""] = thrown.message.replace(/^error: /, "").split("\n");
  const message = told.replace(EXCESS, "belt $1 takes $2, not $3");
  const choice =
    /^command-argument value '(.*)' is invalid for argument '(.*)'\. Allowed choices are (.*)\.$/.exec(
      message,
    );
  if (choice) return unfinished(`<${choice[2]}>: "${choice[1]}" is not one of ${choice[3]}`, program, argv);
  const meant = CAN_BE_MEANT.has(thrown.code)
    ? meantCommand(program, argv, await textInputOf(host, argv))
    : null;
  return meant === null ? unfinished(message, program, argv, thrown.message) : usageError(message, meant);
}

/** Errors of the parser behind which another command line may be meant. */
const CAN_BE_MEANT = new Set([
  "commander.unknownCommand",
  "commander.unknownOption",
  "commander.excessArguments",
]);

const EXCESS = /^too many arguments for '(.*)'\. Expected (.*) but got (\d+)\.$/;

/** Leads to the help of the command that was meant. */
function unfinished(message: string, program: Command, argv: string[], whole = ""): BeltError {
  const own = whole.split("\n").slice(1).join(" ");
  const path = namedCommand(program, argv);
  return usageError(
    message,
    own || (path === "" ? "belt help lists the commands" : `belt ${path} --help shows how it is used`),
  );
}

/** "task get": the command that the words lead to, as far as they do. */
function namedCommand(program: Command, argv: readonly string[]): string {
  let [path, at] = ["", program];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index]!;
    const option = [...program.options, ...at.options].find(
      ({ short, long }) => word === short || word === long,
    );
    if (option?.required) index++;
    const next = at.commands.find((child) => child.name() === word);
    if (next) [path, at] = [`${path} ${word}`.trim(), next];
  }
  return path;
}

function hasKey(argv: readonly string[]): boolean {
  return argv.some((word) => /^inf_\w{6,}/.test(word) || KEY_OPTIONS.includes(word.split("=")[0]!));
}

function keyInArguments(): BeltError {
  return usageError("a key in the arguments is seen by all users of this machine, and kept by the shell", [
    "withdraw that key and make a new one; ",
    belt("login"),
    " asks for it, or reads it from standard input",
  ]);
}

import type { Command, CommanderError } from "commander";
import { type BeltError, usageError } from "../../errors.ts";
import { belt, type Hint, joinHints } from "../../hint.ts";
import type { Host } from "../host.ts";
import { keyInArguments } from "../keys.ts";
import { ADVICE } from "./advice.ts";
import { hasKey } from "./has-key.ts";
import { type Known, readKnown } from "./known-apps.ts";
import { meantCommand } from "./meant-command.ts";
import { isTextFor } from "./meant-line.ts";
import { isWholeName, placesOfWords } from "./meant-path.ts";
import { isSpec } from "./options.ts";
import { COMMANDS } from "./other-tools.ts";

/** What is needed to make sense of a command line. */
export interface Refused {
  program: Command;
  host: Host;
  /** True for a command line that belt takes, and that goes where this one would have gone. */
  check(words: string[]): Promise<boolean>;
}

/** What the parser refused, with what was probably meant as the hint. */
export async function explainUsage(thrown: CommanderError, refused: Refused): Promise<BeltError> {
  const { argv } = refused.host;
  if (hasKey(refused.program, argv)) return keyInArguments();
  const message = messageOf(thrown, refused.program, argv);
  const [, own] = thrown.message.split("\n");
  const isOfWords = /^commander\.(unknown(Option|Command)|excessArguments|optionMissingArgument)$/.test(
    thrown.code,
  );
  const meant = own && thrown.code === "commander.missingArgument" ? null : await meantBy(refused, isOfWords);
  return usageError(message, meant ? withList(thrown, meant) : own || lead(refused.program, argv));
}

/** What a command refused, with what was meant as its hint, else with its own; one of usage always has one. */
export async function explainRefusal(error: BeltError, refused: Refused): Promise<BeltError> {
  const { program, host } = refused;
  const meant = hasKey(program, host.argv) ? null : await meantByWords(refused);
  if (meant !== null) return error.with({ hint: meant });
  const needsHint = error.facts.exit === "usage" && error.facts.hint === undefined;
  return needsHint ? error.with({ hint: lead(program, host.argv) }) : error;
}

/** Where a verb of other tools, a text, or the rows of a batch were taken for an argument: `dev start`, `run "a fox"`, `batch rows.csv infsh/flux`. */
async function meantByWords(refused: Refused): Promise<Hint | null> {
  const { program, host } = refused;
  const places = placesOfWords(program, host.argv);
  const [noun, verb, third] = places.map((place) => host.argv[place]);
  const pair = `${noun} ${verb}`;
  const isKnown = Object.hasOwn(COMMANDS, pair) || Object.hasOwn(ADVICE, pair);
  const isSwapped = noun === "batch" && !isWholeName(verb) && isWholeName(third);
  const isText = noun === "run" && verb !== undefined && isTextFor(noun, verb);
  return isKnown || isSwapped || isText || holdsBareInput(host.argv) ? await meantBy(refused) : null;
}

/** `-i "a fox"`, `-it`: something where a key and a value should be. */
function holdsBareInput(argv: readonly string[]): boolean {
  return argv.some(
    (word, at) =>
      (/^-i\w*$/.test(word) && word !== "-i") || (/^(-i|--input)$/.test(argv[at - 1] ?? "") && !isSpec(word)),
  );
}

/** `showsInputs`: where it cannot be told which input of an app is meant, what leads to them is a hint, too. */
async function meantBy({ program, host, check }: Refused, showsInputs = true): Promise<Hint | null> {
  const known: Known = await readKnown(host);
  const [first = "", second] = placesOfWords(program, host.argv).map((place) => host.argv[place]!);
  const advice = [`${first} ${second}`, first].find((words) => Object.hasOwn(ADVICE, words));
  return advice === undefined
    ? await meantCommand(program, host.argv, known, { check, showsInputs })
    : ADVICE[advice]!;
}

/** The parser's message, in belt's words. */
function messageOf({ message, code }: CommanderError, program: Command, argv: readonly string[]): string {
  const [told = ""] = message.replace(/^error: /, "").split("\n");
  const choice = CHOICE.exec(told);
  if (choice) return `${choice[1] ?? `<${choice[3]}>`}: "${choice[2]}" is not one of ${choice[4]}`;
  const choices = code === "commander.missingArgument" ? choicesOf(told, program, argv) : "";
  const { path } = namedCommand(program, argv);
  return `${told.replace(EXCESS, (_, _name, taken, given) => `belt ${path} takes ${taken}, not ${given}`)}${choices}`;
}

const CHOICE =
  /^(?:command-argument|option '(?:-\w, )?(--[\w-]+).*' argument) (?:value )?'(.*)' is invalid(?: for argument '(.*)')?\. Allowed choices are (.*)\.$/;

const EXCESS = /^too many arguments for '(.*)'\. Expected (.*) but got (\d+)\.$/;

function choicesOf(told: string, program: Command, argv: readonly string[]): string {
  const { command } = namedCommand(program, argv);
  const missing = command.registeredArguments.find((argument) => told.endsWith(`'${argument.name()}'`));
  return missing?.argChoices ? `: ${missing.argChoices.join(", ")}` : "";
}

/** Behind an app that is missing comes what tells which there are. */
function withList({ code, message }: CommanderError, meant: Hint): Hint {
  const isApp = code === "commander.missingArgument" && message.includes("'app'");
  return isApp ? joinHints([belt("app list"), " shows the apps there are"], meant) : meant;
}

/** The help of the command that was meant. */
function lead(program: Command, argv: readonly string[]): string {
  const { path } = namedCommand(program, argv);
  return path === "" ? "belt help lists the commands" : `belt ${path} --help shows how it is used`;
}

/** "task get": the command that the words lead to, as far as they do. */
function namedCommand(program: Command, argv: readonly string[]): { path: string; command: Command } {
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
  return { path, command: at };
}

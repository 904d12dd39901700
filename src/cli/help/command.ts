import { Argument, type Command } from "commander";
import { usageError } from "../../errors.ts";
import { belt } from "../../hint.ts";
import { closest } from "../../input/closest.ts";
import type { PacedWriter } from "../../terminal/paced-writer.ts";
import { commandPath } from "../describe-command.ts";
import { flagsOf } from "../typed-flags.ts";
import type { BeltCommand } from "./belt-command.ts";
import { commandDocument, type Documents, topicDocument } from "./document.ts";
import { frontPage } from "./front-page.ts";
import { type HelpStyle, layOut } from "./layout.ts";
import { helpPage, optionsPage } from "./page.ts";
import { OPTIONS_TOPIC, TOPIC_NAMES, TOPICS } from "./topics.ts";

/** Writes the help of a command, or of belt itself. */
export function helpWriter(
  answer: PacedWriter,
  style: () => HelpStyle,
  argv: readonly string[],
  version: () => string,
): (command: BeltCommand) => void {
  return (given) => {
    const command = given.parent === null ? askedAbout(given, argv) : given;
    if (flagsOf(argv).json) return answer.write(`${JSON.stringify(commandDocument(command, version()))}\n`);
    const page =
      command.parent === null ? frontPage(command, TOPIC_NAMES, style()) : helpPage(command, style());
    answer.write(`${page}\n`);
  };
}

/** `belt -h run` asks about run. */
function askedAbout(program: Command, argv: readonly string[]): Command {
  const isAsked = argv.includes("-h") || argv.includes("--help");
  return isAsked
    ? find(
        program,
        argv.filter((word) => !word.startsWith("-")),
      ).command
    : program;
}

interface Showing {
  answer: PacedWriter;
  style(): HelpStyle;
  version(): string;
  documents: Documents;
}

/** `belt help`: of a command, about a topic, or the whole grammar as data. */
export function addHelp(program: Command, showing: Showing): void {
  program.helpCommand(false);
  program
    .command("help")
    .summary("show help: of a command, or about a topic")
    .description("Show help of a command, or about a topic; with --json, the whole grammar as one document.")
    .addArgument(new Argument("[topic...]", `a command, or ${TOPIC_NAMES.join(", ")}`))
    .addHelpText(
      "after",
      "\nExamples:\n  belt help run\n  belt help exit-codes\n  belt help --json | jq '.commands[].name'",
    )
    .action((words: string[]) => showHelp(program, words, showing));
}

async function showHelp(
  program: Command,
  words: string[],
  { answer, style, version, documents }: Showing,
): Promise<void> {
  const name = words.join(" ");
  const text = name === OPTIONS_TOPIC ? optionsPage(program) : TOPICS[name]?.text();
  if (text === undefined) {
    const command = await commandNamed(program, words);
    if (documents.areWanted()) await documents.print(commandDocument(command, version()));
    else command.outputHelp();
  } else if (documents.areWanted()) await documents.print(topicDocument(name, text, version()));
  else answer.write(`${layOut(text, style())}\n`);
}

/** The command that the words name; a usage error that says what there is when they lead nowhere. */
async function commandNamed(program: Command, words: string[]): Promise<Command> {
  const { command, rest } = find(program, words);
  if (rest.length === 0) return command;
  if (Object.hasOwn(TOPICS, words[0]!))
    throw usageError(`${words[0]} is a topic, of which belt help shows all at once`, belt("help", words[0]!));
  const { meantPath } = await import("../guess/meant-path.ts");
  const path = meantPath(program, words)?.path.filter((word) => !word.startsWith("-")) ?? [];
  const topic = closest(words.join("-"), TOPIC_NAMES);
  const meant = topic ?? path.join(" ");
  const where = command === program ? "there is" : `belt ${commandPath(command)} has`;
  throw usageError(
    `${where} no command${command === program ? " or topic" : ""} "${rest[0]}"`,
    meant !== "" && meant !== commandPath(command)
      ? belt("help", ...meant.split(" "))
      : `belt help lists the commands; the topics are ${TOPIC_NAMES.join(", ")}`,
  );
}

/** The command that the words name, and the words that lead no further. */
function find(program: Command, words: string[]): { command: Command; rest: string[] } {
  let command = program;
  for (const [index, word] of words.entries()) {
    const next = command.commands.find((child) => child.name() === word);
    if (!next) return { command, rest: words.slice(index) };
    command = next;
  }
  return { command, rest: [] };
}

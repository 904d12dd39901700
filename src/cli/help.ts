import { Argument, type Command } from "commander";
import { EXIT_CODES, usageError } from "../errors.ts";
import type { PacedWriter } from "../terminal/paced-writer.ts";
import { commandPath, describeCommand, exitsOf, isNoun } from "./describe-command.ts";
import { TOPICS } from "./help-topics.ts";

/** Of the document that `belt help --json` prints; grows when a field changes its meaning or goes away. */
const SCHEMA_VERSION = 1;

/** `belt help`, and what the help of every command ends with. */
export function addHelp(program: Command, answer: PacedWriter): void {
  program.helpCommand(false);
  program.addHelpText("afterAll", ({ command }) => exitCodeHelp(command));
  program
    .command("help")
    .summary("show help: of a command, or about a topic")
    .description("Show help of a command, or about a topic; with --json, the whole grammar as one document.")
    .addArgument(new Argument("[topic...]", `a command, or ${Object.keys(TOPICS).join(", ")}`))
    .addHelpText(
      "after",
      "\nExamples:\n  belt help run\n  belt help exit-codes\n  belt help --json | jq '.commands[].name'",
    )
    .action((words: string[]) => showHelp(program, answer, words));
}

async function showHelp(program: Command, answer: PacedWriter, words: string[]): Promise<void> {
  const topic = TOPICS[words.join(" ")];
  if (program.opts()["json"]) return answer.write(`${JSON.stringify(grammar(program, words))}\n`);
  if (topic) return answer.write(`${topic.text()}\n`);
  const { command, rest } = find(program, words);
  // Only the parser knows what was meant instead.
  if (rest.length > 0 && isNoun(command)) await program.parseAsync(words, { from: "user" });
  if (rest.length > 0)
    throw usageError(
      `belt ${commandPath(command)} has no command "${rest[0]}"`,
      "belt help lists what there is",
    );
  command.outputHelp();
}

function grammar(program: Command, words: string[]): unknown {
  return {
    schema_version: SCHEMA_VERSION,
    version: program.version(),
    ...describeCommand(find(program, words).command),
  };
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

function exitCodeHelp(command: Command): string {
  const lines = exitsOf(command).map((exit) => {
    const { code, meaning } = EXIT_CODES[exit];
    return `  ${String(code).padStart(3)}  ${meaning}`;
  });
  if (commandPath(command) !== "" && isNoun(command)) return "";
  return `\nExit codes:\n${lines.join("\n")}${commandPath(command) === "" ? `\n\n${topicHelp()}` : ""}`;
}

function topicHelp(): string {
  const lines = Object.entries(TOPICS).map(
    ([name, { summary }]) => `  belt help ${name.padEnd(12)} ${summary}`,
  );
  return `Topics:\n${lines.join("\n")}`;
}

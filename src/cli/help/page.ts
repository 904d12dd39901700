import type { Command, Help, Option } from "commander";
import { EXIT_CODES } from "../../errors.ts";
import { commandPath, exitsOf, isNoun } from "../describe-command.ts";
import { examplesOf } from "./belt-command.ts";
import { foldCommand, type HelpStyle, layOut, rows } from "./layout.ts";

/** The help of a command: its purpose, how it is written, examples, its own options, and where the rest is told. */
export function helpPage(command: Command, style: HelpStyle): string {
  const help = command.createHelp();
  const sections = [
    command.description(),
    `Usage:\n  ${help.commandUsage(command)}`,
    examplesPart(command, style),
    part(
      "Commands:",
      command.commands.length > 0 ? command.commands.map((one) => subcommandRow(help, one)) : [],
    ),
    part(
      "Arguments:",
      help.visibleArguments(command).map((one) => [help.argumentTerm(one), one.description]),
    ),
    ...optionParts(command, help),
    isNoun(command) ? `belt help ${commandPath(command)} <command> tells more of each.` : exitLine(command),
    "--local, --json, --field, -q and others go with every command: belt help options",
  ];
  return sections
    .filter((section) => section !== "")
    .map((section) => layOut(section, style))
    .join("\n\n");
}

function part(head: string, pairs: [string, string][]): string {
  return pairs.length === 0 ? "" : `${head}\n${rows(pairs)}`;
}

function subcommandRow(help: Help, command: Command): [string, string] {
  return [command.name(), help.subcommandDescription(command)];
}

function examplesPart(command: Command, { width }: HelpStyle): string {
  const lines = examplesOf(command).map((line) => foldCommand(`  ${line}`, width));
  return lines.length === 0 ? "" : ["Examples:", ...lines].join("\n");
}

function optionParts(command: Command, help: Help): string[] {
  const own = help.visibleOptions(command).filter(({ long }) => long !== "--help");
  const heads = new Set(own.map(headOf));
  return [...heads].map((head) =>
    part(
      head,
      optionRows(
        own.filter((option) => headOf(option) === head),
        help,
      ),
    ),
  );
}

function headOf({ helpGroupHeading }: Option): string {
  return helpGroupHeading ?? "Options:";
}

function optionRows(options: readonly Option[], help: Help): [string, string][] {
  return options.map((option) => [help.optionTerm(option), help.optionDescription(option)]);
}

function exitLine(command: Command): string {
  const codes = exitsOf(command).map((exit) => EXIT_CODES[exit].code);
  return `Exit codes: ${codes.join(" ")} (belt help exit-codes)`;
}

/** `belt help options`: those that every command takes. */
export function optionsPage(program: Command): string {
  const help = program.createHelp();
  return `Every command takes these, before or after its name.\n\n${rows(optionRows(help.visibleOptions(program), help))}`;
}

import type { Argument, Command, Option } from "commander";
import { EXIT_CODES, type Exit } from "../errors.ts";

/** A command as data, read from the parser; `belt help --json` prints it, completions are made of it. */
export interface CommandDocument {
  /** As typed after `belt`: "task get"; empty for belt itself. */
  name: string;
  summary: string;
  description: string;
  usage: string;
  arguments: ArgumentDocument[];
  options: OptionDocument[];
  exit_codes: ExitDocument[];
  commands: CommandDocument[];
}

export interface ArgumentDocument {
  name: string;
  required: boolean;
  /** True when several may be given. */
  variadic: boolean;
  choices: string[] | null;
  default: unknown;
  description: string;
}

export interface OptionDocument {
  long: string;
  short: string | null;
  /** What stands for its value, such as "dur"; null for a flag. */
  value: string | null;
  choices: string[] | null;
  default: unknown;
  description: string;
  group: string | null;
}

interface ExitDocument {
  code: number;
  meaning: string;
}

/** The command and all below it. The options that every command takes are those of belt itself. */
export function describeCommand(command: Command): CommandDocument {
  const help = command.createHelp();
  const visible = help.visibleCommands(command).filter((child) => !isBuiltInHelp(command, child));
  return {
    name: commandPath(command),
    summary: command.summary() || command.description(),
    description: command.description(),
    usage: help.commandUsage(command),
    arguments: help.visibleArguments(command).map(describeArgument),
    options: help.visibleOptions(command).map(describeOption),
    exit_codes: exitsOf(command).map((exit) => EXIT_CODES[exit]),
    commands: visible.map(describeCommand),
  };
}

/** The ways in which this command can end that are worth a word, read from what it takes. */
export function exitsOf(command: Command): Exit[] {
  if (isNoun(command)) return Object.keys(EXIT_CODES) as Exit[];
  const path = commandPath(command);
  const exits = new Set<Exit>(["success", "failure", "usage"]);
  const add = (...more: Exit[]) => {
    for (const exit of more) exits.add(exit);
  };
  const takes = (long: string) => command.options.some((option) => option.long === long);
  if (!/^(dev( exec)?|app init|help|completion|logout|profile .*)$/.test(path))
    add("auth", "notFound", "unavailable", "quota");
  if (/^(run|rerun|task (watch|wait)|session exec|agent run)$/.test(path)) add("taskFailed", "taskCancelled");
  if (/^(run|rerun|batch|api|session exec|agent run)$/.test(path)) add("inDoubt");
  if (takes("--timeout") || path === "task get") add("stillRunning");
  const several = command.registeredArguments.some(
    (argument) => argument.variadic && argument.name() !== "command",
  );
  if (takes("--save") || (several && !/^(dev|help)/.test(path))) add("partial");
  if (!/^(help|completion)$/.test(path)) add("hangup", "interrupted", "terminated");
  return (Object.keys(EXIT_CODES) as Exit[]).filter((exit) => exits.has(exit));
}

/** True for `task` and belt itself, which do nothing alone; `dev` has a command beneath it and takes folders. */
export function isNoun({ commands, registeredArguments }: Command): boolean {
  return commands.length > 0 && registeredArguments.length === 0;
}

/** "task get" for that command, "" for belt itself. */
export function commandPath(command: Command): string {
  if (!command.parent) return "";
  return `${commandPath(command.parent)} ${command.name()}`.trim();
}

/** `belt task help get`: the parser adds it below each noun; `belt help task get` is enough to tell of. */
function isBuiltInHelp(parent: Command, child: Command): boolean {
  return parent.parent !== null && child.name() === "help";
}

function describeArgument(argument: Argument): ArgumentDocument {
  return {
    name: argument.name(),
    required: argument.required,
    variadic: argument.variadic,
    choices: argument.argChoices ?? null,
    default: argument.defaultValue ?? null,
    description: argument.description,
  };
}

function describeOption(option: Option): OptionDocument {
  return {
    long: option.long ?? option.flags,
    short: option.short ?? null,
    value: /[<[](.+?)(?:\.\.\.)?[>\]]/.exec(option.flags)?.[1] ?? null,
    choices: option.argChoices ?? null,
    default: option.defaultValue ?? null,
    description: option.description,
    group: option.helpGroupHeading?.replace(/:$/, "") ?? null,
  };
}

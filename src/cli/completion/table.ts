import type { ArgumentDocument, CommandDocument, OptionDocument } from "../describe-command.ts";
import { TOPIC_NAMES } from "../help/topics.ts";

/**
 * What may follow a command, one line each, as the scripts read it: `c|get||show tasks` for a
 * command, `o|--save|dirs|…` for an option, `a|id|task|…` for an argument, `v|…` for one that may be
 * repeated. The third field says what fits there: nothing (a flag), `text`, `files`, `dirs`,
 * `command`, `one:a,b`, `task-or-file`, or what `belt __complete` knows.
 */
export type CompletionTable = Map<string, string[]>;

/** The key under which the options stand that every command takes. */
export const EVERYWHERE = "--";

export function completionTable(root: CommandDocument): CompletionTable {
  const table: CompletionTable = new Map([[EVERYWHERE, root.options.flatMap(optionLines)]]);
  const add = (command: CommandDocument) => {
    const isRoot = command === root;
    table.set(command.name, [
      ...command.commands.map(({ name, summary }) => line("c", name.split(" ").at(-1)!, "", summary)),
      ...(isRoot ? [] : command.options.flatMap(optionLines)),
      ...command.arguments.map((argument) => argumentLine(command, argument)),
    ]);
    command.commands.forEach(add);
  };
  add(root);
  return table;
}

function optionLines(option: OptionDocument): string[] {
  const names = [option.long, option.short].filter((name) => name !== null);
  return names.map((name) => line("o", name, optionKind(option), option.description));
}

function argumentLine(
  command: CommandDocument,
  { name, variadic, choices, description }: ArgumentDocument,
): string {
  return line(variadic ? "v" : "a", name, argumentKind(command.name, name, choices), description);
}

function optionKind({ long, value, choices }: OptionDocument): string {
  if (value === null) return "";
  if (choices) return `one:${choices.join(",")}`;
  const kinds: Record<string, string> = {
    "--profile": "profile",
    "--session": "session-or-new",
    "--chat": "chat",
    "--attach": "files",
    "--input": "input",
    // Its path is none of a file.
    "--field": "text",
  };
  return (
    kinds[long] ?? { spec: "spec", dir: "dirs" }[value] ?? (/^(file|path)\b/.test(value) ? "files" : "text")
  );
}

function argumentKind(command: string, name: string, choices: string[] | null): string {
  if (choices) return `one:${choices.join(",")}`;
  if (name === "id" && /^session (end|keepalive)$/.test(command)) return "open-session";
  if (name === "id") return /^(session|chat)\b/.exec(command)?.[1] ?? "task";
  if (name === "name" && command.startsWith("profile")) return "profile";
  // The path of a request is none of a file.
  if (name === "path" && command === "api") return "text";
  if (command === "help") return `topics:${TOPIC_NAMES.join(",")}`;
  const kinds: Record<string, string> = {
    app: "app",
    agent: "agent",
    run: "task-or-file",
    appdir: "dirs",
    dir: "dirs",
    path: "files",
    file: "files",
    rows: "files",
    command: "command",
  };
  return kinds[name] ?? "text";
}

function line(type: string, name: string, kind: string, about: string): string {
  return [type, name, kind, about.replace(/\s+/g, " ")].join("|");
}

import type { Command } from "commander";
import { examplesOf } from "./belt-command.ts";
import { foldCommand, type HelpStyle, layOut, rows } from "./layout.ts";

/** What `belt` alone shows, on one screen of 80 by 24: what there is for which purpose, and where to read on. */
export function frontPage(program: Command, topics: readonly string[], style: HelpStyle): string {
  const examples = examplesOf(program).map((line) => foldCommand(`  ${line}`, style.width));
  const sections = [
    program.description(),
    `Usage: belt ${program.usage()}`,
    `Commands:\n${rows([...groups(program)].map(([group, names]) => [group, names.join(", ")]))}`,
    ["Examples:", ...examples].join("\n"),
    `belt help <command> tells more; so does belt help <topic>: ${topics.join(", ")}`,
  ];
  return sections.map((section) => layOut(section, style)).join("\n\n");
}

/** The commands by what they are for, each with what stands below it: "task get|list". */
function groups(program: Command): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const command of program.commands) {
    const group = command.helpGroup() || "More";
    const verbs = command.commands.map((child) => child.name()).join("|");
    const name = command.name();
    // What takes arguments of its own does something without a verb, too.
    const alone = verbs === "" || command.registeredArguments.length > 0 ? [name] : [];
    found.set(group, [...(found.get(group) ?? []), ...alone, ...(verbs === "" ? [] : [`${name} ${verbs}`])]);
  }
  return found;
}

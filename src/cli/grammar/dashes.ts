import type { Command } from "commander";

/** What stands before and after `--`, which the parser takes out; null after for a line without it. */
export function aroundDashes(
  words: string[],
  command: Command,
): { before: string[]; after: string[] | null } {
  const typed = typedWords(command);
  const at = typed.indexOf("--");
  if (at === -1) return { before: words, after: null };
  const after = typed.length - at - 1;
  return { before: words.slice(0, words.length - after), after: words.slice(words.length - after) };
}

/** True when an option stands behind the word of an inner command: without `--` it was belt's. */
export function hasOptionBehind(inner: string, before: string, command: Command): boolean {
  const typed = typedWords(command);
  const at = typed.indexOf(inner, typed.indexOf(before) + 1);
  return !typed.includes("--") && typed.slice(at).some((word) => /^-./.test(word));
}

/** Refuses a line without `--` as the parser would, so that the one with it is told. */
export function refuseWithoutDashes(command: Command): never {
  command.error("error: -- must stand before the command that is run", { code: "commander.noDashes" });
}

function typedWords(command: Command): string[] {
  if (command.parent) return typedWords(command.parent);
  return (command as Command & { rawArgs: string[] }).rawArgs;
}

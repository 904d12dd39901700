import type { Command } from "commander";
import { isAppName } from "../../input/app-name.ts";
import { closest } from "../../input/closest.ts";
import { findOption } from "./options.ts";
import { COMMANDS, NOUNS, VERBS } from "./other-tools.ts";

export interface MeantPath {
  command: Command;
  /** Its words, and options that belong to what was meant. */
  path: string[];
  /** What else was typed, in its order. */
  rest: string[];
}

/** The command that was meant by the first words, and what is left of the line; null for none. */
export function meantPath(program: Command, typed: readonly string[]): MeantPath | null {
  const at = placesOfWords(program, typed);
  const [first, second] = at.map((place) => typed[place]!);
  if (first === undefined) return { command: program, path: [], rest: [...typed] };
  const found = resolve(program, first, second);
  if (!found) return null;
  const used = at.slice(0, found.used);
  const rest = typed.filter((_, place) => !used.includes(place));
  return byOption(program, { ...target(program, found.words), rest });
}

/** Where the words stand that are neither options nor their values. */
function placesOfWords(program: Command, typed: readonly string[]): number[] {
  const places: number[] = [];
  for (let place = 0; place < typed.length; place++) {
    const word = typed[place]!;
    if (!word.startsWith("-") || word === "-") places.push(place);
    else if (takesNext(program, word, typed[place + 1])) place++;
  }
  return places;
}

/** An option that belt does not know is taken to have a value, unless a command stands there. */
function takesNext(program: Command, word: string, next: string | undefined): boolean {
  if (word.includes("=")) return false;
  const known = findOption(word, [program, ...allCommands(program)]);
  if (known) return known.required;
  return next !== undefined && !next.startsWith("-") && !resolveExactly(program, next, undefined);
}

function allCommands(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)]);
}

interface Found {
  /** "task logs -f". */
  words: string;
  /** How many of the words that were typed it stands for. */
  used: number;
}

function resolve(program: Command, first: string, second: string | undefined): Found | null {
  const exact = resolveExactly(program, first, second);
  if (exact) return exact;
  if (first.includes("/") && isAppName(first)) return { words: "run", used: 0 };
  const near = closest(first, namesOf(program));
  return near === null ? null : resolveExactly(program, near, second);
}

function resolveExactly(program: Command, first: string, second: string | undefined): Found | null {
  const name = Object.hasOwn(NOUNS, first) ? NOUNS[first]! : first;
  const command = childOf(program, name);
  if (command && command.commands.length === 0) return { words: name, used: 1 };
  const pair = `${name} ${second}`;
  if (command && second !== undefined && childOf(command, second)) return { words: pair, used: 2 };
  if (Object.hasOwn(COMMANDS, pair)) return { words: COMMANDS[pair]!, used: 2 };
  if (command) return resolveVerb(command, second);
  return Object.hasOwn(COMMANDS, first) ? { words: COMMANDS[first]!, used: 1 } : null;
}

function resolveVerb(noun: Command, verb: string | undefined): Found | null {
  const has = (name: string) => childOf(noun, name) !== undefined;
  if (verb === undefined) return has("list") ? { words: `${noun.name()} list`, used: 1 } : null;
  const known = Object.hasOwn(VERBS, verb) ? VERBS[verb]! : [];
  const meant = known.find(has) ?? closest(verb, namesOf(noun));
  return meant === null ? null : { words: `${noun.name()} ${meant}`, used: 2 };
}

/** The command that words of the table name, which may go on with options. */
function target(program: Command, words: string): Omit<MeantPath, "rest"> {
  const path = words.split(" ");
  let command = program;
  for (const word of path) command = childOf(command, word) ?? command;
  return { command, path };
}

/** An option may be what shows that another command is meant: `task get -f`. */
function byOption(program: Command, meant: MeantPath): MeantPath {
  const other = meant.rest.find((word) => Object.hasOwn(COMMANDS, `${meant.path.join(" ")} ${word}`));
  if (other === undefined) return meant;
  const words = COMMANDS[`${meant.path.join(" ")} ${other}`]!;
  return { ...target(program, words), rest: meant.rest.filter((word) => word !== other) };
}

function childOf(command: Command, name: string): Command | undefined {
  return command.commands.find((child) => child.name() === name);
}

function namesOf(command: Command): string[] {
  return command.commands.map((child) => child.name());
}

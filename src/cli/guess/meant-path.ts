import type { Command } from "commander";
import { isAppName } from "../../input/app-name.ts";
import { closest } from "../../input/closest.ts";
import { isNoun } from "../describe-command.ts";
import { appOf, type KnownApp } from "./known-apps.ts";
import { findOption, isOption } from "./options.ts";
import { OPTIONS } from "./other-options.ts";
import { COMMANDS } from "./other-tools.ts";
import { ALONE, NOUNS, OF_NAMES, VERBS } from "./other-words.ts";

export interface MeantPath {
  command: Command;
  /** Its words, and words and options that belong to what was meant. */
  path: string[];
  /** What else was typed, in its order. */
  rest: string[];
  /** True when nothing but the app was named. */
  isBareApp: boolean;
}

/** The command that was meant by the first words, and what is left of the line; null for none. */
export function meantPath(
  program: Command,
  typed: readonly string[],
  apps: readonly KnownApp[] = [],
): MeantPath | null {
  const at = placesOfWords(program, typed);
  const words = at.map((place) => typed[place]!);
  if (words.length === 0) return { command: program, path: [], rest: [...typed], isBareApp: false };
  const found = resolve(program, words, apps);
  // An agent is no chat.
  if (!found || (/^chat (get|stop)$/.test(found.words) && isWholeName(words[found.used]))) return null;
  const used = at.slice(0, found.used);
  const rest = [...(found.first ?? []), ...typed.filter((_, place) => !used.includes(place))];
  const isBareApp = found.first !== undefined && words.length === 1;
  return byOption(program, { ...target(program, found.words), rest, isBareApp });
}

/** Where the words stand that are neither options nor their values. */
export function placesOfWords(program: Command, typed: readonly string[]): number[] {
  const places: number[] = [];
  for (let place = 0; place < typed.length; place++) {
    const word = typed[place]!;
    if (!isOption(word)) places.push(place);
    else if (takesNext(program, word, typed[place + 1])) place++;
  }
  return places;
}

/** An option that belt does not know is taken to have a value, unless its meaning has none, or a command or an app stands there. */
function takesNext(program: Command, word: string, next: string | undefined): boolean {
  if (word.includes("=") || next === undefined) return false;
  const commands = [program, ...allCommands(program)];
  const known = findOption(word, commands);
  if (known) return known.required;
  if (isOption(next) || resolveExactly(program, [next])) return false;
  if (isWholeName(next)) return false;
  return OPTIONS[word]?.every((meant) => findOption(meant, commands)?.required) ?? true;
}

function allCommands(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)]);
}

interface Found {
  /** "task logs -f". */
  words: string;
  /** How many of the words that were typed it stands for. */
  used: number;
  /** What comes first of what is left, as it was meant. */
  first?: string[];
}

function resolve(program: Command, words: readonly string[], apps: readonly KnownApp[]): Found | null {
  const [first = ""] = words;
  const exact = resolveExactly(program, words);
  if (exact) return exact;
  const app = appOf(apps, [first]);
  if (app) return { words: "run", used: 1, first: [first.includes("/") ? first : app.name] };
  if (isWholeName(first)) return { words: "run", used: 0 };
  const near = closest(first, namesOf(program));
  return near === null ? null : resolveExactly(program, [near, ...words.slice(1)]);
}

function resolveExactly(program: Command, words: readonly string[]): Found | null {
  const [first = "", second] = words;
  const name = ownValue(NOUNS, first) ?? first;
  const command = childOf(program, name);
  const pair = `${name} ${second}`;
  if (command && second !== undefined && childOf(command, second)) return { words: pair, used: 2 };
  if (name === "agent" && isWholeName(words[2]) && /^(get|show|info|describe|view)$/.test(second ?? ""))
    return { words: `api GET /agents/${words[2]}`, used: 3 };
  if (Object.hasOwn(COMMANDS, pair)) return { words: COMMANDS[pair]!, used: 2 };
  if (command) return resolveVerb(command, second);
  return resolveSwapped(program, words) ?? resolveWord(first, second);
}

function resolveWord(word: string, next: string | undefined): Found | null {
  const words = ownValue(COMMANDS, word);
  if (words === undefined || (next !== undefined && ALONE.includes(word))) return null;
  return { words: words === "task get" && isWholeName(next) ? "app get" : words, used: 1 };
}

/** "infsh/flux", as no command is called. */
export function isWholeName(word = ""): boolean {
  return word.includes("/") && isAppName(word);
}

/** "get tasks", as kubectl has it. */
function resolveSwapped(program: Command, [verb = "", noun = "", ...more]: readonly string[]): Found | null {
  const command = childOf(program, ownValue(NOUNS, noun) ?? noun);
  if (!command || !isNoun(command)) return null;
  const found = resolveExactly(program, [noun, verb]);
  const isOfAll = found?.words === `${command.name()} get` && more.length === 0 && childOf(command, "list");
  return isOfAll ? { ...found!, words: `${command.name()} list` } : found;
}

function resolveVerb(noun: Command, verb: string | undefined): Found | null {
  const has = (name: string) => childOf(noun, name) !== undefined;
  const name = noun.name();
  if (noun.commands.length === 0) return { words: name, used: 1 };
  const ofThing = verb === undefined ? undefined : wordsFor(name, verb);
  if (ofThing !== undefined) return { words: ofThing, used: 1 };
  const known = verb === undefined ? ["list"] : (ownValue(VERBS, verb) ?? []);
  const near = verb === undefined ? null : closest(verb, namesOf(noun));
  const meant = known.find((one) => has(one) || Object.hasOwn(COMMANDS, `${name} ${one}`)) ?? near;
  if (meant === null) return noun.registeredArguments.length > 0 ? { words: name, used: 1 } : null;
  const words = has(meant) ? `${name} ${meant}` : COMMANDS[`${name} ${meant}`]!;
  return { words, used: verb === undefined ? 1 : 2 };
}

/** What is meant by a thing in the place of a verb: an id, an app, an agent. */
function wordsFor(noun: string, thing: string): string | undefined {
  const isMessage = /^(agent|chat)$/.test(noun) && /\s/.test(thing);
  if (isWholeName(thing) || isMessage) return ownValue(OF_NAMES, noun);
  const isId = /^(@(last|-\d+)|(task|sess|chat)_\w+)$/.test(thing);
  return isId && /^(task|session|chat)$/.test(noun) ? `${noun} get` : undefined;
}

/** The command that words of the table name, which may go on with its arguments and options. */
function target(program: Command, words: string): Pick<MeantPath, "command" | "path"> {
  const path = words.split(" ");
  let command = program;
  for (const word of path) command = childOf(command, word) ?? command;
  return { command, path };
}

/** An option may be what shows that another command is meant: `task get -f`. */
function byOption(program: Command, meant: MeantPath): MeantPath {
  const other = meant.rest.find((word) => Object.hasOwn(COMMANDS, `${meant.path.join(" ")} ${word}`));
  if (other === undefined || !isOption(other)) return meant;
  const words = COMMANDS[`${meant.path.join(" ")} ${other}`]!;
  return { ...meant, ...target(program, words), rest: meant.rest.filter((word) => word !== other) };
}

function ownValue<T>(table: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function childOf(command: Command, name: string): Command | undefined {
  return command.commands.find((child) => child.name() === name);
}

function namesOf(command: Command): string[] {
  return command.commands.map((child) => child.name());
}

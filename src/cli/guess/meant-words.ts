import type { Command } from "commander";
import { closest } from "../../input/closest.ts";
import type { MeantPath } from "./meant-path.ts";
import { findOption } from "./options.ts";
import { EXTRA_WORDS, OPTIONS, SAMPLES } from "./other-tools.ts";

interface MeaningOptions {
  /** The input that takes a bare text. */
  textKey: string;
  /** True when more arguments follow behind `--`. */
  isWhole: boolean;
}

/** The words of the command that was meant, each as it takes them; null when one has no place in it. */
export function meantWords(
  program: Command,
  { command, path, rest }: MeantPath,
  options: MeaningOptions,
): string[] | null {
  const line = new MeantLine(program, command, path, options);
  const queue = [...rest];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    const taken = isOption(word) ? line.option(word, queue) : line.word(word);
    if (!taken) return null;
  }
  return line.complete();
}

function isOption(word: string): boolean {
  return word.startsWith("-") && word !== "-";
}

class MeantLine {
  readonly #program: Command;
  readonly #command: Command;
  readonly #path: string[];
  readonly #words: string[] = [];
  readonly #options: string[] = [];
  /** Words of a text without quotes around it. */
  readonly #texts: string[] = [];
  readonly #textKey: string;
  readonly #isWhole: boolean;

  constructor(program: Command, command: Command, path: string[], { textKey, isWhole }: MeaningOptions) {
    this.#program = program;
    this.#command = command;
    this.#path = path;
    this.#textKey = textKey;
    this.#isWhole = isWhole;
  }

  /** Takes an argument, or a word that stands for an option; false when there is no place for it. */
  word(word: string): boolean {
    if (this.#danglingOption()) this.#path.push(word);
    else if (this.#words.length < this.#room()) this.#words.push(word);
    else return this.#extra(word);
    return true;
  }

  #extra(word: string): boolean {
    const option = EXTRA_WORDS[this.#name()];
    if (option === undefined || (option !== "--input" && this.#options.includes(option))) return false;
    if (!this.#allows(option, word)) return false;
    if (option === "--input" && !isSpec(word)) this.#texts.push(word);
    else this.#options.push(option, word);
    return true;
  }

  /** Takes an option, with its value from the words behind it where it has one. */
  option(word: string, queue: string[]): boolean {
    const [name = "", inline] = split(word);
    if (findOption(name, [this.#command, this.#program])) return this.#keep(word, queue, inline);
    const next = inline ?? queue[0];
    const exact = OPTIONS[`${name} ${next}`];
    const meant = exact ?? OPTIONS[name];
    if (meant !== undefined && this.#knows(meant)) {
      if (exact !== undefined && inline === undefined) queue.shift();
      if (exact !== undefined) return this.#push(meant);
      return this.#replace(meant, inline, queue);
    }
    const near = closest(name.replace(/^-+/, ""), this.#longNames());
    if (near !== null && name.startsWith("--")) return this.#replace(`--${near}`, inline, queue);
    return name.startsWith("--") && this.#knows("--input") && this.#asInput(name, inline, queue);
  }

  #keep(word: string, queue: string[], inline: string | undefined): boolean {
    this.#options.push(word);
    const takes = findOption(word, [this.#command, this.#program])!.required && inline === undefined;
    const value = takes ? queue.shift() : undefined;
    if (value !== undefined) this.#options.push(value);
    return !takes || value !== undefined;
  }

  #replace(meant: string, inline: string | undefined, queue: string[]): boolean {
    const [name = "", fixed] = meant.split(" ");
    const takes = findOption(name, [this.#command, this.#program])!.required && fixed === undefined;
    if (!takes) return this.#push(meant);
    const value = inline ?? queue.shift();
    if (value === undefined || !this.#allows(name, value)) return false;
    const isText = name === "--input" && !isSpec(value);
    this.#options.push(name, isText ? `${this.#textKey}=${value}` : value);
    return true;
  }

  /** What no option of belt's is near to is an input of the app. */
  #asInput(name: string, inline: string | undefined, queue: string[]): boolean {
    const key = name.replace(/^--/, "").replaceAll("-", "_");
    const value = inline ?? (queue[0] === undefined || isOption(queue[0]) ? "true" : queue.shift());
    this.#options.push("--input", `${key}=${value}`);
    return true;
  }

  #push(words: string): boolean {
    this.#options.push(...words.split(" "));
    return true;
  }

  #knows(option: string): boolean {
    return findOption(option.split(" ")[0]!, [this.#command, this.#program]) !== undefined;
  }

  #allows(option: string, value: string): boolean {
    const choices = findOption(option, [this.#command, this.#program])?.argChoices;
    return choices === undefined || choices.includes(value);
  }

  #longNames(): string[] {
    return [this.#command, this.#program]
      .flatMap(({ options }) => options)
      .flatMap(({ long }) => long?.replace(/^--/, "") ?? []);
  }

  #name(): string {
    return this.#path.filter((word) => !word.startsWith("-")).join(" ");
  }

  #room(): number {
    const { registeredArguments } = this.#command;
    return registeredArguments.at(-1)?.variadic ? Number.POSITIVE_INFINITY : registeredArguments.length;
  }

  /** True while the path ends with an option that wants a value. */
  #danglingOption(): boolean {
    const last = this.#path.at(-1) ?? "";
    return findOption(last, [this.#command, this.#program])?.required ?? false;
  }

  /** The whole line, with samples for arguments that are still missing. */
  complete(): string[] {
    if (this.#danglingOption()) this.#path.pop();
    const missing = this.#command.registeredArguments
      .slice(this.#words.length)
      .filter(({ required }) => required && !this.#isWhole)
      .map((argument) => SAMPLES[argument.name()] ?? `<${argument.name()}>`);
    const text = this.#texts.length === 0 ? [] : ["--input", `${this.#textKey}=${this.#texts.join(" ")}`];
    return [...this.#path, ...this.#words, ...missing, ...text, ...this.#options];
  }
}

/** As `--input` takes it: key=…, key:=…, key@=…, an object, a file. */
function isSpec(word: string): boolean {
  return /^([\w.[\]\\-]+(:|@)?=|@|\{)/.test(word) || /^\S+\.(json|ya?ml)$/.test(word);
}

function split(word: string): string[] {
  const at = word.indexOf("=");
  return at === -1 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

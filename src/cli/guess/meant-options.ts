import type { Command, Option } from "commander";
import { closest } from "../../input/closest.ts";
import { inputNamed, type KnownApp, USUAL } from "./known-apps.ts";
import { type MeantOption, meantOption } from "./meant-option.ts";
import { isWholeName } from "./meant-path.ts";
import {
  AS_INPUT,
  findOption,
  folderOf,
  type Given,
  givenTo,
  isAllShort,
  isOption,
  isSpec,
  keyOf,
  METHOD,
  pathOf,
  split,
} from "./options.ts";
import { OPTIONS, VALUE_SAMPLES, VALUES } from "./other-options.ts";

export interface Meaning {
  program: Command;
  /** The app that the line names, if it is known here. */
  app: KnownApp | null;
  /** True when more arguments follow behind `--`. */
  isWhole: boolean;
}

/** The options of a command line in the making, each as belt takes it. */
export class MeantOptions {
  /** Options and their values, in the order in which they were typed. */
  readonly words: string[] = [];
  /** True while words go on with the text of the last option. */
  isInText = false;
  /** The method of `belt api` that was given as an option. */
  method: string | null = null;
  /** What the line is piped into. */
  pipe = "";
  readonly #commands: readonly Command[];
  readonly #meaning: Meaning;
  /** "task get": the command whose they are. */
  readonly #name: () => string;

  constructor(commands: readonly Command[], meaning: Meaning, name: () => string) {
    this.#commands = commands;
    this.#meaning = meaning;
    this.#name = name;
  }

  /** Takes an option, with its value from the words behind it where it has one. */
  take(word: string, queue: string[]): boolean {
    this.isInText = false;
    const [name = "", inline] = split(word);
    const known = this.find(name);
    if (known) return this.#keep(known, word, inline, queue);
    if (this.#isOfShortOnes(word) && !Object.hasOwn(OPTIONS, word)) return this.#unpack(word, queue);
    if (isAllShort(word)) {
      queue.unshift(...[...word.slice(1)].map((letter) => `-${letter}`));
      return true;
    }
    const given = givenTo(inline, queue);
    if (this.#name() === "api" && METHOD.test(name)) return this.#asMethod(given.take());
    const takesInputs = this.find("--input") !== undefined && name.startsWith("--");
    const [, key] = AS_INPUT.exec(name) ?? [];
    if (takesInputs && key !== undefined && !Object.hasOwn(OPTIONS, name))
      return this.#asInput(`--${key}`, given);
    if (takesInputs && this.#meaning.app?.inputs.includes(keyOf(name))) return this.#asInput(name, given);
    const meant = meantOption(
      this.#name(),
      name,
      given.value,
      (option) => this.find(option.split(" ")[0]!) !== undefined,
    );
    if (meant) return this.#replace(meant, given);
    const near = name.startsWith("--") ? closest(name.slice(2), this.#longNames()) : null;
    if (near !== null) return this.#replace({ words: `--${near}`, hasValue: false }, given);
    // What other commands call so is no input: a cap would be lost.
    return takesInputs && !this.#isOfAnother(name) && this.#asInput(name, given);
  }

  #isOfAnother(name: string): boolean {
    const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];
    return findOption(name, all(this.#meaning.program)) !== undefined;
  }

  /** `api -X POST /run`: wherever it stands, it comes first. */
  #asMethod(method: string | undefined): boolean {
    if (!/^(get|post|put|patch|delete)$/i.test(method ?? "")) return false;
    this.method = method!.toUpperCase();
    return true;
  }

  #keep(option: Option, word: string, inline: string | undefined, queue: string[]): boolean {
    if (!option.required) return this.#push(word);
    const value = this.#isSpecOption(word) ? this.#specGiven(inline, queue) : (inline ?? queue.shift());
    if (value === undefined) return this.#asSample(option, word);
    if (this.#isSpecOption(word)) return this.#keepSpec(word, inline, value);
    const meant = this.#allowed(word.split("=")[0]!, value);
    if (meant === value && inline !== undefined) return this.#push(word);
    return meant !== null && this.#push(word.split("=")[0]!, meant);
  }

  /** The value of --input, whose key and text may stand apart: `--input prompt "a fox"`. */
  #specGiven(inline: string | undefined, queue: string[]): string | undefined {
    const value = inline ?? queue.shift();
    const keys = this.#meaning.app?.inputs ?? [USUAL];
    if (value === undefined || !keys.includes(value)) return value;
    // The app may stand between them.
    const at = queue.findIndex((word) => isOption(word) || !isWholeName(word));
    const next = queue[at];
    if (next === undefined || isOption(next) || (isSpec(next) && !next.startsWith("@"))) return value;
    queue.splice(at, 1);
    return `${value}=${next}`;
  }

  #isSpecOption(word: string): boolean {
    return /^(-i|--input)(=|$)/.test(word) && this.#name() !== "api";
  }

  /** A text for an input goes on with the words behind it, which had no quotes around them. */
  #keepSpec(word: string, inline: string | undefined, value: string): boolean {
    const name = word.split("=")[0]!;
    if (!isSpec(value)) return this.#asText(name, value);
    this.isInText = /^[\w.-]+=(?!@)/.test(value);
    return inline === undefined ? this.#push(name, value) : this.#push(`${name}=${value}`);
  }

  /** An option whose value is missing, with one to try. */
  #asSample({ long, argChoices }: Option, word: string): boolean {
    const key = this.#meaning.app?.textKey ?? null;
    const text = long === "--input" && key !== null ? `${key}=a lighthouse at dusk` : undefined;
    const sample = argChoices?.[0] ?? VALUE_SAMPLES[long ?? ""] ?? text;
    return sample !== undefined && this.#push(word, sample);
  }

  /** "-j8", "-qv". */
  #isOfShortOnes(word: string): boolean {
    return /^-\w./.test(word) && this.find(word.slice(0, 2)) !== undefined;
  }

  #unpack(word: string, queue: string[]): boolean {
    const short = word.slice(0, 2);
    if (this.find(short)!.required) return this.#push(word);
    queue.unshift(`-${word.slice(2)}`);
    return this.#push(short);
  }

  #replace({ words, hasValue }: MeantOption, given: Given): boolean {
    const takes = hasValue || this.#takesValue(words);
    if (words === "" && !hasValue) given.leave();
    if (!takes) return words === "" || this.#push(...words.split(" "));
    const value = given.take();
    if (value === undefined) return false;
    if (hasValue) return words === "" || this.#push(...words.split(" "));
    if (words === "=") return this.#asOption(value);
    if (/[=@]$/.test(words)) return this.#push(...`${words}${value}`.split(" "));
    if (!words.startsWith("|")) return this.give(words, value);
    this.pipe = ` ${words} ${value}`;
    return true;
  }

  #takesValue(words: string): boolean {
    return /^(=|\|.*|.*[=@])$/.test(words) || (!words.includes(" ") && (this.find(words)?.required ?? false));
  }

  /** "status=failed" as --status failed. */
  #asOption(filter: string): boolean {
    const [key = "", value] = split(filter);
    return value !== undefined && this.find(`--${key}`) !== undefined && this.give(`--${key}`, value);
  }

  /** Gives an option a value, in its own words; false where it has none of that meaning. */
  give(name: string, value: string): boolean {
    if (name === "--input" && !isSpec(value)) return this.#asText(name, value);
    const written = name === "--field" ? pathOf(value) : name === "--save" ? folderOf(value) : value;
    const meant = written === null ? null : this.#allowed(name, written);
    return meant !== null && this.#push(name, meant);
  }

  #asText(name: string, text: string): boolean {
    if (text === "-") return this.#push(name, "@-");
    const key = this.textKey();
    this.isInText = true;
    return key !== null && this.#push(name, `${key}=${text}`);
  }

  /** `--field id status`: one more field, behind a comma; false where no field was named just before. */
  joinFields(word: string): boolean {
    const isBehind = this.words.at(-2) === "--field" && /^[a-z][\w.]*$/i.test(word);
    if (isBehind) this.words.push(`${this.words.pop()},${word}`);
    return isBehind;
  }

  /** Puts words behind the text of an input that has one; false where none has. */
  goOn(key: string, text: string): boolean {
    const at = this.words.findIndex((word) => word.startsWith(`${key}=`));
    if (at !== -1) this.words[at] += ` ${text}`;
    return at !== -1;
  }

  /** What no option of belt's is near to is an input of the app; of one that is known, one that it has. */
  #asInput(name: string, given: Given): boolean {
    const key = inputNamed(this.#meaning.app, name.slice(2));
    if (key === null) return false;
    const isFlag = this.#meaning.app?.flags.includes(key) ?? false;
    if (isFlag && !/^(true|false)$/.test(given.value ?? "")) return this.#push("--input", `${key}=true`);
    const value = given.take();
    if (value === undefined) return false;
    this.isInText = true;
    return this.#push("--input", `${key}=${value}`);
  }

  #push(...words: string[]): boolean {
    this.words.push(...words);
    return true;
  }

  /** The option of this spelling, if the command has it. */
  find(option: string): Option | undefined {
    return findOption(option, this.#commands);
  }

  /** The value as the option calls it; null for one that it does not have. */
  #allowed(option: string, value: string): string | null {
    const choices = this.find(option)?.argChoices;
    if (choices === undefined || choices.includes(value)) return value;
    const other = Object.hasOwn(VALUES, value) ? VALUES[value]! : "";
    return choices.includes(other) ? other : closest(value, choices);
  }

  /** The input that a bare text is for; null where the app has none. */
  textKey(): string | null {
    const { app } = this.#meaning;
    return app === null ? USUAL : app.textKey;
  }

  #longNames(): string[] {
    const names = this.#commands
      .flatMap(({ options }) => options)
      .flatMap(({ long }) => long?.slice(2) ?? []);
    return names.filter((name) => name !== "version");
  }
}

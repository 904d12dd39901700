import type { Command, Option } from "commander";
import { closest } from "../../input/closest.ts";
import { inputNamed, type KnownApp, USUAL } from "./known-apps.ts";
import { type MeantOption, meantOption } from "./meant-option.ts";
import { isWholeName, type MeantPath } from "./meant-path.ts";
import { findOption, type Given, givenTo, isOption, isSpec, keyOf, split } from "./options.ts";
import { EXTRA_WORDS, SAMPLES, VALUES } from "./other-options.ts";

export interface Meaning {
  program: Command;
  /** The app that the line names, if it is known here. */
  app: KnownApp | null;
  /** True when more arguments follow behind `--`. */
  isWhole: boolean;
}

/** "id,status", as other tools have it behind --json. */
const FIELDS = /^[a-z]\w*(,[a-z][\w.]*)+$/i;

/** True for a text where an app or an agent is to be named: what may be one is taken for one. */
export function isTextFor(command: string, word: string): boolean {
  if (command === "agent run") return !isWholeName(word);
  return command === "run" && (/\s/.test(word) || isSpec(word));
}

/** A command line in the making: what was typed, word for word as belt takes it. */
export class MeantLine {
  readonly #commands: readonly Command[];
  readonly #path: string[];
  readonly #words: string[] = [];
  readonly #options: string[] = [];
  readonly #meaning: Meaning;
  /** Words of a text without quotes around it. */
  readonly #texts: string[] = [];
  /** True while words go on with the text of the last option. */
  #isInText = false;
  #pipe = "";
  readonly #isBareApp: boolean;

  constructor({ command, path, isBareApp }: Omit<MeantPath, "rest">, meaning: Meaning) {
    this.#commands = [command, meaning.program];
    this.#path = path;
    this.#meaning = meaning;
    this.#isBareApp = isBareApp;
  }

  /** Takes an argument, or a word that stands for an option; false when there is no place for it. */
  word(word: string): boolean {
    if (this.#danglingOption()) this.#path.push(word);
    else if (this.#words.length === 0 && isTextFor(this.#name(), word))
      return this.word(this.#name() === "run" ? SAMPLES["app"]! : SAMPLES["agent"]!) && this.word(word);
    else if (this.#isFileForApp(word)) this.#words.push(SAMPLES["app"]!, word);
    else if (this.#isAppBehindFile(word)) this.#words[0] = word;
    else if (this.#words.length < this.#room()) this.#words.push(word);
    else return this.#extra(word);
    return true;
  }

  /** `batch rows.csv`: the rows, before which the app is missing. */
  #isFileForApp(word: string): boolean {
    return this.#words.length === 0 && this.#name() === "batch" && /\.(csv|jsonl|ndjson|json)$/.test(word);
  }

  /** `batch rows.csv infsh/flux`: it takes the sample's place. */
  #isAppBehindFile(word: string): boolean {
    const [app, file] = this.#words;
    return file !== undefined && app === SAMPLES["app"] && this.#name() === "batch" && isWholeName(word);
  }

  #extra(word: string): boolean {
    const own = EXTRA_WORDS[this.#name()];
    const name = own !== "--input" && FIELDS.test(word) ? "--field" : own;
    if (name === undefined) return false;
    if (name !== "--input") return !this.#options.includes(name) && this.#give(name, word);
    if (isSpec(word)) return this.#give(name, word);
    if (this.#isInText) this.#options[this.#options.length - 1] += ` ${word}`;
    else this.#texts.push(word);
    return true;
  }

  /** Takes an option, with its value from the words behind it where it has one. */
  option(word: string, queue: string[]): boolean {
    this.#isInText = false;
    const [name = "", inline] = split(word);
    const known = this.#find(name);
    if (known) return this.#keep(known, word, inline, queue);
    if (this.#isOfShortOnes(word)) return this.#unpack(word, queue);
    const given = givenTo(inline, queue);
    const takesInputs = this.#find("--input") !== undefined && name.startsWith("--");
    if (takesInputs && this.#meaning.app?.inputs.includes(keyOf(name))) return this.#asInput(name, given);
    const meant = meantOption(
      this.#name(),
      name,
      given.value,
      (option) => this.#find(option.split(" ")[0]!) !== undefined,
    );
    if (meant) return this.#replace(meant, given);
    const near = name.startsWith("--") ? closest(name.slice(2), this.#longNames()) : null;
    if (near !== null) return this.#replace({ words: `--${near}`, hasValue: false }, given);
    return takesInputs && this.#asInput(name, given);
  }

  #keep({ required }: Option, word: string, inline: string | undefined, queue: string[]): boolean {
    if (!required) return this.#push(word);
    const value = inline ?? queue.shift();
    if (value === undefined) return false;
    const meant = this.#allowed(word.split("=")[0]!, value);
    if (meant === value && inline !== undefined) return this.#push(word);
    return meant !== null && this.#push(word.split("=")[0]!, meant);
  }

  /** "-j8", "-qv". */
  #isOfShortOnes(word: string): boolean {
    return /^-\w./.test(word) && this.#find(word.slice(0, 2)) !== undefined;
  }

  #unpack(word: string, queue: string[]): boolean {
    const short = word.slice(0, 2);
    if (this.#find(short)!.required) return this.#push(word);
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
    if (words.endsWith("=")) return this.#push(...`${words}${value}`.split(" "));
    if (!words.startsWith("|")) return this.#give(words, value);
    this.#pipe = ` ${words} ${value}`;
    return true;
  }

  #takesValue(words: string): boolean {
    return /^(=|\|.*|.*=)$/.test(words) || (!words.includes(" ") && (this.#find(words)?.required ?? false));
  }

  /** "status=failed" as --status failed. */
  #asOption(filter: string): boolean {
    const [key = "", value] = split(filter);
    return value !== undefined && this.#find(`--${key}`) !== undefined && this.#give(`--${key}`, value);
  }

  #give(name: string, value: string): boolean {
    if (name === "--input" && !isSpec(value)) {
      this.#isInText = true;
      return this.#push(name, `${this.#textKey()}=${value}`);
    }
    const meant = this.#allowed(name, value);
    return meant !== null && this.#push(name, meant);
  }

  /** What no option of belt's is near to is an input of the app; of one that is known, one that it has. */
  #asInput(name: string, given: Given): boolean {
    const key = inputNamed(this.#meaning.app, name.slice(2));
    if (key === null) return false;
    const isFlag = this.#meaning.app?.flags.includes(key) ?? false;
    if (isFlag && !/^(true|false)$/.test(given.value ?? "")) return this.#push("--input", `${key}=true`);
    const value = given.take();
    if (value === undefined) return false;
    this.#isInText = true;
    return this.#push("--input", `${key}=${value}`);
  }

  #push(...words: string[]): boolean {
    this.#options.push(...words);
    return true;
  }

  #find(option: string): Option | undefined {
    return findOption(option, this.#commands);
  }

  /** The value as the option calls it; null for one that it does not have. */
  #allowed(option: string, value: string): string | null {
    const choices = this.#find(option)?.argChoices;
    if (choices === undefined || choices.includes(value)) return value;
    const other = Object.hasOwn(VALUES, value) ? VALUES[value]! : "";
    return choices.includes(other) ? other : closest(value, choices);
  }

  #textKey(): string {
    return this.#meaning.app?.textKey ?? USUAL;
  }

  #longNames(): string[] {
    return this.#commands.flatMap(({ options }) => options).flatMap(({ long }) => long?.slice(2) ?? []);
  }

  #name(): string {
    return this.#path.filter((word) => !isOption(word)).join(" ");
  }

  #room(): number {
    const [{ registeredArguments }] = this.#commands as [Command];
    if (registeredArguments.at(-1)?.variadic) return Number.POSITIVE_INFINITY;
    return registeredArguments.length - this.#fixed();
  }

  /** Arguments that the path has already: `api POST /agents/list`. */
  #fixed(): number {
    if (this.#path.some(isOption)) return 0;
    const [command] = this.#commands as [Command];
    return this.#path.length - this.#path.lastIndexOf(command.name()) - 1;
  }

  /** True while the path ends with an option that wants a value. */
  #danglingOption(): boolean {
    return this.#find(this.#path.at(-1) ?? "")?.required ?? false;
  }

  /** What the line is piped into. */
  get pipe(): string {
    return this.#pipe;
  }

  /** The whole line, with samples for arguments that are still missing. */
  complete(): string[] {
    if (this.#danglingOption()) this.#path.pop();
    const [{ registeredArguments }] = this.#commands as [Command];
    const missing = registeredArguments
      .slice(this.#words.length + this.#fixed())
      .filter(({ required }) => required && !this.#meaning.isWhole)
      .map((argument) => argument.name());
    const samples = missing.flatMap((name) => this.#sample(name));
    return [...this.#path, ...this.#words, ...samples, ...this.#inputs(missing), ...this.#options];
  }

  #sample(name: string): string[] {
    return (SAMPLES[`${this.#name()} ${name}`] ?? SAMPLES[name] ?? `<${name}>`).split(" ");
  }

  /** The text that was typed; where there was an app at most, one to try. */
  #inputs(missing: string[]): string[] {
    if (this.#texts.length > 0) return ["--input", `${this.#textKey()}=${this.#texts.join(" ")}`];
    const isBare = this.#name() === "run" && missing.includes("app");
    const takesText = isBare || (this.#isBareApp && this.#meaning.app?.textKey);
    if (!takesText || this.#options.some((word) => /^(-i|--input)/.test(word))) return [];
    return ["--input", `${this.#textKey()}=a lighthouse at dusk`];
  }
}

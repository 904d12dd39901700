import type { Command } from "commander";
import { type Meaning, MeantOptions } from "./meant-options.ts";
import { isWholeName, type MeantPath } from "./meant-path.ts";
import { isOption, isSpec } from "./options.ts";
import { EXTRA_WORDS, SAMPLES } from "./other-options.ts";

/** "id,status", as other tools have it behind --json. */
const FIELDS = /^[a-z]\w*(,[a-z][\w.]*)+$/i;

/** True for a text where an app or an agent is to be named: what may be one is taken for one. */
export function isTextFor(command: string, word: string): boolean {
  if (command === "agent run") return !isWholeName(word);
  return command === "run" && (/\s/.test(word) || isSpec(word));
}

/** What is meant where an option's id is missing. */
const MISSING_IDS: Record<string, string> = { "--session": "new", "--chat": "@last" };

/** Another option than these goes with its value. */
function danglingSample(option: string): string[] {
  return Object.hasOwn(MISSING_IDS, option) ? [option, MISSING_IDS[option]!] : [];
}

/** A command line in the making: what was typed, word for word as belt takes it. */
export class MeantLine {
  readonly #commands: readonly Command[];
  readonly #path: string[];
  readonly #words: string[] = [];
  readonly #options: MeantOptions;
  readonly #meaning: Meaning;
  /** Words of a text without quotes around it. */
  readonly #texts: string[] = [];
  readonly #isBareApp: boolean;

  constructor({ command, path, isBareApp }: Omit<MeantPath, "rest">, meaning: Meaning) {
    this.#commands = [command, meaning.program];
    this.#path = path;
    this.#meaning = meaning;
    this.#isBareApp = isBareApp;
    this.#options = new MeantOptions(this.#commands, meaning, () => this.#name());
  }

  /** Takes an argument, or a word that stands for an option; false when there is no place for it. */
  word(word: string): boolean {
    if (this.#danglingOption()) {
      // `session run <app>`: the session is missing, not the app.
      const missing = isWholeName(word) ? MISSING_IDS[this.#path.at(-1)!] : undefined;
      this.#path.push(missing ?? word);
      if (missing !== undefined) return this.word(word);
    } else if (this.#name() === "api" && this.#words.length === 0 && word.startsWith("/"))
      this.#words.push("GET", word);
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
    const isOwn = own !== undefined && this.#options.find(own)?.argChoices?.includes(word);
    if (!isOwn && this.#options.joinFields(word)) return true;
    const name = own !== "--input" && FIELDS.test(word) ? "--field" : own;
    if (name === undefined) return false;
    if (name !== "--input") return !this.#options.words.includes(name) && this.#options.give(name, word);
    if (isSpec(word)) return this.#options.give(name, word);
    if (this.#options.isInText) this.#options.words.push(`${this.#options.words.pop()} ${word}`);
    else this.#texts.push(word);
    return true;
  }

  /** Takes an option, with its value from the words behind it where it has one. */
  option(word: string, queue: string[]): boolean {
    return this.#options.take(word, queue);
  }

  /** The words of the command alone: an option may stand behind them already, with its value. */
  #name(): string {
    const end = this.#path.findIndex(isOption);
    return this.#path.slice(0, end === -1 ? undefined : end).join(" ");
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
    return this.#options.find(this.#path.at(-1) ?? "")?.required ?? false;
  }

  /** What the line is piped into. */
  get pipe(): string {
    return this.#options.pipe;
  }

  /** The whole line, with samples for arguments that are still missing; null where a text has no place in it. */
  complete(): string[] | null {
    if (this.#danglingOption()) this.#path.splice(-1, 1, ...danglingSample(this.#path.at(-1)!));
    const { method } = this.#options;
    const words =
      method === null ? this.#words : [method, ...this.#words.filter((word) => !/^[A-Z]+$/.test(word))];
    const [{ registeredArguments }] = this.#commands as [Command];
    const missing = registeredArguments
      .slice(words.length + this.#fixed())
      .filter(({ required }) => required && !this.#meaning.isWhole)
      .map((argument) => argument.name());
    const samples = missing.flatMap((name) => this.#sample(name));
    const inputs = this.#inputs(missing);
    return inputs && [...this.#path, ...words, ...samples, ...inputs, ...this.#options.words];
  }

  #sample(name: string): string[] {
    return (SAMPLES[`${this.#name()} ${name}`] ?? SAMPLES[name] ?? `<${name}>`).split(" ");
  }

  /** The text that was typed; where there was an app at most, one to try. */
  #inputs(missing: string[]): string[] | null {
    const key = this.#options.textKey();
    const text = this.#texts.join(" ");
    if (text !== "" && key === null) return null;
    if (text !== "") return this.#options.goOn(key!, text) ? [] : ["--input", `${key}=${text}`];
    const isBare = this.#name() === "run" && missing.includes("app");
    const takesText = isBare || (this.#isBareApp && this.#meaning.app?.textKey);
    if (!takesText || this.#options.words.some((word) => /^(-i|--input)/.test(word))) return [];
    return key === null ? [] : ["--input", `${key}=a lighthouse at dusk`];
  }
}

import { dirname } from "node:path";
import type { Command, Option } from "commander";
import { OPTIONS } from "./other-options.ts";

/** The option of this spelling, without a value behind `=`, of the first command that has it. */
export function findOption(word: string, commands: readonly Command[]): Option | undefined {
  const [name] = word.split("=");
  return commands
    .flatMap((command) => command.options)
    .find(({ short, long }) => name === short || name === long);
}

/** -1 is a number, and - is standard input. */
export function isOption(word: string): boolean {
  return word.startsWith("-") && word !== "-" && !isNumber(word);
}

export function isNumber(word: string): boolean {
  return /^-?\d+(\.\d+)?$/.test(word);
}

/** As `--input` takes it: key=…, key:=…, key@=…, an object, a file. */
export function isSpec(word: string): boolean {
  return /^([\w.[\]\\-]+(:|@)?=|@|\{)/.test(word) || /^\S+\.(json|ya?ml)$/.test(word);
}

/** What stands behind an option, behind `=` or as the next word; an option is no value. */
export interface Given {
  value: string | undefined;
  take(): string | undefined;
  /** What belongs to no option is a word of its own. */
  leave(): void;
}

export function givenTo(inline: string | undefined, queue: string[]): Given {
  const [next] = queue;
  const value = inline ?? (next === undefined || isOption(next) ? undefined : next);
  return {
    value,
    take: () => (inline === undefined && value !== undefined ? queue.shift() : value),
    leave() {
      if (inline !== undefined && !/^(true|false)$/.test(inline)) queue.unshift(inline);
    },
  };
}

export function keyOf(name: string): string {
  return name.replace(/^--/, "").replaceAll("-", "_");
}

export function split(word: string): string[] {
  const at = word.indexOf("=");
  return at === -1 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

/** "{{.ID}}" of Go's templates and ".[].id" of jq as belt has them; null for what no path can say. */
export function pathOf(text: string): string | null {
  const fields = [...text.matchAll(/\{\{\s*\.(\w+)\s*\}\}/g)].map(([, name]) => name!.toLowerCase());
  if (fields.length > 0) return fields.join(",");
  const path = text.replace(/^\.(\[\]\.?)?(?=.)/, "");
  return /^[\p{L}\p{N}_$.,\\-]+(\[\d+\][\p{L}\p{N}_$.,\\-]*)*$/u.test(path) ? path : null;
}

/** "." of "fox.png": the file's own name is the output's. */
export function folderOf(path: string): string {
  return /\.[a-z]\w{1,4}$/i.test(path) ? dirname(path) : path;
}

/** Those of curl and gh for the method of a request. */
export const METHOD = /^(-X|--method|--request)$/;

/** "--input-prompt", "--param.seed". */
export const AS_INPUT = /^--(?:input|param|arg)s?[-_.](.+)$/;

/** "-aq": letters of which each is an option of this tool or another. */
export function isAllShort(word: string): boolean {
  return (
    /^-[a-z]{2,}$/i.test(word) &&
    [...word.slice(1)].every((letter) => Object.hasOwn(OPTIONS, `-${letter}`) || letter === "q")
  );
}

import { Option } from "commander";
import type { Context } from "../../commands/shared/context.ts";
import { usageError } from "../../errors.ts";
import { parseAmount } from "../../input/amount.ts";
import { parseDuration } from "../../input/duration.ts";

/** A command; a number is the exit code of what it ran for the user. */
export type Action = (context: Context) => Promise<unknown>;

/** Runs an action that is loaded only now, so that help and version load the parser alone. */
export type Act = (load: () => Promise<Action>) => Promise<void>;

export const INPUT_HELP =
  "key=text, key:=json, key=@file, key@=textfile, '{…}', @file.json or @- (repeatable)";
export const ALLOW_SENSITIVE_HELP = "upload files that look like secrets, too";
export const SCENARIO_HELP =
  "script of faults for the local server: a file, or a name of belt help scenarios";
export const ALLOW_UNKNOWN_COST_HELP = "with a cap, start also what has a cost that is not known";
export const TIMEOUT_HELP = "stop waiting after this long; the task goes on; exit 8";
export const SAVE_HELP = "download every file of the output into this folder; nothing is overwritten";
export const DRY_RUN_HELP =
  "print the request that would be sent, the files that would be uploaded and the estimate, start nothing";
export const ID_HELP =
  "task ids; @last is the newest this machine submitted, @-2 the one before, - reads ids from standard input";
export const SESSION_ID_HELP =
  "session ids; @last is the newest this machine opened, - reads ids from standard input";

export function infraOption(description: string): Option {
  return new Option("--infra <where>", description).choices(["cloud", "private", "private_first"]);
}

export function onInterruptOption(whose: string): Option {
  return new Option("--on-interrupt <what>", `what Ctrl-C does to ${whose}`)
    .choices(["cancel", "detach"])
    .default("cancel");
}

export function previewOption(): Option {
  return new Option("--preview <when>", "show images on a terminal")
    .choices(["auto", "never"])
    .default("auto");
}

export function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}

export function collectWorkers(id: string, before?: string[]): string[] {
  return collect(notEmpty("--worker")(id), before);
}

export function notEmpty(flag: string): (text: string) => string {
  return (text) => {
    if (text.trim() !== "") return text;
    throw usageError(`${flag} is empty`);
  };
}

export function duration(flag: string): (text: string) => number {
  return (text) => parseDuration(text, flag);
}

export function wholeNumber(flag: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw usageError(`${flag}: "${text}" is not a whole number from ${least} to ${most}`);
  };
}

export function maxCostOption(): Option {
  const about = "start nothing that may cost more than this by the estimate, exit 7 (env BELT_MAX_COST)";
  return new Option("--max-cost <usd>", about).argParser(amount("--max-cost"));
}

export function amount(flag: string): (text: string) => bigint {
  return (text) => parseAmount(text, flag);
}

export function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}

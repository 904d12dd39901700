import type { Command } from "commander";
import { type BeltError, usageError } from "../errors.ts";
import { belt } from "../hint.ts";

/** What an API key looks like: of inference.sh, or of others that are taken for one. */
const KEY = String.raw`inf_[\w-]{3,}|(?:sk|pk|rk|r8|hf|ghp|gho|xox[bp])[-_](?=[\w-]*\d)[\w-]{5,}|eyJ[\w-]{10,}\.[\w.-]+`;

/** Long, of letters and digits: no name that somebody gives to a profile. */
const BLOB = /^(?=\S*\d)(?=\S*[A-Za-z])[\w-]{32,}$/;

/** A key alone, or behind a name: `API_KEY=inf_…`. */
export function looksLikeKey(word: string): boolean {
  return new RegExp(`^(\\w+=)?(${KEY})$`).test(word);
}

/** What is no name of a profile, or anything else that is named, but a key. */
export function isKeyForName(word: string): boolean {
  return looksLikeKey(word) || BLOB.test(word);
}

/** All that looks like a key in a command line. */
export function keysIn(argv: readonly string[]): string[] {
  return argv.flatMap((word) => word.match(new RegExp(`\\b(${KEY})`, "g")) ?? []);
}

/** Arguments that are names, for which a key could be taken and then be stored, sent or shown. */
const NAMES = new Set(["name", "id", "app", "agent", "run"]);

/** Refuses a key in the place of a name. */
export function refuseKeys(program: Command, { args, registeredArguments }: Command): void {
  const names = args.filter((_, index) =>
    NAMES.has((registeredArguments[index] ?? registeredArguments.at(-1))?.name() ?? ""),
  );
  const profile = program.opts()["profile"];
  const isProfile = registeredArguments[0]?.name() === "name";
  if (names.some(isProfile ? isKeyForName : looksLikeKey) || (profile && isKeyForName(profile)))
    throw keyInArguments();
}

export function keyInArguments(): BeltError {
  return usageError("a key in the arguments is seen by all users of this machine, and kept by the shell", [
    "withdraw that key and make a new one; ",
    // What it was told to log in to may be the key.
    { ...belt("login"), isWhole: true },
    " asks for it, or reads it from standard input",
  ]);
}

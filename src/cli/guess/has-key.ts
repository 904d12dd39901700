import type { Command } from "commander";
import { isKeyForName, looksLikeKey } from "../keys.ts";
import { placesOfWords } from "./meant-path.ts";
import { KEY_OPTIONS } from "./other-options.ts";

/** What an app or an agent is given may hold a key of its own. */
const SPEC = /^(-i|--(input|setup|context|tool))$/;

/** True for a command line with a key in the place of something else. */
export function hasKey(program: Command, argv: readonly string[]): boolean {
  const words = argv.slice(0, argv.includes("--") ? argv.indexOf("--") : undefined);
  const isKey = words.some((word, at) => {
    if (SPEC.test(words[at - 1] ?? "") || SPEC.test(word.split("=")[0]!)) return false;
    return KEY_OPTIONS.includes(word.split("=")[0]!) || looksLikeKey(word.replace(/^--?[\w-]+=/, ""));
  });
  const [first = "", ...others] = placesOfWords(program, words).map((place) => words[place]!);
  const isOfProfiles = /^(login|logout|auth|sign(in|out)|configure|profiles?)$/.test(first);
  return isKey || (isOfProfiles && others.some(isKeyForName));
}

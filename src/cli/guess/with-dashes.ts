import type { Command } from "commander";
import type { Known } from "./known-apps.ts";
import { placesOfWords } from "./meant-path.ts";

/** Options that say where a command goes. */
const TARGET = /^--(local|profile|api-url)(=|$)/;

/** A line of `session exec` or `dev exec` with the `--` that is missing; null for other lines. */
export function withDashes(program: Command, typed: readonly string[], known: Known): string[] | null {
  const places = placesOfWords(program, typed);
  const [noun, verb] = places.map((place) => typed[place]);
  if (verb !== "exec" || (noun !== "session" && noun !== "dev")) return null;
  const own = places.slice(2);
  const at = noun === "session" ? own[1] : own.find((place) => !known.isFolder(typed[place]!));
  if (at === undefined) return null;
  // Without the dashes these were belt's own, and decided where the line goes.
  return [...typed.slice(0, at), ...targetIn(typed.slice(at)), "--", ...typed.slice(at)];
}

/** Those of the options that say where a line goes. */
export function targetIn(words: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    if (!TARGET.test(word)) return [];
    const next = words[index + 1];
    const hasNext = word !== "--local" && !word.includes("=") && next !== undefined;
    return hasNext ? [word, next] : [word];
  });
}

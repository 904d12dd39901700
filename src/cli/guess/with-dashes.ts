import type { Command } from "commander";
import { splitTarget } from "../target-words.ts";
import type { Known } from "./known-apps.ts";
import { placesOfWords } from "./meant-path.ts";

/** A line of `session exec` or `dev exec` with the `--` that is missing; null for other lines. */
export function withDashes(program: Command, typed: readonly string[], known: Known): string[] | null {
  const places = placesOfWords(program, typed);
  const [noun, verb] = places.map((place) => typed[place]);
  if (verb !== "exec" || (noun !== "session" && noun !== "dev")) return null;
  const own = places.slice(2);
  const at = noun === "session" ? own[1] : own.find((place) => !known.isFolder(typed[place]!));
  if (at === undefined) return null;
  // Without the dashes these were belt's own, and decided where the line goes.
  return [...typed.slice(0, at), ...splitTarget(typed.slice(at)).target, "--", ...typed.slice(at)];
}

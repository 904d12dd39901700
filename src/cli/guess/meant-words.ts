import { type Meaning, MeantLine } from "./meant-line.ts";
import type { MeantPath } from "./meant-path.ts";
import { isOption } from "./options.ts";

/** The line of the command that was meant, each word as it takes it; null when one has no place in it. */
export function meantWords({ rest, ...meant }: MeantPath, meaning: Meaning): MeantLine | null {
  const line = new MeantLine(meant, meaning);
  const queue = [...rest];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    const taken = isOption(word) ? line.option(word, queue) : line.word(word);
    if (!taken) return null;
  }
  return line;
}

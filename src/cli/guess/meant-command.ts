import type { Command } from "commander";
import { shellWord } from "../../hint.ts";
import { meantPath } from "./meant-path.ts";
import { meantWords } from "./meant-words.ts";

/**
 * A command line that belt does not take, as one that it does: words of other tools are replaced, an
 * app's inputs get their `--input`, slips of the pen are mended. Null when it cannot be told what was
 * meant. `textKey` names the input that takes a bare text.
 */
export function meantCommand(program: Command, argv: readonly string[], textKey: string): string | null {
  const end = argv.indexOf("--");
  const typed = end === -1 ? argv : argv.slice(0, end);
  const meant = meantPath(program, typed);
  if (meant === null) return null;
  const words = meantWords(program, meant, { textKey, isWhole: end !== -1 });
  if (words === null || words.join("\n") === typed.join("\n")) return null;
  return ["belt", ...words, ...(end === -1 ? [] : argv.slice(end))].map(shellWord).join(" ");
}

import type { Command } from "commander";
import { type BeltCommand, belt, type Hint } from "../../hint.ts";
import { splitTarget } from "../target-words.ts";
import { appOf, type Known } from "./known-apps.ts";
import { MeantLine } from "./meant-line.ts";
import type { Meaning } from "./meant-options.ts";
import { type MeantPath, meantPath, placesOfWords } from "./meant-path.ts";
import { isOption } from "./options.ts";
import { withDashes } from "./with-dashes.ts";

/** True for a command line that belt takes, and that goes where the one that was typed would have gone. */
type Check = (words: string[]) => Promise<boolean>;

/**
 * A command line that belt does not take, as one that it does: words of other tools are replaced, an
 * app's inputs get their `--input`, slips of the pen are mended. Null when it cannot be told what was
 * meant.
 */
export async function meantCommand(
  program: Command,
  argv: readonly string[],
  known: Known,
  { check, showsInputs }: { check: Check; showsInputs: boolean },
): Promise<Hint | null> {
  const end = argv.indexOf("--");
  const typed = end === -1 ? argv : argv.slice(0, end);
  const behind = end === -1 ? [] : argv.slice(end);
  const dashed = end === -1 ? withDashes(program, argv, known) : null;
  if (dashed) return (await check(dashed)) ? command(dashed) : null;
  const meant = meantPath(program, typed, known.apps);
  if (meant === null) return null;
  const line = meantWords(meant, { program, app: appOf(known.apps, meant.rest), isWhole: end !== -1 });
  const words = line?.complete() ?? (showsInputs ? inputsShown(program, meant) : null);
  if (words === null || words.join("\n") === typed.join("\n") || !(await check([...words, ...behind])))
    return null;
  const hint = command([...words, ...behind]);
  return line && line.pipe !== "" ? [hint, line.pipe] : hint;
}

/** The line of the command that was meant, each word as it takes it; null when one has no place in it. */
function meantWords({ rest, ...meant }: MeantPath, meaning: Meaning): MeantLine | null {
  const line = new MeantLine(meant, meaning);
  const queue = [...rest];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    const taken = isOption(word) ? line.option(word, queue) : line.word(word);
    if (!taken) return null;
  }
  return line;
}

/** Where it cannot be told which input of an app is meant, they are shown. */
function inputsShown(program: Command, { path, rest }: MeantPath): string[] | null {
  const [place] = placesOfWords(program, rest);
  return path[0] === "run" && place !== undefined
    ? ["run", rest[place]!, "--help-app", ...splitTarget(rest).target]
    : null;
}

function command([first = "", ...others]: string[]): BeltCommand {
  return { ...belt(first, ...others), isWhole: true };
}

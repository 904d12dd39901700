import type { GlobalFlags } from "../account/flags.ts";
import type { ColorChoice } from "../terminal/colors.ts";

/** The flags that decide how help and errors look, for a command line that is not parsed yet, or cannot be. */
export function flagsOf(argv: readonly string[]): GlobalFlags {
  const end = argv.indexOf("--");
  const given = end === -1 ? argv : argv.slice(0, end);
  const color = /(?:^|\n)--color[=\n](auto|always|never)(?:\n|$)/.exec(given.join("\n"))?.[1] as
    | ColorChoice
    | undefined;
  return { json: given.includes("--json"), ...(color && { color }) };
}

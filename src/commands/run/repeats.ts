import type { CoercedInput } from "../../input/coerce.ts";
import type { RunContext } from "../shared/context.ts";

/** Warns of what was typed more than once where nobody knows whether a list is meant. */
export function warnOfRepeats(
  ctx: RunContext,
  app: string,
  { input, setup }: { input: CoercedInput; setup: CoercedInput | undefined },
): void {
  for (const [flag, repeats] of [
    ["--input", input.repeats],
    ["--setup", setup?.repeats ?? []],
  ] as const) {
    for (const path of repeats) {
      const key = path.join(".");
      ctx.out.warn(
        `${flag} ${key} is given more than once, and what ${app} takes there is not known: the last counts; ${key}[]=… makes a list`,
      );
    }
  }
}

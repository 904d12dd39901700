import type { RunContext } from "../shared/context.ts";
import type { CoercedRun } from "./validate-input.ts";

/** Warns of what was typed more than once where nobody knows whether a list is meant. */
export function warnOfRepeats(ctx: RunContext, app: string, { input, setup }: CoercedRun): void {
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

import { belt, type Hint } from "../../hint.ts";
import type { RunSecrets } from "../run/run-secrets.ts";
import { shownFlags, shownSwitch } from "../run/shown-flags.ts";
import { shownSpecs } from "../run/shown-specs.ts";
import type { Recipe } from "./recipe.ts";
import type { RerunFlags } from "./rerun-flags.ts";

/** The same command for today's version; `@last` may be another task by now, and nothing secret is shown. */
export async function latestHint(recipe: Recipe, flags: RerunFlags, secrets: RunSecrets): Promise<Hint> {
  const isReceipt = recipe.api !== null;
  const command = belt(
    "rerun",
    isReceipt ? recipe.reference : recipe.taskId,
    "--latest",
    ...(await shownSpecs("-i", flags.input, secrets)),
    ...(await shownSpecs("--setup", flags.setup, secrets)),
    ...shownFlags(flags),
    ...shownSwitch("--yes", flags.yes),
    ...shownSwitch("--expect-same", flags.expectSame),
    ...(flags.preview === "auto" ? [] : ["--preview", flags.preview]),
  );
  return [command, " runs today's version"];
}

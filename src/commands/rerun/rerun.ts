import { BeltError } from "../../errors.ts";
import { type Budget, budgetOf } from "../run/budget.ts";
import { carryOut, dryRun, type Finished } from "../run/run.ts";
import { RunSecrets } from "../run/run-secrets.ts";
import { versionTold } from "../run/run-version.ts";
import { checkSave } from "../run/save-run.ts";
import type { Context } from "../shared/context.ts";
import { tellChanges } from "./changes.ts";
import { latestHint } from "./latest-command.ts";
import { askForRedacted, type ParsedRerun, parseRerun } from "./parse-rerun.ts";
import { type Recipe, readRecipe } from "./recipe.ts";
import { approveFiles, checkFiles } from "./recipe-files.ts";
import { requireSame } from "./require-same.ts";
import { isOtherVersion, refuseVersion } from "./require-version.ts";
import type { RerunFlags } from "./rerun-flags.ts";

/** `belt rerun`: exactly that again, from a receipt or a task (src/cli/README.md, "Receipts"). */
export async function rerun(ctx: Context, reference: string, flags: RerunFlags): Promise<void> {
  const budget = budgetOf(ctx, flags);
  await checkSave(ctx, flags);
  const recipe = await readRecipe(ctx, reference);
  const parsed = await parseRerun(ctx, recipe, flags);
  await checkFiles(ctx, parsed);
  const secrets = new RunSecrets(ctx, parsed.parsed);
  await tellChanges({ ctx, recipe, parsed: parsed.parsed, secrets });
  const { id, short_id } = recipe.version;
  if (!flags.latest && id === null && short_id === null)
    ctx.out.warn(`which version of ${recipe.app} ran is not known: today's is run`);
  if (flags.dryRun) return await dryRun(ctx, parsed.parsed, budget);
  await askForRedacted(ctx, recipe, parsed);
  await approveFiles(ctx, parsed, flags.yes ?? false);
  const before = flags.expectSame ? await recipe.output() : null;
  const finished = await runAgain(ctx, recipe, parsed, budget, { flags, secrets });
  if (before) await requireSame(ctx, before, finished);
}

/** The way of every run, with an eye on the version. */
async function runAgain(
  ctx: Context,
  recipe: Recipe,
  { parsed }: ParsedRerun,
  budget: Budget,
  { flags, secrets }: { flags: RerunFlags; secrets: RunSecrets },
): Promise<Finished> {
  const isPinned = !flags.latest && parsed.app.includes("@");
  const hint = () => latestHint(recipe, flags, secrets);
  const finished = await carryOut(ctx, parsed, budget, { ...flags, wait: true }, async (api, task) => {
    if (isPinned && isOtherVersion(recipe, task)) await refuseVersion(api, recipe, task, hint);
  }).catch(async (thrown) => {
    throw isPinned && isGone(thrown) ? thrown.with({ hint: await hint() }) : thrown;
  });
  const { task } = finished!;
  const { id } = recipe.version;
  if (isPinned && (id === null || versionTold(task).id === null))
    ctx.out.warn("the API does not tell which version ran, so it may be another than before");
  return finished!;
}

/** The API refused the submit because it does not know the app, or this version of it, any more. */
function isGone(thrown: unknown): thrown is BeltError {
  return thrown instanceof BeltError && thrown.facts.exit === "notFound" && thrown.facts.taskId === undefined;
}

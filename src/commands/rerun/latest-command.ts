import { formatUsd } from "../../api/resources/money.ts";
import { belt, type Hint } from "../../hint.ts";
import type { RunSecrets } from "../run/run-secrets.ts";
import { shownSpecs } from "../run/shown-specs.ts";
import type { Recipe } from "./recipe.ts";
import type { RerunFlags } from "./rerun-flags.ts";

/** The same command for today's version; `@last` may be another task by now, and nothing secret is shown. */
export async function latestHint(recipe: Recipe, flags: RerunFlags, secrets: RunSecrets): Promise<Hint> {
  const isReceipt = recipe.api !== null;
  const one = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value]);
  const on = (name: string, isOn: boolean | undefined) => (isOn ? [name] : []);
  const command = belt(
    "rerun",
    isReceipt ? recipe.reference : recipe.taskId,
    "--latest",
    ...(await shownSpecs("-i", flags.input, secrets)),
    ...(await shownSpecs("--setup", flags.setup, secrets)),
    ...on("--allow-sensitive", flags.allowSensitive),
    ...on("--yes", flags.yes),
    ...one("--max-cost", flags.maxCost === undefined ? undefined : formatUsd(flags.maxCost)),
    ...on("--allow-unknown-cost", flags.allowUnknownCost),
    ...on("--expect-same", flags.expectSame),
    ...one("--timeout", flags.timeout === undefined ? undefined : `${flags.timeout}ms`),
    ...(flags.onInterrupt === "cancel" ? [] : ["--on-interrupt", flags.onInterrupt]),
    ...one("--save", flags.save),
    ...on("--receipt", flags.receipt),
    ...(flags.preview === "auto" ? [] : ["--preview", flags.preview]),
  );
  return [command, " runs today's version"];
}

import { formatUsd } from "../../api/resources/money.ts";
import { belt, type Hint } from "../../hint.ts";
import { parseInput } from "../../input/parse-input.ts";
import type { Readers } from "../../input/read-object.ts";
import type { Root } from "./fill-recipe.ts";
import { leaves } from "./leaves.ts";
import type { Recipe } from "./recipe.ts";
import type { RerunFlags } from "./rerun-flags.ts";
import type { RerunSecrets } from "./rerun-secrets.ts";

/** The same command for today's version; `@last` may be another task by now, and nothing secret is shown. */
export async function latestHint(recipe: Recipe, flags: RerunFlags, secrets: RerunSecrets): Promise<Hint> {
  const isReceipt = recipe.api !== null;
  const one = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value]);
  const on = (name: string, isOn: boolean | undefined) => (isOn ? [name] : []);
  const command = belt(
    "rerun",
    isReceipt ? recipe.reference : recipe.taskId,
    "--latest",
    ...(await specs("input", flags.input, secrets)),
    ...(await specs("setup", flags.setup, secrets)),
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

async function specs(root: Root, given: readonly string[] = [], secrets: RerunSecrets): Promise<string[]> {
  if (given.length === 0) return [];
  const isSecret = await secrets.ruleOf(root);
  const shown = await Promise.all(given.map((spec) => shownSpec(spec, isSecret)));
  return shown.flatMap((spec) => [root === "input" ? "-i" : "--setup", spec]);
}

/** A spec as typed; of one that gives something secret only its key. */
async function shownSpec(spec: string, isSecret: (path: readonly string[]) => boolean): Promise<string> {
  const tree = await parseInput([spec], "--input", NOTHING).catch(() => null);
  if (tree && ![...leaves(tree).values()].some(({ path }) => isSecret(path))) return spec;
  const [key] = /^[^{@=:]+(?=[:@]?=)/.exec(spec) ?? [];
  return key === undefined ? "…" : `${key}=…`;
}

const EMPTY = new TextEncoder().encode("{}");

/** What files hold is not shown, and not read again. */
const NOTHING: Readers = { file: async () => EMPTY, stdin: async () => EMPTY };

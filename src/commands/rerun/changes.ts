import { safeLine } from "../../terminal/text.ts";
import { type Leaf, leaves } from "../run/leaves.ts";
import type { ParsedRun } from "../run/parse-run.ts";
import { REDACTED } from "../run/redact-input.ts";
import type { RunSecrets } from "../run/run-secrets.ts";
import type { Context } from "../shared/context.ts";
import { fillTree, type Root } from "./fill-recipe.ts";
import { type Recipe, redactedPlaces } from "./recipe.ts";

/** Lines of what differs; more help nobody. */
const MOST = 20;

interface Changing {
  ctx: Context;
  recipe: Recipe;
  parsed: ParsedRun;
  secrets: RunSecrets;
}

/** Tells what of the run is not as the recipe has it. Nothing secret is shown. */
export async function tellChanges(changing: Changing): Promise<void> {
  const { ctx, recipe } = changing;
  const here = ctx.endpoint.local ? "local" : ctx.endpoint.baseUrl;
  if (recipe.api !== null && recipe.api !== here)
    ctx.out.note(`differs: it ran on ${recipe.api}, and runs on ${here} now, with the account in force`);
  const lines = [...(await changes(changing, "input")), ...(await changes(changing, "setup"))];
  for (const line of lines.slice(0, MOST)) ctx.out.note(`differs: ${line}`);
  if (lines.length > MOST) ctx.out.note(`and ${lines.length - MOST} more differences`);
}

async function changes({ ctx, recipe, parsed, secrets }: Changing, root: Root): Promise<string[]> {
  const { tree } = await fillTree(recipe, root, [], ctx.readers);
  const [before, after] = [leaves(tree), leaves(parsed[root] ?? {})];
  const name = (key: string) => (root === "setup" ? `setup ${key}` : key);
  const asked = new Set(redactedPlaces(recipe).map((path) => path.join(".")));
  const changed = [...after].filter(
    ([key, { text }]) => before.get(key)?.text !== text && !asked.has(`${root}.${key}`),
  );
  const gone = [...before.keys()].filter((key) => !after.has(key));
  const isSecret = changed.length === 0 ? () => false : await secrets.ruleOf(root);
  const text = ([key, leaf]: [string, Leaf]) => {
    const was = before.get(key);
    return isSecret(leaf.path) || was?.text === REDACTED ? "another" : changeText(leaf, was);
  };
  return [
    ...changed.map((entry) => `${name(entry[0])} is ${text(entry)}`),
    ...gone.map((key) => `${name(key)} is not given`),
  ];
}

function changeText(after: Leaf, before: Leaf | undefined): string {
  return `${short(after.text)}, ${before ? `was ${short(before.text)}` : "was not given"}`;
}

function short(text: string): string {
  const line = safeLine(text.slice(0, 200));
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}

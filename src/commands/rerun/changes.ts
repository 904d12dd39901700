import { hasFields, RawValue } from "../../input/raw-value.ts";
import { spelled } from "../../input/schema/kinds.ts";
import { safeLine } from "../../terminal/text.ts";
import type { ParsedRun } from "../run/parse-run.ts";
import { isSecretName, REDACTED } from "../run/redact-input.ts";
import type { Context } from "../shared/context.ts";
import { fillTree, type Root } from "./fill-recipe.ts";
import type { Recipe } from "./recipe.ts";

/** Lines of what differs; more help nobody. */
const MOST = 20;

/** Tells what of the run is not as the recipe has it. Nothing secret is shown. */
export async function tellChanges(ctx: Context, recipe: Recipe, parsed: ParsedRun): Promise<void> {
  const here = ctx.endpoint.local ? "local" : ctx.endpoint.baseUrl;
  if (recipe.api !== null && recipe.api !== here)
    ctx.out.note(`differs: it ran on ${recipe.api}, and runs on ${here} now, with the account in force`);
  const lines = [
    ...(await changes(ctx, "input", recipe, parsed)),
    ...(await changes(ctx, "setup", recipe, parsed)),
  ];
  for (const line of lines.slice(0, MOST)) ctx.out.note(`differs: ${line}`);
  if (lines.length > MOST) ctx.out.note(`and ${lines.length - MOST} more differences`);
}

async function changes(ctx: Context, root: Root, recipe: Recipe, parsed: ParsedRun): Promise<string[]> {
  const { tree } = await fillTree(recipe, root, [], ctx.readers);
  const [before, after] = [leaves(tree), leaves(parsed[root] ?? {})];
  const name = (key: string) => (root === "setup" ? `setup ${key}` : key);
  const changed = [...after].filter(
    ([key, { text }]) => !before.has(key) || ![text, REDACTED].includes(before.get(key)!.text),
  );
  const gone = [...before.keys()].filter((key) => !after.has(key));
  return [
    ...changed.map(([key, leaf]) => `${name(key)} is ${changeText(leaf, before.get(key))}`),
    ...gone.map((key) => `${name(key)} is not given`),
  ];
}

interface Leaf {
  text: string;
  secret: boolean;
}

function changeText(after: Leaf, before: Leaf | undefined): string {
  if (after.secret) return "another";
  return `${short(after.text)}, ${before ? `was ${short(before.text)}` : "was not given"}`;
}

/** Every value that holds no others, by its place. */
function leaves(
  value: unknown,
  path: readonly string[] = [],
  found = new Map<string, Leaf>(),
): Map<string, Leaf> {
  const inner = hasFields(value) || Array.isArray(value) ? Object.entries(value) : [];
  if (inner.length === 0 && path.length > 0)
    found.set(path.join("."), { text: leafText(value), secret: path.some(isSecretName) });
  for (const [key, field] of inner) leaves(field, [...path, key], found);
  return found;
}

function leafText(value: unknown): string {
  if (!(value instanceof RawValue)) return spelled(value);
  return value.parts.map((part) => ("text" in part ? part.text : `@${part.file}`)).join(" ");
}

function short(text: string): string {
  const line = safeLine(text.slice(0, 200));
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}

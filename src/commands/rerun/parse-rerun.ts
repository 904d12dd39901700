import { usageError } from "../../errors.ts";
import { setAt } from "../../input/path.ts";
import { filesIn, RawValue, rawText, valueAt } from "../../input/raw-value.ts";
import type { JsonObject, RunRequest } from "../../wire/types.ts";
import { checkFromStdin, type ParsedRun } from "../run/parse-run.ts";
import { REDACTED } from "../run/redact-input.ts";
import { findFiles, inputReaders } from "../run/upload.ts";
import type { Context } from "../shared/context.ts";
import { type Filled, fillTree, type Root, typedAsBefore } from "./fill-recipe.ts";
import { type Recipe, redactedPlaces } from "./recipe.ts";

/** The flags of `belt rerun` that say what is to be different. */
export interface ChangeFlags {
  input?: string[];
  setup?: string[];
  /** Today's version of the app, not the one that ran. */
  latest?: boolean;
  allowSensitive?: boolean;
}

/** A run as a recipe has it and flags change it, ready for the way that every run takes. */
export interface ParsedRerun {
  parsed: ParsedRun;
  /** The recipe's own files that are still wanted; nobody at this machine has named them. */
  files: { root: Root; filled: Filled["files"][number] }[];
}

/** Throws a usage error for whatever is wrong with the flags; nothing has been sent. */
export async function parseRerun(ctx: Context, recipe: Recipe, flags: ChangeFlags): Promise<ParsedRerun> {
  checkFromStdin(flags);
  const allowSensitive = flags.allowSensitive ?? false;
  const readers = inputReaders(ctx, allowSensitive);
  const fill = (root: Root) => fillTree(recipe, root, flags[root] ?? [], readers);
  const input = await fill("input");
  const setup = recipe.setup || flags.setup ? await fill("setup") : null;
  const retyped = async (root: Root, { tree }: Filled) =>
    (flags.latest ? tree : await typedAsBefore(tree, recipe[root])) as JsonObject;
  const parsed: ParsedRun = {
    app: referenceOf(recipe, flags.latest ?? false),
    function: recipe.function ?? undefined,
    input: await retyped("input", input),
    setup: setup ? await retyped("setup", setup) : undefined,
    fields: fieldsOf(recipe, ctx.endpoint.infra),
    allowSensitive,
  };
  const files = [
    ...input.files.map((filled) => ({ root: "input" as const, filled })),
    ...(setup?.files ?? []).map((filled) => ({ root: "setup" as const, filled })),
  ];
  const own = new Set(files.map(({ filled: { file } }) => file.path ?? file.name));
  const typed = filesIn([parsed.input, parsed.setup]).filter((name) => !own.has(name));
  await findFiles(ctx, typed, { allowSensitive, unread: true });
  return { parsed, files };
}

/** `name@version`, pinned as exactly as is known. */
function referenceOf({ app, version: { id, short_id } }: Recipe, latest: boolean): string {
  const pin = latest ? null : (short_id ?? id);
  return pin === null ? app : `${app}@${pin}`;
}

/** No webhook, worker or session is ever taken from a recipe. */
function fieldsOf(recipe: Recipe, ownInfra: string | null): Omit<RunRequest, "app" | "input" | "setup"> {
  const infra = recipe.infra ?? ownInfra;
  return {
    ...(recipe.function !== null && { function: recipe.function }),
    ...(infra !== null && { infra }),
    ...(recipe.variant !== null && { variant: recipe.variant }),
  };
}

/** Asks for what the receipt does not keep, without echo; throws a usage error that names it where nobody can be asked. */
export async function askForRedacted(ctx: Context, recipe: Recipe, { parsed }: ParsedRerun): Promise<void> {
  const missing = redactedPlaces(recipe)
    .map(([root, ...path]) => ({ root: root as Root, path, key: keyOf(path) }))
    .filter(({ root, path }) => valueAt(parsed[root], path) === REDACTED);
  if (missing.length > 0 && ctx.questions.ask === null) throw notGiven(missing);
  for (const { root, path, key } of missing) {
    const answer = await ctx.questions.secret(root === "setup" ? `setup ${key}` : key);
    setAt(parsed[root]!, path, new RawValue([await rawText(answer)]), `--${root} ${key}`);
  }
}

/** As it is typed. */
export function keyOf(path: readonly string[]): string {
  return path.map((part) => part.replaceAll(".", "\\.")).join(".");
}

function notGiven(missing: { root: Root; key: string }[]): Error {
  const names = missing.map(({ root, key }) => (root === "setup" ? `setup ${key}` : key)).join(", ");
  return usageError(
    `${names} must be given again: a receipt keeps nothing secret`,
    `add ${missing.map(({ root, key }) => `${flagOf(root)} ${key}=…`).join(" ")}`,
  );
}

export function flagOf(root: Root): string {
  return root === "input" ? "-i" : "--setup";
}

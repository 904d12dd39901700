import { resolve } from "node:path";
import type { Api } from "../../api/client.ts";
import { getTask } from "../../api/get-task.ts";
import type { TaskDocument } from "../../api/resources/task.ts";
import { usageError } from "../../errors.ts";
import { belt } from "../../hint.ts";
import { requireSendable } from "../../input/parse-input.ts";
import { readReceiptFile } from "../../store/receipts.ts";
import { safeLine } from "../../terminal/text.ts";
import { isObject, type JsonObject } from "../../wire/types.ts";
import { hashOutput, type OutputHashes } from "../run/output-hash.ts";
import { checkAppName } from "../run/parse-run.ts";
import { type InputFile, type Receipt, readReceipt, type VersionRan } from "../run/receipt-document.ts";
import { redactedPaths } from "../run/redact-input.ts";
import { RanApp } from "../run/run-version.ts";
import type { Context } from "../shared/context.ts";
import { resolveReference } from "../shared/ids.ts";

/** What is needed to run something again, as a receipt or the API has it; not to be trusted. */
export interface Recipe {
  /** As typed. */
  reference: string;
  taskId: string;
  /** Where it ran, as a receipt says. */
  api: string | null;
  /** Without a version. */
  app: string;
  version: VersionRan;
  function: string | null;
  variant: string | null;
  infra: string | null;
  input: JsonObject;
  setup: JsonObject | null;
  /** What stands in the input in the place of a file that was uploaded from this machine. */
  files: InputFile[];
  /** What of it was left out, such as "input.api_key". */
  redacted: readonly string[];
  /** What came out, by hash. */
  output(): Promise<OutputHashes>;
}

/** The recipe of a receipt (what ends in `.json` or holds a `/`), of a task or of `@last`. */
export async function readRecipe(ctx: Context, reference: string): Promise<Recipe> {
  const recipe = await (/\.json$|[/\\]/i.test(reference)
    ? fromReceipt(ctx, reference)
    : fromRecord(ctx, reference));
  requireSendable(recipe.input, reference);
  requireSendable(recipe.setup ?? {}, reference);
  requirePlaces(recipe);
  return recipe;
}

/** Where what was left out must be given again: only what is said to be, for a text may look like the mark. */
export function redactedPlaces({ input, setup, redacted }: Recipe): string[][] {
  const listed = new Set(redacted);
  return redacted.length === 0
    ? []
    : redactedPaths({ input, setup }).filter((path) => listed.has(path.join(".")));
}

function requirePlaces(recipe: Recipe): void {
  const places = new Set(redactedPlaces(recipe).map((path) => path.join(".")));
  const lost = recipe.redacted.find((name) => !places.has(name));
  if (lost === undefined) return;
  throw usageError(
    `${recipe.reference} is damaged: it says that ${safeLine(lost.slice(0, 200))} was left out, where its input has another value or none`,
  );
}

async function fromRecord(ctx: Context, reference: string): Promise<Recipe> {
  const id = await resolveReference(ctx, reference, "task");
  const api = await ctx.api();
  return await fromTask(ctx, api, await getTask(api, id), reference);
}

async function fromReceipt(ctx: Context, reference: string): Promise<Recipe> {
  const text = await readReceiptFile(resolve(ctx.machine.cwd, reference), reference);
  const receipt = await readReceipt(text, reference);
  const { api, app, version, function: name, variant, infra, given, files }: Receipt = receipt;
  return {
    reference,
    taskId: receipt.task_id,
    api,
    app,
    version,
    function: name,
    variant,
    infra,
    input: given.input,
    setup: given.setup,
    files: files.in,
    redacted: receipt.redacted,
    output: async () => ({ files: files.out, rest: receipt.output_sha256 }),
  };
}

/** What the API recorded; what it does not tell is said. */
async function fromTask(ctx: Context, api: Api, task: TaskDocument, reference: string): Promise<Recipe> {
  if (task.session_id !== null) {
    throw usageError(
      `task ${task.id} ran in a session, and what a session held cannot be repeated`,
      "repeat its calls one by one with belt run --session",
    );
  }
  if (task.app === null || !isObject(task.input)) {
    const what = task.app === null ? "which app" : "with which input";
    throw usageError(`the API does not tell ${what} task ${task.id} ran`, belt("task get", task.id));
  }
  checkAppName(task.app);
  const [app = ""] = task.app.split("@");
  const untold = Object.entries(RECORDED).filter(([, keys]) => keys.every((key) => task[key] === undefined));
  if (untold.length > 0) {
    const names = untold.map(([name]) => name).join(", ");
    ctx.out.warn(`the API does not tell of task ${task.id}: ${names}; the app's own are taken`);
  }
  return {
    reference,
    taskId: task.id,
    api: null,
    app,
    version: await new RanApp(ctx, api, task.app).version(task),
    function: text(task["function"]),
    variant: text(task["app_variant"]) ?? text(task["variant"]),
    infra: text(task["infra"]),
    input: task.input,
    setup: isObject(task["setup"]) ? task["setup"] : null,
    files: [],
    redacted: [],
    output: async () => await outputOf(ctx, api, task),
  };
}

/** What is asked for beside the input, and the fields of a task that may tell it. */
const RECORDED = {
  function: ["function"],
  setup: ["setup"],
  variant: ["app_variant", "variant"],
  infra: ["infra"],
};

async function outputOf(ctx: Context, api: Api, task: TaskDocument): Promise<OutputHashes> {
  if (task.status === "completed") return await hashOutput(ctx, api, task);
  throw usageError(
    `task ${task.id} is ${task.status}: nothing came out to compare with`,
    "leave --expect-same out",
  );
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

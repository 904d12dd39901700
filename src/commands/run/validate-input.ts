import type { Api } from "../../api/client.ts";
import type { AppSchemas } from "../../api/resources/app.ts";
import { usageError } from "../../errors.ts";
import { belt } from "../../hint.ts";
import { closest } from "../../input/closest.ts";
import { type CoercedInput, coerce } from "../../input/coerce.ts";
import { setAt } from "../../input/path.ts";
import { descriptionOf } from "../../input/schema/describe.ts";
import { asSchema } from "../../input/schema/document.ts";
import type { Schema } from "../../input/schema/node.ts";
import { type ValidationIssue, validate } from "../../input/validate.ts";
import type { Context } from "../shared/context.ts";
import { KnownApp } from "./app-schemas.ts";
import { askFor } from "./ask-input.ts";
import { warnOfFields } from "./output-fields.ts";
import type { ParsedRun } from "./parse-run.ts";
import { warnOfFiles } from "./plain-uploads.ts";
import { warnOfRepeats } from "./repeats.ts";
import { findFiles } from "./upload.ts";

/** What was typed for a run, with the types that the app wants. */
export interface CoercedRun {
  input: CoercedInput;
  setup: CoercedInput | undefined;
}

export interface Validating {
  /** Null when there is no key: then only the cache is asked. */
  api: Api | null;
  /** Whether what is missing may be asked for. */
  ask: boolean;
}

/**
 * Gives what was typed the app's own types and checks it; missing fields are asked for on a
 * terminal. Throws a usage error that names everything that does not fit. A cached schema
 * lets a run pass, but only a fresh one turns it down, where there is a key to read it with.
 */
export async function validateRun(
  ctx: Context,
  parsed: ParsedRun,
  validating: Validating,
): Promise<CoercedRun> {
  const { coerced, schemas } = await fitRun(ctx, parsed, validating);
  if (schemas) await warnOfFiles(ctx, coerced, schemas);
  if (schemas && validating.ask) warnOfFields(ctx, parsed.app, schemas.output);
  warnOfRepeats(ctx, parsed.app, coerced);
  return coerced;
}

/** What was typed as the app takes it; null for its schemas where nobody knows them. */
interface FittedRun {
  coerced: CoercedRun;
  schemas: CheckedRun["schemas"] | null;
}

async function fitRun(ctx: Context, parsed: ParsedRun, validating: Validating): Promise<FittedRun> {
  const { api } = validating;
  const known = new KnownApp(ctx, parsed.app);
  const cached = await known.cached();
  if (cached) {
    const checked = checkedBy(ctx, parsed, cached);
    const coerced = checked.coerce();
    if ((await checked.issues(coerced)).length === 0) {
      if (api) void known.refresh(api);
      return { coerced, schemas: checked.schemas };
    }
  }
  const schemas = (api && (await known.fetched(api))) ?? cached;
  ctx.signal.throwIfAborted();
  if (schemas) return await complete(ctx, parsed, checkedBy(ctx, parsed, schemas), validating);
  known.warnIfOther();
  if (!api) ctx.out.note(`the inputs of ${parsed.app} are not known yet: values are shown as text`);
  const coerced = { input: coerce(parsed.input, null), setup: parsed.setup && coerce(parsed.setup, null) };
  return { coerced, schemas: null };
}

type Flag = "--input" | "--setup" | "--function";

/** An issue and the flag whose value it is in. */
interface FlagIssue extends ValidationIssue {
  flag: Flag;
}

/** A run as one version of its app sees it. */
interface CheckedRun {
  schemas: { input: Schema | null; output: Schema | null; setup: Schema | null };
  coerce(): CoercedRun;
  issues(coerced: CoercedRun): Promise<FlagIssue[]>;
}

function checkedBy(ctx: Context, parsed: ParsedRun, app: AppSchemas): CheckedRun {
  const note = (text: string) => ctx.out.trace(`not checked: ${text}`);
  const name = parsed.function ?? app.defaultFunction;
  const found = Object.hasOwn(app.functions, name) ? app.functions[name] : undefined;
  const schemas = {
    input: asSchema(found?.input, note),
    output: asSchema(found?.output),
    setup: asSchema(app.setup, note),
  };
  const within = async (flag: Flag, coerced: CoercedInput | undefined, schema: Schema | null) =>
    coerced && schema ? (await validate(coerced, schema, note)).map((issue) => ({ ...issue, flag })) : [];
  return {
    schemas,
    coerce: () => ({
      input: coerce(parsed.input, schemas.input),
      setup: parsed.setup && coerce(parsed.setup, schemas.setup),
    }),
    issues: async ({ input, setup }) =>
      parsed.function !== undefined && !found
        ? [
            {
              flag: "--function" as const,
              ...unknownFunction(parsed.app, parsed.function, Object.keys(app.functions)),
            },
          ]
        : [
            ...(await within("--input", input, schemas.input)),
            ...(await within("--setup", setup, schemas.setup)),
          ],
  };
}

export function unknownFunction(app: string, name: string, names: string[]): ValidationIssue {
  const guess = closest(name, names);
  const meant = guess === null ? "" : `; did you mean ${guess}?`;
  const message = `is no function of ${app}; it has ${names.join(", ")}${meant}`;
  return { kind: "unknown", path: [name], message, schema: null };
}

/** Asks for what is missing as long as nothing else is wrong. */
async function complete(
  ctx: Context,
  parsed: ParsedRun,
  checked: CheckedRun,
  { ask }: Validating,
): Promise<FittedRun> {
  const { allowSensitive } = parsed;
  const checkFile = (path: string) =>
    findFiles(ctx, [path], { allowSensitive, unread: true }).then(
      () => null,
      (thrown: Error) => thrown.message,
    );
  for (;;) {
    const coerced = checked.coerce();
    const issues = await checked.issues(coerced);
    const [first] = issues;
    if (!first) return { coerced, schemas: checked.schemas };
    if (!ctx.questions.ask || !ask || issues.some(({ kind }) => kind !== "missing"))
      throw refusal(parsed, issues);
    const tree = first.flag === "--setup" ? parsed.setup! : parsed.input;
    const path = first.path.map(String);
    setAt(tree, path, await askFor(ctx.questions.ask, first, checkFile), path.join("."));
  }
}

/** Lines of a refusal; more help nobody. */
const MOST = 30;

function refusal({ app }: ParsedRun, issues: FlagIssue[]): Error {
  if (holdsWholeTask(issues)) return wholeTask(app);
  const all = linesOf(issues);
  const lines = all.slice(0, MOST);
  if (all.length > MOST) lines.push(`and ${all.length - MOST} more`);
  const message =
    lines.length === 1
      ? lines[0]!
      : `the input does not fit ${app}\n${lines.map((line) => `  ${line}`).join("\n")}`;
  return usageError(message, belt("run", app, "--help-app"));
}

/** What belt prints of a run with --json, given to the next as it is. */
function holdsWholeTask(issues: FlagIssue[]): boolean {
  const unknown = issues
    .filter(({ kind, path }) => kind === "unknown" && path.length === 1)
    .map(({ path }) => path[0]);
  return ["id", "status", "status_code", "output"].every((key) => unknown.includes(key));
}

function wholeTask(app: string): Error {
  return usageError("--input is a whole task, of which only the output can be an input", [
    "--field output prints the output alone: belt run … --field output | ",
    belt("run", app, "--input", "@-"),
    "; one field of it: … --field output.<name> | ",
    belt("run", app, "--input", "<key>@=-"),
  ]);
}

/** A line for each; keys that are unknown for the same reason share one. */
function linesOf(issues: FlagIssue[]): string[] {
  const alike = new Map<string, FlagIssue[]>();
  for (const issue of issues) {
    const key = issue.kind === "unknown" ? `${issue.flag} ${issue.message}` : lineOf(issue);
    alike.set(key, [...(alike.get(key) ?? []), issue]);
  }
  return [...alike.values()].map((some) => (some.length === 1 ? lineOf(some[0]!) : sharedLine(some)));
}

function sharedLine(issues: FlagIssue[]): string {
  const [{ flag, message }] = issues as [FlagIssue];
  const names = issues.slice(0, MOST_NAMES).map(({ path }) => path.join("."));
  const more = issues.length - MOST_NAMES;
  return `${flag} ${names.join(", ")}${more > 0 ? ` and ${more} more` : ""} ${message.replace(/^is /, "are ")}`;
}

/** Keys named in one line. */
const MOST_NAMES = 10;

function lineOf({ flag, ...issue }: FlagIssue): string {
  return `${flag} ${issueLine(issue)}`;
}

/** "steps must be at least 1, not 0": what is wrong with a field, and of a missing one what it is for. */
export function issueLine({ kind, path, message, schema }: ValidationIssue): string {
  const key = path.join(".") || "the whole";
  const about = kind === "missing" && schema ? descriptionOf(schema) : "";
  return `${key} ${message}${about === "" ? "" : `: ${about}`}`;
}

/** The files that the run uploads, by the name they were given; the same one may be named twice. */
export function fileNames({ input, setup }: CoercedRun): string[] {
  return [...input.uploads, ...(setup?.uploads ?? [])].map(({ file }) => file);
}

import type { Api } from "../../api/client.ts";
import type { AppSchemas } from "../../api/resources/app.ts";
import { usageError } from "../../errors.ts";
import { shellWord } from "../../hint.ts";
import { check, type Problem } from "../../input/check.ts";
import { setAt } from "../../input/path.ts";
import { asSchema, type Schema } from "../../input/schema.ts";
import { type Settled, settle } from "../../input/settle.ts";
import type { JsonObject } from "../../wire/types.ts";
import type { Context } from "../shared/context.ts";
import { KnownApp } from "./app-schemas.ts";
import { answerFor } from "./ask-input.ts";

/** What was typed for a run, as trees of the `--input` grammar. */
export interface TypedRun {
  app: string;
  function: string | undefined;
  input: JsonObject;
  setup: JsonObject | undefined;
}

/** The same with the types that the app wants. */
export interface FittedRun {
  input: Settled;
  setup: Settled | undefined;
}

/** With what the cache knows; nothing is sent, checked or asked. */
export async function fitOffline(ctx: Context, typed: TypedRun): Promise<FittedRun> {
  const schemas = await new KnownApp(ctx, typed.app).cached();
  if (!schemas) ctx.out.note(`the inputs of ${typed.app} are not known yet: values are shown as text`);
  return settleRun(typed, schemas);
}

/**
 * Gives what was typed the app's own types and checks it; missing fields are asked for on a
 * terminal. Throws a usage error that names everything that does not fit. A cached schema
 * lets a run pass, but only a fresh one turns it down.
 */
export async function fitRun(ctx: Context, api: Api, typed: TypedRun): Promise<FittedRun> {
  const known = new KnownApp(ctx, typed.app);
  const cached = await known.cached();
  if (cached) {
    const fitted = settleRun(typed, cached);
    if ((await problemsOf(typed, fitted, cached)).length === 0) {
      void known.refresh(api);
      return fitted;
    }
  }
  const schemas = (await known.fetched(api)) ?? cached;
  ctx.signal.throwIfAborted();
  return schemas ? await complete(ctx, typed, schemas) : settleRun(typed, null);
}

/** A problem and the flag whose value it is in. */
interface Found {
  flag: "--input" | "--setup" | "--function";
  problem: Problem;
}

/** Asks for what is missing as long as nothing else is wrong. */
async function complete(ctx: Context, typed: TypedRun, schemas: AppSchemas): Promise<FittedRun> {
  for (;;) {
    const fitted = settleRun(typed, schemas);
    const problems = await problemsOf(typed, fitted, schemas);
    if (problems.length === 0) return fitted;
    const first = problems[0]!;
    if (!ctx.questions.ask || problems.some(({ problem }) => problem.kind !== "missing")) {
      throw refusal(typed, problems);
    }
    const tree = first.flag === "--setup" ? typed.setup! : typed.input;
    const path = first.problem.path.map(String);
    setAt(tree, path, await answerFor(ctx.questions.ask, first.problem), path.join("."));
  }
}

function settleRun({ input, setup, function: name }: TypedRun, schemas: AppSchemas | null): FittedRun {
  return {
    input: settle(input, inputSchema(schemas, name)),
    setup: setup && settle(setup, asSchema(schemas?.setup)),
  };
}

function inputSchema(schemas: AppSchemas | null, name: string | undefined): Schema | null {
  return schemas && asSchema(schemas.functions[name ?? schemas.defaultFunction]?.input);
}

async function problemsOf(typed: TypedRun, fitted: FittedRun, schemas: AppSchemas): Promise<Found[]> {
  const names = Object.keys(schemas.functions);
  if (typed.function !== undefined && !names.includes(typed.function)) {
    const message = `is no function of ${typed.app}; it has ${names.join(", ")}`;
    return [
      { flag: "--function", problem: { kind: "unknown", path: [typed.function], message, schema: null } },
    ];
  }
  return [
    ...(await problemsIn("--input", fitted.input, inputSchema(schemas, typed.function))),
    ...(await problemsIn("--setup", fitted.setup, asSchema(schemas.setup))),
  ];
}

async function problemsIn(
  flag: "--input" | "--setup",
  settled: Settled | undefined,
  schema: Schema | null,
): Promise<Found[]> {
  if (!settled || !schema) return [];
  return (await check(settled, schema)).map((problem) => ({ flag, problem }));
}

function refusal({ app }: TypedRun, problems: Found[]): Error {
  const lines = problems.map(({ flag, problem }) => {
    const key = problem.path.join(".") || "the whole";
    const { description } = problem.schema?.node ?? {};
    const about = problem.kind === "missing" && typeof description === "string" ? `: ${description}` : "";
    return `${flag} ${key} ${problem.message}${about}`;
  });
  const message =
    lines.length === 1
      ? lines[0]!
      : `the input does not fit ${app}\n${lines.map((line) => `  ${line}`).join("\n")}`;
  return usageError(message, `belt run ${shellWord(app)} --help-app`);
}

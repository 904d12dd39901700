import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Api } from "../api/client.ts";
import { type AppSchemas, appSchemas, type FunctionSchemas } from "../api/resources/app.ts";
import { BeltError, fileError, usageError } from "../errors.ts";
import { belt } from "../hint.ts";
import { sampleInput } from "../input/sample.ts";
import { asSchema } from "../input/schema/document.ts";
import { safeJson } from "../terminal/text.ts";
import { appListView, appView } from "../views/app-views.ts";
import { stringifyJson } from "../wire/json.ts";
import type { JsonObject } from "../wire/types.ts";
import { checkAppName } from "./run/parse-run.ts";
import { explainUnknownApp } from "./run/unknown-app.ts";
import type { Context } from "./shared/context.ts";

export interface AppFlags {
  function?: string;
}

/** `belt app get <app>`, and `belt run <app> --help-app`: what the app is and takes. */
export async function get(ctx: Context, reference: string, flags: AppFlags): Promise<void> {
  const { app, schemas } = await readApp(ctx, reference);
  if (flags.function !== undefined) findFunction(schemas, reference, flags.function);
  ctx.out.result(app, appView(schemas, flags.function ?? null));
}

export interface SampleFlags extends AppFlags {
  save?: string;
}

/** `belt app sample <app>`: an input to start from, as `--input @file` takes it. */
export async function sample(ctx: Context, reference: string, flags: SampleFlags): Promise<void> {
  const { schemas } = await readApp(ctx, reference);
  const schema = asSchema(findFunction(schemas, reference, flags.function ?? schemas.defaultFunction).input);
  const input = schema ? await sampleInput(schema) : {};
  if (flags.save === undefined) return ctx.out.result(input, { text: (value) => safeJson(value, 2) });
  await saveSample(ctx, input, flags.save);
  ctx.out.result({ saved: flags.save }, { text: () => "", bare: () => "" });
  ctx.out.note(`wrote ${flags.save}`);
  ctx.out.hint(belt("run", reference, "--input", `@${flags.save}`));
}

/** As JSON, or as YAML when the name says so; a file that is there is left alone. */
async function saveSample(ctx: Context, input: JsonObject, path: string): Promise<void> {
  const isYaml = /\.ya?ml$/i.test(path);
  const text = isYaml
    ? await (await import("../input/yaml.ts")).stringifyYaml(input)
    : `${stringifyJson(input, 2)}\n`;
  await writeFile(resolve(ctx.machine.cwd, path), text, { flag: "wx" }).catch((error) => {
    throw fileError("cannot write", path, error, "choose another name: nothing is overwritten");
  });
}

export interface ListFlags {
  limit: number;
  search?: string;
}

/** `belt app list`: the team's apps, or what of the whole catalog a search finds. */
export async function list(ctx: Context, { limit, search }: ListFlags): Promise<void> {
  const api = await ctx.api();
  const found = search === undefined ? [] : await suggestedApps(api, search, limit);
  ctx.out.list(found.length > 0 ? found : await api.apps(limit, search), appListView, "no app was found");
}

/** Nothing where the API does not know the question; the list of the team's own apps can be searched, too. */
async function suggestedApps(api: Api, search: string, limit: number): Promise<JsonObject[]> {
  try {
    const results = await api.suggest(search, limit);
    return results.filter(({ type }) => type === undefined || type === "app").slice(0, limit);
  } catch (thrown) {
    if (thrown instanceof BeltError && NO_SUGGESTIONS.has(thrown.facts.httpStatus ?? 0)) return [];
    throw thrown;
  }
}

const NO_SUGGESTIONS = new Set([200, 400, 403, 404, 405, 422, 501]);

async function readApp(ctx: Context, reference: string): Promise<{ app: JsonObject; schemas: AppSchemas }> {
  checkAppName(reference);
  const [name = "", pin] = reference.split("@");
  const api = await ctx.api();
  const app = await api.app(name).catch(async (thrown) => {
    throw await explainUnknownApp(ctx, api, reference, thrown);
  });
  const schemas = appSchemas(app);
  if (pin !== undefined && pin !== "latest" && pin !== schemas.version) {
    ctx.out.warn(`the API shows the current version of ${name} only, not ${pin}`);
  }
  return { app, schemas };
}

function findFunction({ functions }: AppSchemas, app: string, name: string): FunctionSchemas {
  const found = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (found) return found;
  throw usageError(`${app} has no function ${name}; it has ${Object.keys(functions).join(", ")}`);
}

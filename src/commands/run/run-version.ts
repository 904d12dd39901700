import type { Api } from "../../api/client.ts";
import type { AppSchemas } from "../../api/resources/app.ts";
import { asSchema } from "../../input/schema/document.ts";
import { isObject, type JsonObject, type RunRequest } from "../../wire/types.ts";
import type { Context } from "../shared/context.ts";
import { KnownApp } from "./app-schemas.ts";
import type { VersionRan } from "./receipt-document.ts";
import type { InputSchemas } from "./receipt-input.ts";

/** The version that a task ran, as the API tells it in the task. */
export function versionTold(task: JsonObject): VersionRan {
  const { app_version_id, app_version } = task;
  const inside = isObject(app_version) ? app_version : {};
  return { id: text(app_version_id) ?? text(inside["id"]), short_id: text(inside["short_id"]) };
}

/** The same with what is known of the app; where nothing is, with the version that was asked for. */
export async function versionRan(
  ctx: Context,
  api: Api,
  task: JsonObject,
  reference: string,
): Promise<VersionRan> {
  const told = versionTold(task);
  const [name = "", pin = "latest"] = reference.split("@");
  if (told.short_id !== null) return told;
  if (told.id === null) return { id: null, short_id: pin === "latest" ? null : pin };
  const [exact, current] = [new KnownApp(ctx, reference), new KnownApp(ctx, name)];
  for (const look of [() => exact.cached(), () => current.cached(), () => current.fetched(api)]) {
    const found = await look();
    if (found?.version === told.id) return { id: told.id, short_id: found.shortVersion };
  }
  return told;
}

/** What the app takes, to know what of it is secret; today's version where the one that ran is not known. */
export async function secretSchemas(
  ctx: Context,
  api: Api,
  { app, function: name }: RunRequest,
): Promise<InputSchemas> {
  const found = await knownSchemas(ctx, api, app);
  if (!found) return { input: null, setup: null };
  const own = found.functions[name ?? found.defaultFunction];
  return { input: asSchema(own?.input), setup: asSchema(found.setup) };
}

async function knownSchemas(ctx: Context, api: Api, reference: string): Promise<AppSchemas | null> {
  const [name = ""] = reference.split("@");
  for (const one of [reference, name]) {
    const found = await new KnownApp(ctx, one).cached();
    if (found) return found;
  }
  return await new KnownApp(ctx, name).fetched(api);
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

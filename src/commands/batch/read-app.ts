import type { Api } from "../../api/client.ts";
import type { AppSchemas } from "../../api/resources/app.ts";
import { KnownApp } from "../run/app-schemas.ts";
import type { VersionRan } from "../run/receipt-document.ts";
import type { RunContext } from "../shared/context.ts";

/** The app of a batch, in the version that all of its rows run in. */
export interface BatchApp {
  /** Without a version. */
  name: string;
  /** The exact version; null where the API does not tell. */
  version: string | null;
  /** All that names this version; null where the command itself names one, which no other can come for. */
  current: VersionRan | null;
  schemas: AppSchemas | null;
}

/**
 * What the API says of the app. It must say so: were the version known now and not at another time,
 * the keys of all rows would be others, and each would be paid again.
 */
export async function readApp(ctx: RunContext, api: Api, reference: string): Promise<BatchApp> {
  const [name = "", pin] = reference.split("@");
  const known = new KnownApp(ctx, reference);
  const schemas = await known.required(api);
  known.warnIfOther();
  const pinned = pin === undefined || pin === "latest" ? null : pin;
  const current = { id: schemas?.version ?? null, short_id: schemas?.shortVersion ?? null };
  const version = pinned ?? current.short_id ?? current.id;
  return { name, version, current: pinned === null ? current : null, schemas };
}

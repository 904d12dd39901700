import type { Api } from "../../api/client.ts";
import type { AppSchemas } from "../../api/resources/app.ts";
import { KnownApp } from "../run/app-schemas.ts";
import type { RunContext } from "../shared/context.ts";

/** The app of a batch, in the version that all of its rows run in. */
export interface BatchApp {
  /** Without a version. */
  name: string;
  /** The exact version; null where the API does not tell. */
  version: string | null;
  schemas: AppSchemas | null;
}

/**
 * What the API says of the app. It must say so: were the version known now and not at another time,
 * the keys of all rows would be others, and each would be paid again.
 */
export async function readApp(ctx: RunContext, api: Api, reference: string): Promise<BatchApp> {
  const [name = "", pin] = reference.split("@");
  const schemas = await new KnownApp(ctx, reference).required(api);
  const pinned = pin === undefined || pin === "latest" ? null : pin;
  return { name, version: pinned ?? schemas?.shortVersion ?? schemas?.version ?? null, schemas };
}

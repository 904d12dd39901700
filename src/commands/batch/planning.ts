import type { Api } from "../../api/client.ts";
import { warnOfRepeats } from "../run/repeats.ts";
import type { Context } from "../shared/context.ts";
import { RowCheck } from "./check-row.ts";
import type { Planning } from "./plan.ts";
import { type BatchApp, readApp } from "./read-app.ts";
import type { SourceOptions } from "./source.ts";
import { Uploads } from "./uploads.ts";

/** What rows are checked, counted and keyed by; `app` is null where there is no key to ask for it with. */
export async function preparePlanning(
  ctx: Context,
  api: Api | null,
  source: SourceOptions,
): Promise<{ app: BatchApp | null; planning: Planning }> {
  const { app: reference, allowSensitive } = source.shared;
  const app = api && (await readApp(ctx, api, reference));
  const check = new RowCheck(reference, app?.schemas ?? null, (text) => ctx.out.trace(text));
  const uploads = new Uploads(ctx, allowSensitive);
  warnOfRepeats(ctx, reference, await check.coerce(source.shared));
  const { version = null, current = null } = app ?? {};
  return { app, planning: { source, check, uploads, version, current } };
}

import type { Api } from "../../api/client.ts";
import type { DryRun } from "../../views/run-views.ts";
import type { RunRequest } from "../../wire/types.ts";
import type { Context } from "../shared/context.ts";
import { buildRequest, plannedUploads } from "./build-request.ts";
import type { ParsedRun } from "./parse-run.ts";
import { findFiles, uploadInputs } from "./upload.ts";
import { fileNames, validateRun } from "./validate-input.ts";

/** The request with everything in it: coerced to the app's types, its files uploaded. */
export async function prepareRun(ctx: Context, api: Api, parsed: ParsedRun): Promise<RunRequest> {
  const coerced = await validateRun(ctx, parsed, { api, ask: true });
  const uris = await uploadInputs(ctx, api, fileNames(coerced), parsed.allowSensitive);
  return buildRequest(parsed, coerced, (file) => uris.get(file)!);
}

/**
 * The request as far as it can be known without sending anything; `@file` stands where a uri would. With
 * a key the app is read, as for the run itself; what is missing is not asked for.
 */
export async function previewRun(ctx: Context, parsed: ParsedRun): Promise<DryRun> {
  const api = await apiWithKey(ctx);
  const coerced = await validateRun(ctx, parsed, { api, ask: false });
  const { allowSensitive } = parsed;
  const files = await findFiles(ctx, fileNames(coerced), { allowSensitive, unread: true });
  return {
    method: "POST",
    url: `${ctx.endpoint.baseUrl ?? "local:"}/run?wait=false`,
    body: buildRequest(parsed, coerced, (file) => `@${file}`),
    uploads: plannedUploads(coerced, files),
  };
}

/** Null without a key. */
export async function apiWithKey(ctx: Context): Promise<Api | null> {
  const { key, local } = await ctx.credentials.account();
  return key !== null || local ? await ctx.api() : null;
}

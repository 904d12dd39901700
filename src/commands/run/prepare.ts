import type { Api } from "../../api/client.ts";
import { deadline } from "../../api/http/network-errors.ts";
import { estimateDocument, readEstimate } from "../../api/resources/money.ts";
import { BeltError } from "../../errors.ts";
import type { DryRun } from "../../views/run-views.ts";
import type { RunRequest } from "../../wire/types.ts";
import type { Context, RunContext } from "../shared/context.ts";
import { KnownApp } from "./app-schemas.ts";
import type { Budget, RunCost } from "./budget.ts";
import { buildRequest, plannedUploads } from "./build-request.ts";
import type { ParsedRun } from "./parse-run.ts";
import { findFiles, uploadInputs } from "./upload.ts";
import { type CoercedRun, fileNames, validateRun } from "./validate-input.ts";

/** The request with everything in it: the files of a run that was checked are uploaded now. */
export async function prepareRun(
  ctx: Context,
  api: Api,
  parsed: ParsedRun,
  coerced: CoercedRun,
): Promise<RunRequest> {
  const uris = await uploadInputs(ctx, api, fileNames(coerced), parsed.allowSensitive);
  return buildRequest(parsed, coerced, (file) => uris.get(file)!);
}

/** Stands in the place of a file that has no uri yet: the cost is asked for before anything is uploaded. */
const FILE_PLACEHOLDER = "https://example.invalid/file";

/** What a run that was checked may cost. */
export async function costOf(
  ctx: RunContext,
  api: Api,
  parsed: ParsedRun,
  coerced: CoercedRun,
): Promise<RunCost> {
  return await estimateRun(
    ctx,
    api,
    buildRequest(parsed, coerced, () => FILE_PLACEHOLDER),
  );
}

/** What the API says that a run costs, asked once and for a bounded time; what fails makes it unknown. */
async function estimateRun(
  ctx: RunContext,
  api: Api,
  { app, input, function: name }: RunRequest,
): Promise<RunCost> {
  const signal = AbortSignal.any([ctx.signal, deadline(api.policy.estimate)]);
  try {
    const id = await new KnownApp(ctx, app).id(api, signal);
    const estimate = await api.money.estimate(id, { input, ...(name && { function: name }) }, signal);
    return { app, estimate, failure: null };
  } catch (thrown) {
    ctx.signal.throwIfAborted();
    if (!(thrown instanceof BeltError)) throw thrown;
    ctx.out.trace(`no estimate of ${app}: ${thrown.message}`);
    return { app, estimate: readEstimate(null), failure: thrown };
  }
}

/**
 * The request as far as it can be known without starting anything; `@file` stands where a uri would. With
 * a key the app and the cost are read, as for the run itself; what is missing is not asked for. `refuse`
 * throws as the run would, for what passes the budget.
 */
export async function previewRun(
  ctx: Context,
  parsed: ParsedRun,
  budget: Budget,
): Promise<{ shown: DryRun; refuse(): void }> {
  const api = await apiWithKey(ctx);
  const coerced = await validateRun(ctx, parsed, { api, ask: false });
  const { allowSensitive } = parsed;
  const files = await findFiles(ctx, fileNames(coerced), { allowSensitive, unread: true });
  const cost = api && (await costOf(ctx, api, parsed, coerced));
  const shown: DryRun = {
    method: "POST",
    url: `${ctx.endpoint.baseUrl ?? "local:"}/run?wait=false`,
    body: buildRequest(parsed, coerced, (file) => `@${file}`),
    uploads: plannedUploads(coerced, files),
    estimate: cost && estimateDocument(cost.estimate),
  };
  return { shown, refuse: () => void (cost && budget.reserve(cost)) };
}

/** Null without a key. */
export async function apiWithKey(ctx: Context): Promise<Api | null> {
  const { key, local } = await ctx.credentials.account();
  return key !== null || local ? await ctx.api() : null;
}

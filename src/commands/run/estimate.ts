import type { Api } from "../../api/client.ts";
import { deadline } from "../../api/http/network-errors.ts";
import { readEstimate } from "../../api/resources/money.ts";
import { BeltError } from "../../errors.ts";
import type { RunRequest } from "../../wire/types.ts";
import type { RunContext } from "../shared/context.ts";
import { KnownApp } from "./app-schemas.ts";
import type { RunCost } from "./budget.ts";

/** What the API says that a run costs, asked once and for a bounded time; what fails makes it unknown. */
export async function estimateRun(
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

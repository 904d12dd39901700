/** What runs cost, what there is to pay them with, and what was spent. */
import { isObject, type RunRequest } from "../../wire/types.ts";
import type { AppVersion } from "../apps/app-version.ts";
import { invalidField } from "../errors.ts";
import { type Estimate, estimate, serializeEstimate } from "../money/estimate.ts";
import { breakdown, RANGES } from "../money/usage.ts";
import { defaultFunction } from "./app-info.ts";
import type { ApiRequest } from "./request.ts";
import type { Reply } from "./response.ts";
import type { Services } from "./services.ts";

export async function estimateRun(services: Services, { params, body }: ApiRequest): Promise<Reply> {
  const { catalog, pool } = services;
  const { input, function: name } = body;
  if (!isObject(input)) throw invalidField("input", "is required and must be an object");
  if (name !== undefined && typeof name !== "string") throw invalidField("function", "must be a string");
  const { version } = await catalog.resolve(params["appId"]!, (known) => pool.isLoaded(known));
  const estimated = await estimateOf(services, version, { input, ...(name && { function: name }) });
  return { data: serializeEstimate(version.price, estimated) };
}

/** Null for an app without a price. The schema is read only where the input does not say all: it may take a worker. */
export async function estimateOf(
  { apps }: Services,
  version: AppVersion,
  { input, function: name }: Pick<RunRequest, "input" | "function">,
): Promise<Estimate | null> {
  const { price } = version;
  if (price === null) return null;
  if (Object.keys(price.per).every((key) => Object.hasOwn(input, key))) return estimate(price, input, null);
  const { functions } = await apps.schemas(version);
  return estimate(price, input, functions[name ?? defaultFunction(version, functions)]?.input_schema);
}

export async function getBalance({ wallet }: Services): Promise<Reply> {
  return { data: { balance: wallet.balance } };
}

export async function getUsage({ tasks, clock }: Services, { query }: ApiRequest): Promise<Reply> {
  const name = query.get("range") ?? "30d";
  const range = Object.hasOwn(RANGES, name) ? RANGES[name] : undefined;
  if (!range) throw invalidField("range", `must be one of ${Object.keys(RANGES).join(", ")}`);
  const to = clock.now();
  return { data: breakdown(await tasks.since(to - range.length), to, range) };
}

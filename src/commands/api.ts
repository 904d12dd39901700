import type { Method } from "../api/http/request.ts";
import { usageError } from "../errors.ts";
import { coerce, fillUploads } from "../input/coerce.ts";
import { parseInput } from "../input/parse-input.ts";
import { rawView } from "../views/raw-view.ts";
import { isObject, type JsonObject } from "../wire/types.ts";
import { budgetOf, type CostFlags } from "./run/budget.ts";
import { findFiles, inputReaders, uploadAll } from "./run/upload.ts";
import type { Context } from "./shared/context.ts";

export interface ApiFlags extends Pick<CostFlags, "allowUnknownCost"> {
  input?: string[];
}

const METHODS: readonly Method[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** `belt api <method> <path>`: one authenticated request, read like any other. */
export async function api(ctx: Context, method: string, path: string, flags: ApiFlags): Promise<void> {
  const verb = checkMethod(method);
  checkPath(path);
  if (verb === "POST" && startsRun(path)) budgetOf(ctx, flags).requireUncapped(`POST ${path}`);
  const typed = coerce(await parseInput(flags.input ?? [], "--input", inputReaders(ctx, false)), null);
  const files = await findFiles(
    ctx,
    typed.uploads.map(({ file }) => file),
    { allowSensitive: false },
  );
  const client = await ctx.api();
  const uris = await uploadAll(ctx, client, files);
  const input = fillUploads(typed, (file) => uris.get(file)!);
  const value =
    verb === "GET"
      ? await client.raw(verb, withQuery(path, input))
      : await client.raw(verb, path, flags.input && input);
  if (value === null) ctx.out.noResult();
  else ctx.out.result(value, rawView);
}

function checkMethod(method: string): Method {
  const verb = METHODS.find((known) => known === method.toUpperCase());
  if (verb) return verb;
  throw usageError(`"${method}" is not a method`, `write one of ${METHODS.join(", ")}`);
}

/** A path of the API itself: what could name another host, or be read as if it did, is refused. */
function checkPath(path: string): void {
  const isPath = /^\/(?![/\\])[\x21-\x7e]*$/.test(path) && !/[\\#]/.test(path);
  if (isPath && new URL(path, "https://belt.invalid").origin === "https://belt.invalid") return;
  throw usageError(
    `"${path}" is not a path of the API`,
    "write the path alone, such as /tasks/task_abc123; --api-url names the host",
  );
}

/** However it is written: `/run`, `/v1/run`, `/apps/run`, `/agents/run/?wait=false`, `/%72un`. */
function startsRun(path: string): boolean {
  const { pathname } = new URL(path, "https://belt.invalid");
  return /(^|\/)run\/*$/i.test(decoded(pathname));
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** A GET has no body; its input goes into the query. */
function withQuery(path: string, input: JsonObject): string {
  const entries = Object.entries(input).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value]).map((one: unknown) => [key, one] as const),
  );
  if (entries.length === 0) return path;
  const query = new URLSearchParams();
  for (const [key, value] of entries) {
    if (isObject(value) || Array.isArray(value)) {
      throw usageError(`--input ${key}: the query of a GET holds plain values only`);
    }
    query.append(key, String(value));
  }
  return `${path}${path.includes("?") ? "&" : "?"}${query}`;
}

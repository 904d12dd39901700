import type { Api } from "../../api/client.ts";
import { usageError } from "../../errors.ts";
import { fillUploads } from "../../input/coerce.ts";
import { parseInput, readsStdin } from "../../input/parse-input.ts";
import { filesIn } from "../../input/raw-value.ts";
import type { LocalFile } from "../../input/upload-files.ts";
import type { RunRequest } from "../../wire/types.ts";
import type { Context } from "../shared/context.ts";
import { resolveReference } from "../shared/ids.ts";
import { findFiles, inputReaders, uploadAll } from "./upload.ts";
import { type CoercedRun, type ParsedRun, validateRun } from "./validate-input.ts";

/** The flags of `belt run` that become fields of the request, as typed. */
export interface RequestFlags {
  input?: string[];
  setup?: string[];
  function?: string;
  infra?: string;
  worker?: string[];
  variant?: string;
  webhook?: string;
  session?: string;
  sessionTimeout?: string;
  allowSensitive?: boolean;
}

/** A run as typed, all that can be checked without the API in order. */
export interface DraftRun {
  parsed: ParsedRun;
  /** The body of `POST /run` (api.md section 2) but for `input` and `setup`; what was not asked for is left out. */
  rest: Omit<RunRequest, "input" | "setup">;
  allowSensitive: boolean;
}

/** Reads the flags. Throws a usage error for whatever is wrong with them; nothing has been sent. */
export async function draftRun(ctx: Context, app: string, flags: RequestFlags): Promise<DraftRun> {
  checkAppName(app);
  checkFromStdin(flags);
  const sessionTimeout = checkSessionTimeout(flags);
  const infra = flags.infra ?? ctx.endpoint.infra;
  const webhook = checkWebhook(flags.webhook);
  const allowSensitive = flags.allowSensitive ?? false;
  const readers = inputReaders(ctx, allowSensitive);
  const input = await parseInput(flags.input ?? [], "--input", readers);
  const setup = flags.setup && (await parseInput(flags.setup, "--setup", readers));
  const session = flags.session === undefined ? undefined : await resolveSession(ctx, flags.session);
  await findFiles(ctx, filesIn([input, setup]), { allowSensitive, unread: true });
  const rest = {
    app,
    ...(flags.function && { function: flags.function }),
    ...(infra && { infra }),
    ...(flags.worker && { workers: flags.worker }),
    ...(flags.variant && { variant: flags.variant }),
    ...(webhook && { webhook }),
    ...(session && { session }),
    ...(sessionTimeout && { session_timeout: sessionTimeout }),
  };
  return { parsed: { app, function: flags.function, input, setup }, rest, allowSensitive };
}

/** The request with everything in it: coerced to the app's types, its files uploaded. */
export async function completeRun(ctx: Context, api: Api, draft: DraftRun): Promise<RunRequest> {
  const { parsed, allowSensitive } = draft;
  const coerced = await validateRun(ctx, parsed, { api, ask: true, allowSensitive });
  const files = await findFiles(ctx, fileNames(coerced), { allowSensitive });
  const uris = await uploadAll(ctx, api, files);
  return requestOf(
    draft,
    fillUploads(coerced.input, uris),
    coerced.setup && fillUploads(coerced.setup, uris),
  );
}

/** A file that `--dry-run` found, and the field it is for. */
export interface PlannedUpload {
  field: string;
  file: string;
  /** Null for standard input and other pipes, which are left unread. */
  size: number | null;
}

/**
 * The request as far as it can be known without sending anything; `@file` stands where a uri would. With
 * a key the app is read, as for the run itself; what is missing is not asked for.
 */
export async function previewRun(
  ctx: Context,
  draft: DraftRun,
): Promise<{ request: RunRequest; uploads: PlannedUpload[] }> {
  const { parsed, allowSensitive } = draft;
  const api = await apiWithKey(ctx);
  const coerced = await validateRun(ctx, parsed, { api, ask: false, allowSensitive });
  const files = await findFiles(ctx, fileNames(coerced), { allowSensitive, unread: true });
  const uploads = (["input", "setup"] as const).flatMap((root) =>
    (coerced[root]?.uploads ?? []).map(({ field, file }) => planned([root, ...field].join("."), file, files)),
  );
  return { request: requestOf(draft, coerced.input.values, coerced.setup?.values), uploads };
}

async function apiWithKey(ctx: Context): Promise<Api | null> {
  const { key, local } = await ctx.credentials.account();
  return key !== null || local ? await ctx.api() : null;
}

function planned(field: string, file: string, files: Map<string, LocalFile>): PlannedUpload {
  return { field, file, size: files.get(file)?.size ?? null };
}

function fileNames({ input, setup }: CoercedRun): string[] {
  return [...input.uploads, ...(setup?.uploads ?? [])].map(({ file }) => file);
}

function requestOf(
  { rest: { app, ...rest } }: DraftRun,
  input: RunRequest["input"],
  setup: RunRequest["setup"],
): RunRequest {
  return { app, input, ...(setup && { setup }), ...rest };
}

/** Throws a usage error for what can be no app. */
export function checkAppName(app: string): void {
  if (isAppName(app)) return;
  throw usageError(
    `"${app}" is not the name of an app`,
    "an app is namespace/name or namespace/name@version, such as infsh/flux",
  );
}

export function isAppName(app: string): boolean {
  return /^\w[\w.-]*(\/\w[\w.-]*)?(@\w[\w.-]*)?$/.test(app);
}

function checkFromStdin({ input = [], setup = [] }: RequestFlags): void {
  const readers = [...input, ...setup].filter(readsStdin);
  if (readers.length > 1) throw usageError("@- is given twice, and standard input can be read only once");
}

function checkSessionTimeout({ session, sessionTimeout }: RequestFlags): number | undefined {
  if (sessionTimeout === undefined) return undefined;
  if (session !== "new") {
    throw usageError(
      "--session-timeout goes only with --session new",
      "a session keeps the timeout it was opened with",
    );
  }
  const seconds = Number(sessionTimeout);
  if (/^\d+$/.test(sessionTimeout) && seconds >= 1 && seconds <= 3600) return seconds;
  throw usageError(`--session-timeout: "${sessionTimeout}" is not a whole number of seconds from 1 to 3600`);
}

function checkWebhook(webhook: string | undefined): string | undefined {
  if (webhook === undefined) return undefined;
  const protocol = URL.canParse(webhook) ? new URL(webhook).protocol : "";
  if (protocol === "http:" || protocol === "https:") return webhook;
  throw usageError(`--webhook: "${webhook}" is not an http(s) URL`);
}

async function resolveSession(ctx: Context, session: string): Promise<string> {
  if (session === "") throw usageError("--session is empty", "write --session new, a session's id, or @last");
  return session === "new" ? session : await resolveReference(ctx, session, "session");
}

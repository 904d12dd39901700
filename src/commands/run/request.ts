import type { Api } from "../../api/client.ts";
import { usageError } from "../../errors.ts";
import { fillUploads } from "../../input/settle.ts";
import { parseInput, readsStdin } from "../../input/spec.ts";
import { filesIn } from "../../input/typed.ts";
import type { LocalFile } from "../../input/upload-files.ts";
import type { RunRequest } from "../../wire/types.ts";
import type { Context } from "../shared/context.ts";
import { resolveReference } from "../shared/ids.ts";
import { findFiles, uploadAll } from "./upload.ts";
import { type FittedRun, fitOffline, fitRun, type TypedRun } from "./validate-input.ts";

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
  typed: TypedRun;
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
  const input = await parseInput(flags.input ?? [], "--input", ctx.readers);
  const setup = flags.setup && (await parseInput(flags.setup, "--setup", ctx.readers));
  const session = flags.session === undefined ? undefined : await resolveSession(ctx, flags.session);
  const allowSensitive = flags.allowSensitive ?? false;
  const named = filesIn([input, setup]).filter((name) => name !== "-");
  await findFiles(ctx, named, allowSensitive);
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
  return { typed: { app, function: flags.function, input, setup }, rest, allowSensitive };
}

/** The request with everything in it: fitted to the app's schema, its files uploaded. */
export async function completeRun(ctx: Context, api: Api, draft: DraftRun): Promise<RunRequest> {
  const fitted = await fitRun(ctx, api, draft.typed);
  const files = await findFiles(ctx, fileNames(fitted), draft.allowSensitive);
  const uris = await uploadAll(ctx, api, files);
  return requestOf(draft, fillUploads(fitted.input, uris), fitted.setup && fillUploads(fitted.setup, uris));
}

/** A file that `--dry-run` found, and the field it is for. */
export interface PlannedUpload {
  field: string;
  file: string;
  /** Null for standard input, which is left unread. */
  size: number | null;
}

/** The request as far as it can be known without sending anything; `@file` stands where a uri would. */
export async function previewRun(
  ctx: Context,
  draft: DraftRun,
): Promise<{ request: RunRequest; uploads: PlannedUpload[] }> {
  const fitted = await fitOffline(ctx, draft.typed);
  const named = fileNames(fitted).filter((name) => name !== "-");
  const files = await findFiles(ctx, named, draft.allowSensitive);
  const uploads = (["input", "setup"] as const).flatMap((root) =>
    (fitted[root]?.uploads ?? []).map(({ path, file }) => planned([root, ...path].join("."), file, files)),
  );
  return { request: requestOf(draft, fitted.input.values, fitted.setup?.values), uploads };
}

function planned(field: string, file: string, files: Map<string, LocalFile>): PlannedUpload {
  return { field, file, size: files.get(file)?.size ?? null };
}

function fileNames({ input, setup }: FittedRun): string[] {
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

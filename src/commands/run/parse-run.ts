import { usageError } from "../../errors.ts";
import { belt } from "../../hint.ts";
import { isAppName } from "../../input/app-name.ts";
import { parseInput, readsStdin } from "../../input/parse-input.ts";
import { filesIn } from "../../input/raw-value.ts";
import type { JsonObject, RunRequest } from "../../wire/types.ts";
import type { Context } from "../shared/context.ts";
import { resolveReference } from "../shared/ids.ts";
import { findFiles, inputReaders } from "./upload.ts";

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
export interface ParsedRun {
  app: string;
  function: string | undefined;
  /** Trees of the `--input` grammar. */
  input: JsonObject;
  setup: JsonObject | undefined;
  /** The other fields of `POST /run`; what was not asked for is left out. */
  fields: Omit<RunRequest, "app" | "input" | "setup">;
  allowSensitive: boolean;
}

/** Reads the flags. Throws a usage error for whatever is wrong with them; nothing has been sent. */
export async function parseRun(ctx: Context, app: string, flags: RequestFlags): Promise<ParsedRun> {
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
  const fields = {
    ...(flags.function && { function: flags.function }),
    ...(infra && { infra }),
    ...(flags.worker && { workers: flags.worker }),
    ...(flags.variant && { variant: flags.variant }),
    ...(webhook && { webhook }),
    ...(session && { session }),
    ...(sessionTimeout && { session_timeout: sessionTimeout }),
  };
  return { app, function: flags.function, input, setup, fields, allowSensitive };
}

/** Throws a usage error for what can be no app. */
export function checkAppName(app: string): void {
  if (isAppName(app)) return;
  throw usageError(
    `"${app}" is not the name of an app`,
    /^[.~/\\]/.test(app)
      ? [belt("dev", "<folder>"), " serves the app of a folder, which is run by its name: namespace/name"]
      : "an app is namespace/name or namespace/name@version, such as infsh/flux",
  );
}

export function checkFromStdin({ input = [], setup = [] }: Pick<RequestFlags, "input" | "setup">): void {
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

import { usageError } from "../errors.ts";
import { parseInput } from "../input/spec.ts";
import type { RunRequest } from "../wire/types.ts";
import type { Context } from "./context.ts";
import { resolveReference } from "./references.ts";

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
}

/** The body of `POST /run` (api.md section 2); a field that was not asked for is left out. */
export async function buildRunRequest(ctx: Context, app: string, flags: RequestFlags): Promise<RunRequest> {
  checkAppName(app);
  checkFromStdin(flags);
  const sessionTimeout = checkSessionTimeout(flags);
  const infra = flags.infra ?? ctx.target.infra;
  const webhook = checkWebhook(flags.webhook);
  const input = await parseInput(flags.input ?? [], "--input", ctx.readers);
  const setup = flags.setup && (await parseInput(flags.setup, "--setup", ctx.readers));
  const session = flags.session === undefined ? undefined : await resolveSession(ctx, flags.session);
  return {
    app,
    input,
    ...(setup && { setup }),
    ...(flags.function && { function: flags.function }),
    ...(infra && { infra }),
    ...(flags.worker && { workers: flags.worker }),
    ...(flags.variant && { variant: flags.variant }),
    ...(webhook && { webhook }),
    ...(session && { session }),
    ...(sessionTimeout && { session_timeout: sessionTimeout }),
  };
}

function checkAppName(app: string): void {
  if (/^\w[\w.-]*(\/\w[\w.-]*)?(@\w[\w.-]*)?$/.test(app)) return;
  throw usageError(
    `"${app}" is not the name of an app`,
    "an app is namespace/name or namespace/name@version, such as infsh/flux",
  );
}

function checkFromStdin({ input = [], setup = [] }: RequestFlags): void {
  const readers = [...input, ...setup].filter((spec) => spec === "@-");
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

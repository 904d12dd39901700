import { usageError } from "../errors.ts";
import type { GlobalFlags } from "./program.ts";

export interface Settings {
  local: boolean;
  /** Null with --local: the server's address is found, or made, when the command connects. */
  baseUrl: string | null;
  key: string | null;
  /** Milliseconds. */
  requestTimeout: number;
}

const DEFAULT_URL = "https://api.inference.sh";
const DEFAULT_REQUEST_TIMEOUT = 30_000;

/** Options and environment as one decision, in the precedence of cli.md section 2. */
export function resolveSettings(flags: GlobalFlags, env: Record<string, string | undefined>): Settings {
  if (flags.local && flags.apiUrl !== undefined) throw usageError("--local and --api-url exclude each other");
  const local = flags.local ?? (flags.apiUrl === undefined && isTrue(env["BELT_LOCAL"]));
  const url = flags.apiUrl ?? (env["BELT_API_URL"] || DEFAULT_URL);
  return {
    local,
    baseUrl: local ? null : checkedUrl(url, flags.apiUrl === undefined ? "BELT_API_URL" : "--api-url"),
    key: local ? null : env["INFSH_API_KEY"]?.trim() || env["INFERENCE_API_KEY"]?.trim() || null,
    requestTimeout: flags.requestTimeout ?? DEFAULT_REQUEST_TIMEOUT,
  };
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0" && value.toLowerCase() !== "false";
}

/** A key must not travel in the clear, so plain http is for this machine alone. */
function checkedUrl(text: string, source: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.username || url?.password)
    throw usageError(`${source}: a base URL must not carry a name or password`);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw usageError(`${source}: "${text}" is not an http(s) URL`, "write it like https://api.inference.sh");
  }
  if (url.search || url.hash) throw usageError(`${source}: a base URL has no ? or # part`);
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw usageError(
      `${source}: ${url.origin} would send your key unencrypted`,
      "use https, or an address of this machine",
    );
  }
  return url.href.replace(/\/+$/, "");
}

function isLoopback(host: string): boolean {
  return (
    host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127(\.\d+){3}$/.test(host)
  );
}

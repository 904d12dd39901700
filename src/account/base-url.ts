import { usageError } from "../errors.ts";

/** Where the API is, unless an option, a variable or a profile says otherwise. */
export const DEFAULT_URL = "https://api.inference.sh";

/**
 * A base URL without its last slash. A key must not travel in the clear, so plain http is for
 * this machine alone, unless `insecure` allows it. `source` names the URL in errors.
 */
export function checkedUrl(text: string, source: string, insecure = false): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.username || url?.password) {
    throw usageError(
      `${source}: a base URL must not carry a name or password`,
      `write ${source} without them: ${withoutLogin(text)}`,
    );
  }
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw usageError(
      `${source}: "${withoutLogin(text)}" is not an http(s) URL`,
      `write ${source} like https://api.inference.sh`,
    );
  }
  if (url.search || url.hash) {
    throw usageError(
      `${source}: a base URL has no ? or # part`,
      `write ${source} like ${url.origin}${url.pathname}`,
    );
  }
  if (url.protocol === "http:" && !insecure && !isLoopback(url.hostname)) {
    throw usageError(
      `${source}: ${url.origin} would send your key unencrypted`,
      "use https, an address of this machine, or a profile made with belt login --insecure",
    );
  }
  return url.href.replace(/\/+$/, "");
}

/** An address as it was given, perhaps wrongly, but for the name and the password that it may carry. */
export function withoutLogin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password) return text;
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, "$1");
}

/** `host` as `URL.hostname` has it. */
export function isLoopback(host: string): boolean {
  return (
    host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127(\.\d+){3}$/.test(host)
  );
}

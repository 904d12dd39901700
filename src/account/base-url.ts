import { usageError } from "../errors.ts";

/** Where the API is, unless an option, a variable or a profile says otherwise. */
export const DEFAULT_URL = "https://api.inference.sh";

/**
 * A base URL without its last slash. A key must not travel in the clear, so plain http is for
 * this machine alone, unless `insecure` allows it. `source` names the URL in errors.
 */
export function checkedUrl(text: string, source: string, insecure = false): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.username || url?.password)
    throw usageError(`${source}: a base URL must not carry a name or password`);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw usageError(`${source}: "${text}" is not an http(s) URL`, "write it like https://api.inference.sh");
  }
  if (url.search || url.hash) throw usageError(`${source}: a base URL has no ? or # part`);
  if (url.protocol === "http:" && !insecure && !isLoopback(url.hostname)) {
    throw usageError(
      `${source}: ${url.origin} would send your key unencrypted`,
      "use https, an address of this machine, or a profile made with belt login --insecure",
    );
  }
  return url.href.replace(/\/+$/, "");
}

/** `host` as `URL.hostname` has it. */
export function isLoopback(host: string): boolean {
  return (
    host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127(\.\d+){3}$/.test(host)
  );
}

import { usageError } from "../errors.ts";
import { isLoopback } from "./base-url.ts";

type Env = Record<string, string | undefined>;

/** A proxy, and the variable that names it. */
export interface ProxyInUse {
  url: URL;
  from: string;
}

/**
 * The proxies that the environment names, as a function from a request's URL to its proxy, or
 * null. As in curl, the small spelling counts before the large, an empty variable is none, and
 * NO_PROXY lists hosts, whose subdomains are meant, too, with or without a port, or is "*".
 * This machine is reached through a proxy only if that is on this machine as well: elsewhere
 * the address means another machine, which would be sent the key in the clear.
 * Throws a usage error that names the variable, not its value, which may hold a password.
 */
export function readProxies(env: Env): (url: URL) => ProxyInUse | null {
  const proxies = { "http:": readProxy(env, "HTTP_PROXY"), "https:": readProxy(env, "HTTPS_PROXY") };
  const bypassed = (variable(env, "NO_PROXY")?.value ?? "").split(/[\s,]+/).filter((entry) => entry !== "");
  return (url) => {
    const proxy = proxies[url.protocol as keyof typeof proxies] ?? null;
    if (!proxy || bypassed.some((entry) => matches(url, entry))) return null;
    return isLoopback(url.hostname) && !isLoopback(proxy.url.hostname) ? null : proxy;
  };
}

const THIS_MACHINE = ["127.0.0.1", "localhost"];

/**
 * NO_PROXY in both spellings, as programs read one or the other, with this machine added to what is there;
 * "*" means everything only where it stands alone, and has them already.
 */
export function withoutProxy(env: Env): Record<string, string> {
  const added = (name: string) => {
    const before = env[name]?.trim() || variable(env, "NO_PROXY")?.value;
    return before === "*" ? before : [...(before ? [before] : []), ...THIS_MACHINE].join(",");
  };
  return { NO_PROXY: added("NO_PROXY"), no_proxy: added("no_proxy") };
}

function readProxy(env: Env, name: string): ProxyInUse | null {
  const set = variable(env, name);
  if (!set) return null;
  const text = set.value.includes("://") ? set.value : `http://${set.value}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && url.pathname === "/" && !url.search) {
    return { url, from: set.name };
  }
  throw usageError(
    `${set.name} is not the URL of an HTTP proxy`,
    `write ${set.name} like http://proxy.example:3128, or unset it`,
  );
}

function variable(env: Env, name: string): { name: string; value: string } | null {
  const found = [name.toLowerCase(), name].find((spelling) => env[spelling]?.trim());
  return found === undefined ? null : { name: found, value: env[found]!.trim() };
}

function matches(url: URL, entry: string): boolean {
  if (entry === "*") return true;
  const [, host = "", port = ""] = /^(.+?)(?::(\d+))?$/.exec(bracketed(entry.toLowerCase())) ?? [];
  const own = url.port || (url.protocol === "https:" ? "443" : "80");
  const name = host.replace(/^\*?\./, "");
  return (port === "" || port === own) && (url.hostname === name || url.hostname.endsWith(`.${name}`));
}

/** "::1" as URLs write it, "[::1]". */
function bracketed(entry: string): string {
  return /^[\da-f]*:[\da-f:.]*:[\da-f:.]*$/.test(entry) ? `[${entry}]` : entry;
}

/** What was thrown, in words, with its causes. App code may throw anything, so nothing here trusts it. */
import { realpathSync } from "node:fs";
import { sep } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";

const MOST_CAUSES = 10;
const LONGEST = 64 * 1024;

/** "fetch failed: getaddrinfo ENOTFOUND example.invalid": the message, and those of its causes. */
export function messageOf(thrown: unknown): string {
  const messages = causesOf(thrown).map(ownMessage);
  const told = messages.filter(
    (message, at) => !messages.slice(0, at).some((said) => said.includes(message)),
  );
  return told.join(": ").slice(0, LONGEST);
}

/** The same, "TypeError: x is not a function" where it is of a kind, then its file and line where it does not name them. */
export function describeThrown(thrown: unknown, place: Place | null): string {
  const message = messageOf(thrown);
  const name = textOf(thrown, "name");
  const said = /^(Error)?$/.test(name) || message.startsWith(name) ? message : `${name}: ${message}`;
  return place === null || said.includes(placeText(place)) ? said : `${said} (${placeText(place)})`;
}

/** The stacks of an error, of its causes, and of those that any of them gathers; empty when it has none. */
export function stackOf(thrown: unknown): string {
  const labeled = (label: string, error: unknown) => {
    const stack = textOf(error, "stack");
    return stack === "" ? [] : [label + stack];
  };
  const stacks = causesOf(thrown).flatMap((cause, at) => [
    ...labeled(at === 0 ? "" : "[cause]: ", cause),
    ...errorsOf(cause).flatMap((error) => labeled("[errors]: ", error)),
  ]);
  return stacks.join("\n").slice(0, LONGEST);
}

export interface Place {
  file: string;
  line: number;
}

export function placeText({ file, line }: Place): string {
  return `${file}:${line}`;
}

const PLACE = /(file:\/\/[^\s()]+?|(?:\/|[A-Za-z]:\\)[^\s:()]+):(\d+)/g;

/** The first file and line of what is said, as in a stack, that are of this folder and not of its packages. */
export function placeIn(said: string, dir: string): Place | null {
  // Modules are loaded by their real paths.
  const folders = [dir, realPath(dir)].map((folder) => folder + sep);
  for (const [, named = "", line] of said.matchAll(PLACE)) {
    const file = named.startsWith("file:") ? pathOf(named) : named;
    const isOwn = folders.some((folder) => file.startsWith(folder));
    if (isOwn && !file.includes(`${sep}node_modules${sep}`)) return { file, line: Number(line) };
  }
  return null;
}

function realPath(dir: string): string {
  try {
    return realpathSync(dir);
  } catch {
    return dir;
  }
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    return url;
  }
}

function causesOf(thrown: unknown): unknown[] {
  const causes = new Set<unknown>();
  for (let at = thrown; !causes.has(at) && causes.size < MOST_CAUSES; at = memberOf(at, "cause")) {
    if ((at ?? null) === null && causes.size > 0) break;
    causes.add(at);
  }
  return [...causes];
}

/** An AggregateError, as a connection to several addresses gives, may have no message of its own. */
function ownMessage(thrown: unknown): string {
  if (typeof thrown === "string") return thrown;
  const message = textOf(thrown, "message");
  if (message !== "") return message;
  const errors = errorsOf(thrown).map((error) => textOf(error, "message"));
  if (errors.length > 0) return errors.join("; ");
  return textOf(thrown, "code") || textOf(thrown, "name") || shown(thrown);
}

function errorsOf(thrown: unknown): unknown[] {
  const errors = memberOf(thrown, "errors");
  return Array.isArray(errors) ? errors.slice(0, MOST_CAUSES) : [];
}

function textOf(value: unknown, name: string): string {
  const text = memberOf(value, name);
  return typeof text === "string" ? text : "";
}

function memberOf(value: unknown, name: string): unknown {
  try {
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  } catch {
    return undefined;
  }
}

function shown(value: unknown): string {
  try {
    return inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY });
  } catch {
    return "something that cannot be shown";
  }
}

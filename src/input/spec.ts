import { usageError } from "../errors.ts";
import { isObject, type JsonObject } from "../wire/types.ts";
import { parsePath, setAt } from "./path.ts";
import { hasFields, type Part, Typed } from "./typed.ts";

/** Reads what a spec points at; injected, so that the grammar itself touches nothing. */
export interface Readers {
  file(path: string): Promise<string>;
  stdin(): Promise<string>;
}

const QUOTING = `write key=text, key:=json, key=@file, '{"key": 1}', @file.json or @-`;

/**
 * The object that the `--input` (or `--setup`) specs describe, merged left to right, later
 * wins (cli.md section 3); what was typed as text or as a file is in it as `Typed`. Throws a
 * usage error naming the spec that cannot be read.
 */
export async function parseInput(
  specs: readonly string[],
  flag: string,
  readers: Readers,
): Promise<JsonObject> {
  const input: JsonObject = {};
  for (const spec of specs) {
    const part = await parseSpec(spec, flag, readers);
    if (part.kind === "object") merge(input, part.value);
    else setAt(input, part.path, part.value, `${flag} ${spec}`);
  }
  return input;
}

/** True for a spec that takes standard input, as an object or as a file. */
export function readsStdin(spec: string): boolean {
  const equals = spec.indexOf("=");
  return spec === "@-" || (equals > 0 && spec[equals - 1] !== ":" && spec.slice(equals + 1) === "@-");
}

type Assignment = { kind: "object"; value: JsonObject } | { kind: "value"; path: string[]; value: unknown };

async function parseSpec(spec: string, flag: string, readers: Readers): Promise<Assignment> {
  if (spec.trimStart().startsWith("{"))
    return { kind: "object", value: parseObject(spec, `${flag} ${spec}`, "json") };
  if (spec.startsWith("@")) return { kind: "object", value: await readObject(spec.slice(1), flag, readers) };
  const equals = spec.indexOf("=");
  if (equals > 0) return parseAssignment(spec, equals, flag);
  if (/\.(json|ya?ml)$/i.test(spec)) return { kind: "object", value: await readObject(spec, flag, readers) };
  throw usageError(`${flag}: "${spec}" is not an input`, QUOTING);
}

function parseAssignment(spec: string, equals: number, flag: string): Assignment {
  const isJson = spec[equals - 1] === ":";
  const key = spec.slice(0, isJson ? equals - 1 : equals);
  const text = spec.slice(equals + 1);
  if (key === "") throw usageError(`${flag}: "${spec}" has no key before the =`, QUOTING);
  const path = parsePath(key);
  if (isJson) return { kind: "value", path, value: parseJson(text, `${flag} ${key}:=`) };
  return { kind: "value", path, value: new Typed([parseText(text, `${flag} ${key}`)]) };
}

/** Only `@` uploads; `@@` begins a text with `@`. */
function parseText(text: string, where: string): Part {
  if (text.startsWith("@@")) return { text: text.slice(1) };
  if (!text.startsWith("@")) return { text };
  if (text === "@") throw usageError(`${where}: "@" names no file`, `write @@ for the text "@"`);
  return { file: text.slice(1) };
}

async function readObject(path: string, flag: string, readers: Readers): Promise<JsonObject> {
  if (path === "-") return parseObject(await readers.stdin(), `${flag} @-`, "json");
  if (path === "") throw usageError(`${flag}: "@" names no file`, QUOTING);
  const text = await readers.file(path).then(withoutMark, (error: NodeJS.ErrnoException) => {
    const reason = error.code === "ENOENT" ? "there is no such file" : error.message;
    throw usageError(`${flag}: cannot read ${path}: ${reason}`);
  });
  if (!/\.ya?ml$/i.test(path)) return parseObject(text, `${flag} ${path}`, "json");
  const { parse } = await import("yaml");
  return parseObject(text, `${flag} ${path}`, "yaml", parse);
}

function parseObject(
  text: string,
  where: string,
  format: string,
  parse: (text: string) => unknown = JSON.parse,
): JsonObject {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw usageError(`${where}: not valid ${format.toUpperCase()}: ${(error as Error).message}`);
  }
  if (isObject(value)) return value;
  throw usageError(
    `${where}: holds ${Array.isArray(value) ? "a list" : "a single value"}, where an object is needed`,
  );
}

/** Editors on Windows begin a file with a byte order mark. */
function withoutMark(text: string): string {
  return text.replace(/^\ufeff/, "");
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw usageError(
      `${where} "${text}" is not valid JSON`,
      "quote text as '\"text\"', or use = for plain text",
    );
  }
}

/** Objects are merged key by key, anything else is replaced. */
function merge(into: JsonObject, from: JsonObject): void {
  for (const [key, value] of Object.entries(from)) {
    const current = Object.hasOwn(into, key) ? into[key] : undefined;
    if (hasFields(current) && isObject(value)) merge(current, value);
    else Object.defineProperty(into, key, { value, enumerable: true, writable: true, configurable: true });
  }
}

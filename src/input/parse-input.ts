import { usageError } from "../errors.ts";
import { withoutSecret } from "../secret-names.ts";
import { parseJson } from "../wire/json.ts";
import { isObject, type JsonObject } from "../wire/types.ts";
import { parsePath, setAt } from "./path.ts";
import { define, hasFields, type RawPart, RawValue, rawText } from "./raw-value.ts";
import { parseObject, type Readers, readObject, readText } from "./read-object.ts";

const QUOTING = `write key=text, key:=json, key=@file, key@=textfile, '{"key": 1}', @file.json or @-`;

/**
 * The object that the `--input` (or `--setup`) specs describe, merged left to right, later wins
 * (src/cli/README.md, "Inputs"); what was typed as text or as a file is in it as `RawValue`.
 * Throws a usage error naming the spec that cannot be read. What `input` holds already comes before them all.
 */
export async function parseInput(
  specs: readonly string[],
  flag: string,
  readers: Readers,
  input: JsonObject = {},
): Promise<JsonObject> {
  const open = new WeakSet<object>();
  for (const spec of specs) {
    const part = await parseSpec(spec, flag, readers);
    if (part.kind === "object") merge(input, part.value);
    else setAt(input, part.path, part.value, part.where, open);
  }
  requireSendable(input, flag);
  return input;
}

/** True for a spec that takes standard input: as an object, as a text or as a file. */
export function readsStdin(spec: string): boolean {
  const equals = spec.indexOf("=");
  if (spec === "@-" || equals <= 0) return spec === "@-";
  const value = spec.slice(equals + 1);
  return spec[equals - 1] === "@" ? value === "-" : spec[equals - 1] !== ":" && value === "@-";
}

type Assignment =
  | { kind: "object"; value: JsonObject }
  | { kind: "value"; path: string[]; value: unknown; where: string };

async function parseSpec(spec: string, flag: string, readers: Readers): Promise<Assignment> {
  if (spec.trimStart().startsWith("{"))
    return { kind: "object", value: await parseObject(spec, `${flag} ${withoutSecret(spec)}`) };
  if (spec.startsWith("@")) return { kind: "object", value: await readFrom(spec.slice(1), flag, readers) };
  const equals = spec.indexOf("=");
  if (equals > 0) return await parseAssignment(spec, equals, flag, readers);
  if (/\.(json|ya?ml)$/i.test(spec)) return { kind: "object", value: await readFrom(spec, flag, readers) };
  throw usageError(`${flag}: "${spec}" is not an input`, QUOTING);
}

async function readFrom(path: string, flag: string, readers: Readers): Promise<JsonObject> {
  if (path === "") throw usageError(`${flag}: "@" names no file`, QUOTING);
  return await readObject(path, flag, readers);
}

async function parseAssignment(
  spec: string,
  equals: number,
  flag: string,
  readers: Readers,
): Promise<Assignment> {
  const way = /[:@]/.exec(spec[equals - 1]!)?.[0];
  const key = spec.slice(0, way ? equals - 1 : equals);
  const text = spec.slice(equals + 1);
  if (key === "") throw usageError(`${flag}: "${spec}" has no key before the =`, QUOTING);
  const where = `${flag} ${key}`;
  const path = parsePath(key);
  const shown = withoutSecret(spec);
  const whole = `${flag} ${shown}`;
  if (way === ":")
    return {
      kind: "value",
      path,
      value: await parseValue(text, where, shown.slice(equals + 1)),
      where: whole,
    };
  const part = await (way === "@" ? textOf(text, where, readers) : parseText(text, where));
  return { kind: "value", path, value: new RawValue([part]), where: whole };
}

async function textOf(path: string, where: string, readers: Readers): Promise<RawPart> {
  if (path === "")
    throw usageError(`${where}@= names no file`, "write key@=file, or key@=- for standard input");
  return await rawText(await readText(path, `${where}@=`, readers), path);
}

/** Only `@` uploads; `@@` begins a text with `@`. */
async function parseText(text: string, where: string): Promise<RawPart> {
  if (text.startsWith("@@")) return await rawText(text.slice(1));
  if (!text.startsWith("@")) return await rawText(text);
  if (text === "@") throw usageError(`${where}: "@" names no file`, `write @@ for the text "@"`);
  return { file: text.slice(1) };
}

async function parseValue(text: string, where: string, shown: string): Promise<unknown> {
  try {
    return await parseJson(text);
  } catch {
    const name = /^\s*\{\s*([\w-]+)\s*:/.exec(text)?.[1];
    const hint = name
      ? `write ${where.split(" ")[1]}.${name}=…, or @file.json`
      : "quote text as '\"text\"', or use = for plain text";
    throw usageError(`${where}:= "${shown}" is not valid JSON`, hint);
  }
}

/** Objects are merged key by key, anything else is replaced. */
function merge(into: JsonObject, from: JsonObject): void {
  const left = [{ into, from }];
  for (let next = left.pop(); next; next = left.pop()) {
    for (const [key, value] of Object.entries(next.from)) {
      const current = Object.hasOwn(next.into, key) ? next.into[key] : undefined;
      if (hasFields(current) && isObject(value)) left.push({ into: current, from: value });
      else define(next.into, key, value);
    }
  }
}

/** Levels of JSON that can still be written out again. */
const DEEPEST = 4_000;

/** Throws a usage error for what is nested too deep to be written out again. */
export function requireSendable(input: JsonObject, flag: string): void {
  let level: unknown[] = [input];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEEPEST) throw usageError(`${flag}: JSON of more than ${DEEPEST} levels cannot be sent`);
    level = level.flatMap((value) => (hasFields(value) || Array.isArray(value) ? Object.values(value) : []));
  }
}

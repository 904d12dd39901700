import { BeltError, usageError } from "../errors.ts";
import { belt } from "../hint.ts";
import { parseJson } from "../wire/json.ts";
import { isObject, type JsonObject } from "../wire/types.ts";
import { decodeText } from "./decode-text.ts";

/** Reads what a spec points at; injected, so that the grammar itself touches nothing. */
export interface Readers {
  file(path: string): Promise<Uint8Array>;
  stdin(): Promise<Uint8Array>;
}

/** The text of a file, or with "-" of standard input. An error never quotes it. */
export async function readText(path: string, where: string, readers: Readers): Promise<string> {
  const reading = path === "-" ? readers.stdin() : readers.file(path);
  const bytes = await reading.catch((thrown) => {
    throw thrown instanceof BeltError ? thrown.with({ message: `${where}: ${thrown.message}` }) : thrown;
  });
  if (path === "-" && bytes.length === 0) throw emptyStdin(where);
  const named = path === "-" ? "standard input" : path;
  return requireText(bytes, `${where}: ${named}`, "a file in its place: key=@file uploads it");
}

/** The bytes as text; throws a usage error that says what they are of where they are none. */
export function requireText(bytes: Uint8Array, what: string, hint: string): string {
  const text = decodeText(bytes);
  if (text !== null) return text;
  throw usageError(`${what} is not text in UTF-8 or UTF-16`, hint);
}

/** Nothing came through the pipe, which is hardly what was wanted. */
export function emptyStdin(where: string): BeltError {
  return usageError(
    `${where}: standard input is empty`,
    "the command before the pipe wrote nothing; see whether it failed",
  );
}

/** The object in a file of JSON or YAML. */
export async function readObject(path: string, flag: string, readers: Readers): Promise<JsonObject> {
  const where = `${flag} ${path === "-" ? "@-" : path}`;
  const text = await readText(path, where, readers);
  const isYaml = /\.ya?ml$/i.test(path);
  try {
    const value = isYaml ? await (await import("./yaml.ts")).parseYaml(text) : await parseJson(text);
    return requireObject(value, where);
  } catch (thrown) {
    if (thrown instanceof BeltError) throw thrown;
    if (!(thrown instanceof SyntaxError || isYaml)) throw thrown;
    throw notReadable(where, isYaml ? "YAML" : "JSON", placeOf(thrown, text));
  }
}

/** The object typed as JSON. */
export async function parseObject(text: string, where: string): Promise<JsonObject> {
  try {
    return requireObject(await parseJson(text), where);
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw thrown;
    const [bare, key = ""] = /^\s*\{\s*([\w-]+)\s*:/.exec(text) ?? [];
    if (bare === undefined) throw notReadable(where, "JSON", placeOf(thrown, text));
    throw usageError(
      `${where} is not JSON: its names have no quotes; a shell may have taken them`,
      `write ${key}=…, which needs none, or put the JSON into a file: @file.json`,
    );
  }
}

function requireObject(value: unknown, where: string): JsonObject {
  if (isObject(value)) return value;
  const what = Array.isArray(value) ? "a list" : "a single value";
  throw usageError(`${where}: holds ${what}, where an object is needed`, INPUT_HELP);
}

const INPUT_HELP = [belt("help input"), " tells how inputs are written"];

/** Says where, and not what is there: what is no JSON may be anything. */
function notReadable(where: string, format: string, place: string): Error {
  return usageError(`${where}: not valid ${format}${place}`, INPUT_HELP);
}

/** ", line 3, column 5", as far as the parser tells. */
function placeOf(thrown: unknown, text: string): string {
  const { message, pos } = thrown as { message: string; pos?: [number, number] };
  if (/end of (JSON )?input/i.test(message)) return ": it ends too early";
  const offset = pos?.[0] ?? Number(/at position (\d+)/.exec(message)?.[1] ?? Number.NaN);
  if (Number.isNaN(offset)) return "";
  const before = text.slice(0, offset).split("\n");
  return `, line ${before.length}, column ${before.at(-1)!.length + 1}`;
}

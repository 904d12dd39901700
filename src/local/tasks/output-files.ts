/** The files of an output: kept, and named by a reference in place of their local path. */
import { stat } from "node:fs/promises";
import { basename, isAbsolute } from "node:path";
import { isObject, type JsonObject } from "../../wire/types.ts";
import type { FileStore } from "./file-store.ts";
import { DEEPEST, isDeeperThan } from "./json.ts";

export interface OutputFiles {
  files: FileStore;
  /** The reference of a stored file that a text is the address of, else null: the address ends with the server. */
  parseReference(text: string): string | null;
  /** Hears of what looks like a file and is none that can be stored. */
  note(text: string): void;
}

const FILE_FIELDS = new Set(["path", "uri", "content_type", "size", "filename"]);
const TELLING_FIELDS = ["content_type", "size", "filename"];

/** Keeps every file a result names by its local `path`, and puts a reference in its place. */
export function storeOutputs(output: unknown, options: OutputFiles): Promise<unknown> {
  if (isDeeperThan(output, DEEPEST)) {
    throw new Error(`the output is nested more than ${DEEPEST} levels deep`);
  }
  return storeWithin(output, "output", options);
}

async function storeWithin(value: unknown, place: string, options: OutputFiles): Promise<unknown> {
  if (Array.isArray(value)) {
    return Promise.all(value.map((inner, index) => storeWithin(inner, `${place}.${index}`, options)));
  }
  if (typeof value === "string") return options.parseReference(value) ?? value;
  if (!isObject(value)) return value;
  const stored = "path" in value ? await storeFile(value, place, options) : null;
  if (stored) return stored;
  const entries = Object.entries(value).map(
    async ([key, inner]) => [key, await storeWithin(inner, `${place}.${key}`, options)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function storeFile(
  object: JsonObject,
  place: string,
  { files, note }: OutputFiles,
): Promise<JsonObject | null> {
  const { path, filename, content_type } = object;
  const reason = await whyNotStored(path);
  if (reason !== null) {
    if (isFileAlone(object) && typeof path === "string" && isAbsolute(path)) {
      throw new Error(`the app returned a file that does not exist as ${place}: ${path}`);
    }
    if (looksLikeFile(object)) note(`${place} was not stored: ${reason}`);
    return null;
  }
  const stored = await files.keep(
    path as string,
    typeof filename === "string" && filename ? filename : basename(path as string),
    typeof content_type === "string" ? content_type : "",
  );
  return {
    uri: files.reference(stored),
    content_type: stored.content_type,
    size: stored.size,
    filename: stored.filename,
  };
}

/** Why nothing can be stored from there; null when it can. */
async function whyNotStored(path: unknown): Promise<string | null> {
  if (typeof path !== "string" || path === "") return `its path is ${JSON.stringify(path)}`;
  if (!isAbsolute(path)) {
    return `its path is relative, ${JSON.stringify(path)}; give an absolute one, or use File of @inferencesh/app`;
  }
  const found = await stat(path).catch(() => null);
  if (!found) return `there is no file ${path}`;
  return found.isFile() ? null : `${path} is not a regular file`;
}

/** Other objects may have a path too, of a request or of a tree. With an address they need no file. */
function looksLikeFile(object: JsonObject): boolean {
  if (typeof object["uri"] === "string" && object["uri"] !== "") return false;
  return TELLING_FIELDS.some((key) => key in object) || isFileAlone(object);
}

function isFileAlone(object: JsonObject): boolean {
  return Object.keys(object).every((key) => FILE_FIELDS.has(key));
}

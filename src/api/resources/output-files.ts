import { fileUri } from "../../wire/files.ts";
import { isObject, type JsonObject } from "../../wire/types.ts";

/** A file in an output (src/api/README.md, "Files"). */
export interface OutputFile {
  /** Where it stands in the output; empty when it is the output. */
  path: (string | number)[];
  uri: string;
  /** What the object says of it; empty when it does not. */
  filename: string;
  contentType: string;
  size: number | null;
}

/** Tells whether the field at this path holds a file as plain text, as a schema says with `format: file`. */
export type IsFileField = (path: OutputFile["path"]) => boolean;

/** Every file of an output: objects with a uri, and addresses in fields that are files. */
export function outputFiles(output: unknown, isFileField: IsFileField): OutputFile[] {
  return collect(output, [], isFileField);
}

function collect(value: unknown, path: OutputFile["path"], isFileField: IsFileField): OutputFile[] {
  if (typeof value === "string") {
    const plain = isFileAddress(value) && isFileField(path);
    return plain ? [{ path, uri: value, filename: "", contentType: "", size: null }] : [];
  }
  if (Array.isArray(value))
    return value.flatMap((item, index) => collect(item, [...path, index], isFileField));
  if (!isObject(value)) return [];
  const uri = fileUri(value);
  if (uri !== null) return [{ path, uri, ...factsOf(value) }];
  return Object.entries(value).flatMap(([key, field]) => collect(field, [...path, key], isFileField));
}

/** True for a text that may stand for a file, where the schema says so. */
function isFileAddress(text: string): boolean {
  return /^((https?|file):\/\/|data:)/i.test(text);
}

/** A text in a file's field that leads nowhere: a path on the machine where the app ran. */
export interface StrayPath {
  path: OutputFile["path"];
  text: string;
}

export function strayPaths(
  value: unknown,
  isFileField: IsFileField,
  path: OutputFile["path"] = [],
): StrayPath[] {
  if (typeof value === "string") return isPath(value) && isFileField(path) ? [{ path, text: value }] : [];
  if (typeof value !== "object" || value === null) return [];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return entries.flatMap(([key, inner]) => strayPaths(inner, isFileField, [...path, key]));
}

/** True for a text that is a file's, in one way or the other, if it is in a file's field. */
export function mayBeFile(text: string): boolean {
  return isFileAddress(text) || isPath(text);
}

function isPath(text: string): boolean {
  return /^(\/|[a-z]:[\\/]|\.{1,2}\/)|^[^\s:]+\.\w{2,5}$/i.test(text);
}

function factsOf({ filename, content_type, size }: JsonObject) {
  return {
    filename: typeof filename === "string" ? filename : "",
    contentType: typeof content_type === "string" ? content_type : "",
    size: typeof size === "number" && size > 0 ? size : null,
  };
}

import { fileURLToPath } from "node:url";
import { fileUri } from "../wire/files.ts";
import type { StatusWord } from "../wire/status.ts";
import { isObject, type JsonObject } from "../wire/types.ts";
import type { Style } from "./output.ts";
import type { Paint } from "./paint.ts";
import { formatBytes, safeJson, safeLine, safeText } from "./text.ts";
import { wrap } from "./wrap.ts";

/** An output as `run` prints it: one string, alone or as the only field, prints as that string. */
export function renderOutput(output: unknown, style: Style): string {
  const values = isObject(output) ? Object.values(output) : [output];
  if (values.length === 1 && typeof values[0] === "string") return wrap(safeText(values[0]), style.width);
  return renderValue(output, style);
}

/** A value by its shape: text as is, files with size and type, objects as aligned fields, the rest as JSON. */
export function renderValue(value: unknown, style: Style): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return safeText(value);
  if (!isObject(value)) return safeJson(value);
  if (isFile(value)) return renderFile(value, style.paint);
  const entries = Object.entries(value);
  if (entries.length === 0) return "";
  const names = entries.map(([key]) => safeLine(key));
  const room = style.width - Math.max(...names.map(({ length }) => length)) - 2;
  return fields(
    entries.map(([, field], index) => [names[index]!, renderField(field, { ...style, width: room })]),
    style.paint,
  );
}

/** A text is wrapped beside its name, but a URL stays whole, and so does whatever scripts may want. */
function renderField(field: unknown, style: Style): string {
  if (typeof field === "string") return wrap(safeText(field), style.width);
  return isObject(field) && !isFile(field) ? safeJson(field) : renderValue(field, style);
}

function isFile(value: JsonObject): boolean {
  return fileUri(value) !== null;
}

/** Where the file is, as a path when it is on this machine, and what is known of it. */
function renderFile(file: JsonObject, paint: Paint): string {
  const size = typeof file["size"] === "number" ? formatBytes(file["size"]) : "";
  const facts = [file["content_type"], size]
    .filter((fact) => typeof fact === "string" && fact !== "")
    .join(", ");
  return `${safeLine(place(fileUri(file) ?? ""))}${facts ? paint.dim(`  (${safeLine(facts)})`) : ""}`;
}

function place(uri: string): string {
  try {
    return uri.startsWith("file:///") ? fileURLToPath(uri) : uri;
  } catch {
    return uri;
  }
}

/** "name  value" lines with the values aligned; further lines of a value stand under its first. */
export function fields(rows: [string, string][], paint: Paint): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  const indent = " ".repeat(width + 2);
  return rows
    .map(([name, value]) => `${paint.dim(name.padEnd(width))}  ${value.replaceAll("\n", `\n${indent}`)}`)
    .join("\n");
}

export function colourStatus(status: StatusWord, paint: Paint): string {
  if (status === "completed") return paint.green(status);
  if (status === "failed") return paint.red(status);
  return status === "cancelled" || status === "cancelling" ? paint.yellow(status) : status;
}

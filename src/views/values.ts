import { fileURLToPath } from "node:url";
import type { Colors } from "../terminal/colors.ts";
import { formatBytes, safeJson, safeLine, safeText } from "../terminal/text.ts";
import { pad, widest } from "../terminal/text-width.ts";
import type { Style } from "../terminal/view.ts";
import { beside, wrap } from "../terminal/wrap.ts";
import { fileUri } from "../wire/files.ts";
import type { StatusWord } from "../wire/status.ts";
import { isObject, type JsonObject } from "../wire/types.ts";

/** An output as `run` prints it: one string, alone or as the only field, prints as that string. */
export function renderOutput(output: unknown, style: Style): string {
  const values = isObject(output) ? Object.values(output) : [output];
  if (values.length !== 1 || typeof values[0] !== "string") return renderValue(output, style);
  return wrap(safeText(style.saved?.get(values[0]) ?? values[0]), style);
}

/** A value by its shape: text as is, files with size and type, objects as aligned fields, the rest as JSON. */
export function renderValue(value: unknown, style: Style): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return safeText(value);
  if (!isObject(value)) return safeJson(value);
  if (isFile(value)) return renderFile(value, style);
  const entries = Object.entries(value);
  if (entries.length === 0) return "";
  const names = entries.map(([key]) => safeLine(key));
  const room = style.width - widest(names, style.textWidth) - 2;
  return fields(
    entries.map(([, field], index) => [names[index]!, renderField(field, { ...style, width: room })]),
    style,
  );
}

/** A text is wrapped beside its name, but a URL stays whole, and so does whatever scripts may want. */
function renderField(field: unknown, style: Style): string {
  if (typeof field === "string") return wrap(safeText(field), style);
  return isObject(field) && !isFile(field) ? safeJson(field) : renderValue(field, style);
}

function isFile(value: JsonObject): boolean {
  return fileUri(value) !== null;
}

/** Where the file is, as a path when it is on this machine or was saved there, and what is known of it, beneath where both do not fit. */
function renderFile(file: JsonObject, style: Style): string {
  const { colors } = style;
  const size = typeof file["size"] === "number" ? formatBytes(file["size"]) : "";
  const facts = [file["content_type"], size]
    .filter((fact) => typeof fact === "string" && fact !== "")
    .join(", ");
  const uri = fileUri(file) ?? "";
  return beside(
    colors.link(safeLine(style.saved?.get(uri) ?? place(uri)), uri),
    facts && colors.dim(`(${safeLine(facts)})`),
    style,
  );
}

function place(uri: string): string {
  try {
    return uri.startsWith("file:///") ? fileURLToPath(uri) : uri;
  } catch {
    return uri;
  }
}

/** "name  value" lines with the values aligned; further lines of a value stand under its first. */
export function fields(rows: [string, string][], { colors, textWidth }: Style): string {
  const names = rows.map(([name]) => name);
  const width = widest(names, textWidth);
  const indent = " ".repeat(width + 2);
  return rows
    .map(
      ([name, value]) =>
        `${colors.dim(pad(name, width, textWidth))}  ${value.replaceAll("\n", `\n${indent}`)}`,
    )
    .join("\n");
}

export function colorStatus(status: StatusWord, colors: Colors): string {
  if (status === "completed") return colors.green(status);
  if (status === "failed") return colors.red(status);
  return status === "cancelled" || status === "cancelling" ? colors.yellow(status) : status;
}

/** What tells an input from another: its first text, else its fields, on one line. */
export function inputWords(input: unknown): string {
  if (!isObject(input)) return input === null || input === undefined ? "" : safeLine(plain(input));
  const fields = Object.entries(input).filter(([, value]) => value !== null && value !== "");
  const text = fields.find(([, value]) => typeof value === "string" && !ADDRESS.test(value));
  if (text) return safeLine(String(text[1])).trim();
  return fields.map(([key, value]) => safeLine(`${key}=${plain(value)}`)).join(" ");
}

const ADDRESS = /^(https?|data|file|inf):/i;

function plain(value: unknown): string {
  return typeof value === "string" ? value.replace(/^(data:[^,]*).*/is, "$1,…") : safeJson(value);
}

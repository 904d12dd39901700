import { stringifyJson } from "../wire/json.ts";

// C0 but tab and newline, DEL, C1, and the marks that reorder text.
const HARMFUL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
const HARMFUL_IN_JSON = /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Escape sequences as terminals read them (ECMA-48): those with parameters, strings with their
 * end, and all others. No part can begin within another, so that a text is gone through once;
 * node's own pattern takes the square of a hostile text's length.
 */
const ESCAPES =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0000-\u001f\u007f-\u009f]*(?:\u0007|\u001b\\|\u009c)|\u001b[ -/]*[0-~]/g;
const LINE_ENDS = /\r\n|[\u2028\u2029]/g;

/** Text from outside, fit for a terminal: escape sequences are dropped, other control characters made visible. */
export function safeText(text: string): string {
  return text.replace(LINE_ENDS, "\n").replace(ESCAPES, "").replace(HARMFUL, visible);
}

/** The same on one line. */
export function safeLine(text: string): string {
  return safeText(text).replace(/[\n\t]+/g, " ");
}

/** The same with further lines set in, so that none of them can pass for a hint or an error of belt's own. */
export function safeParagraph(text: string): string {
  return safeText(text).replace(/\n/g, "\n  ");
}

/** One JSON document; `indent` spaces, 0 for one line. What JSON itself lets through is escaped too. */
export function safeJson(value: unknown, indent = 0): string {
  const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return (stringifyJson(value, indent) ?? "null").replace(HARMFUL_IN_JSON, escaped);
}

/** "340ms", "4.2s", "3m 05s", "2h 10m". */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)}ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const pad = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}h ${pad(minutes)}m` : `${minutes}m ${pad(seconds % 60)}s`;
}

/** What is left of a session: "45s", "3m 05s". */
export function formatSeconds(seconds: number): string {
  return seconds < 60 ? `${seconds}s` : formatDuration(seconds * 1000);
}

/** "214 kB", as disks are sold. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const digits = Math.log10(Math.max(bytes, 1) * 1.0005);
  const power = Math.min(units.length - 1, Math.floor(digits / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

function visible(char: string): string {
  const code = char.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "\u2421" : `\\u${code.toString(16).padStart(4, "0")}`;
}

import { isNumber, stringifyJson } from "../../wire/json.ts";
import type { StatusWord } from "../../wire/status.ts";
import { isObject, type JsonObject } from "../../wire/types.ts";

/**
 * A task as belt prints it, everywhere (src/cli/README.md, "Documents"). Fields not listed stay as
 * the API sent them.
 */
export interface TaskDocument {
  id: string;
  app: string | null;
  status: StatusWord;
  status_code: number | null;
  input: unknown;
  output: unknown;
  error: string | null;
  session_id: string | null;
  created_at: string | null;
  updated_at: string | null;
  [other: string]: unknown;
}

/** What a task's status was read as, and whether the number alone left "completed" possible. */
export interface StatusReading {
  word: StatusWord;
  /** The number the API sent, or null when it sent a word only. */
  code: number | null;
  /** A bare 9 from a server whose table is not known: uploading since 2026, completed before. */
  ambiguous: boolean;
}

/** A task as sent, its id certain. */
export type IdentifiedTask = JsonObject & { id: string };

/** What belt knows of a task it submitted, for answers that leave it out. */
export interface Submitted {
  app: string | null;
  input: unknown;
}

export function taskDocument(
  raw: JsonObject,
  reading: StatusReading,
  submitted: Submitted | null,
): TaskDocument {
  const { id, app, input, output, error, session_id, created_at, updated_at, ...rest } = raw;
  return {
    id: idText(id),
    app: appName(app) ?? submitted?.app ?? null,
    status: reading.word,
    status_code: reading.code,
    input: input ?? submitted?.input ?? null,
    output: output ?? null,
    error: errorText(error),
    session_id: text(session_id),
    created_at: text(created_at),
    updated_at: text(updated_at),
    ...without(rest, ["status", "status_code"]),
  };
}

/** An id as a word; "" for what is none. */
export function idText(id: unknown): string {
  return typeof id === "string" || isNumber(id) ? String(id) : "";
}

/** Before SDK 0.5.1 the base fields sat under `BaseModel` (src/api/README.md, "Sessions"). */
export function flattenBase(raw: JsonObject): JsonObject {
  const { BaseModel: base, ...rest } = raw;
  return isObject(base) ? { ...base, ...rest } : raw;
}

/** "infsh/flux", of an app that is told by its name or as an object. */
export function appName(app: unknown): string | null {
  if (typeof app === "string") return text(app);
  if (!isObject(app) || typeof app["name"] !== "string") return null;
  return typeof app["namespace"] === "string" ? `${app["namespace"]}/${app["name"]}` : app["name"];
}

/** Why a task failed, in whatever form it is told; null when it did not. */
export function errorText(error: unknown): string | null {
  if (!isObject(error)) return text(error);
  const { message, detail } = error;
  const told = [message, detail].find((value) => typeof value === "string");
  if (told !== undefined) return text(told);
  return Object.keys(error).length === 0 ? null : (stringifyJson(error) ?? null);
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function without(value: JsonObject, keys: string[]): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
}

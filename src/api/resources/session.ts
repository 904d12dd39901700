import type { JsonObject } from "../../wire/types.ts";
import { flattenBase, idText } from "./task.ts";

/** A session as belt prints it (src/cli/README.md, "Documents"): the API's fields, and the time left. */
export interface SessionDocument {
  id: string;
  /** "active", "ended" or "expired". */
  status: string;
  app_id: string | null;
  expires_at: string | null;
  /** Seconds. */
  idle_timeout: number | null;
  call_count: number | null;
  /** Whole seconds from now; null when the session is not active. */
  expires_in: number | null;
  [other: string]: unknown;
}

/**
 * Reads the flat form and the one with `BaseModel` (src/api/README.md, "Sessions"). `now` in
 * milliseconds since 1970.
 */
export function sessionDocument(raw: JsonObject, now: number): SessionDocument {
  const flat = flattenBase(raw);
  const { id, app_id, status, expires_at, idle_timeout, call_count } = flat;
  const word = typeof status === "string" ? status.toLowerCase() : "unknown";
  const left =
    typeof expires_at === "string" ? Math.floor((Date.parse(expires_at) - now) / 1000) : Number.NaN;
  return {
    ...flat,
    id: idText(id),
    status: word,
    app_id: typeof app_id === "string" ? app_id : null,
    expires_at: typeof expires_at === "string" ? expires_at : null,
    idle_timeout: typeof idle_timeout === "number" ? idle_timeout : null,
    call_count: typeof call_count === "number" ? call_count : null,
    expires_in: word === "active" && !Number.isNaN(left) ? Math.max(0, left) : null,
  };
}

/** Of these every version of the API tells some. */
const FIELDS = ["id", "status", "expires_at", "idle_timeout"];

export function isSession(answer: JsonObject): boolean {
  return FIELDS.some((field) => field in answer);
}

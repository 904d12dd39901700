import { LongNumber } from "./long-number.ts";

/** A JSON object as it travels; every field is untrusted until read. */
export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof LongNumber)
  );
}

/** Body of `POST /run` (src/api/README.md, "Running an app"). */
export interface RunRequest {
  app: string;
  input: JsonObject;
  setup?: JsonObject;
  function?: string;
  infra?: string;
  workers?: string[];
  variant?: string;
  webhook?: string;
  session?: string;
  /** Whole seconds, 1–3600, only with `session: "new"`. */
  session_timeout?: number;
}

/** Answers in the forms of the API (src/local/README.md, "Answers"). */

import type { ServerResponse } from "node:http";
import { stringifyJson } from "../../wire/json.ts";
import type { JsonObject } from "../../wire/types.ts";
import { messageOf } from "../error-text.ts";
import { ApiError, RequirementsNotMet } from "../errors.ts";
import type { Message } from "../events.ts";

export type Dialect = "current" | "v1" | "v2";

export interface Reply {
  status?: number;
  data?: unknown;
  messages?: Message[];
}

/** Null is all forms at once, so that every published client reads it. */
export function sendReply(response: ServerResponse, reply: Reply, dialect: Dialect | null): void {
  const { status = 200, data, messages = [] } = reply;
  if (status === 204) {
    response.writeHead(204).end();
    return;
  }
  sendJson(response, status, "application/json", wrap(status, data ?? null, messages, dialect));
}

export function sendError(response: ServerResponse, error: unknown, dialect: Dialect | null): void {
  if (error instanceof RequirementsNotMet) {
    sendJson(response, 412, "application/json", { satisfied: false, errors: error.errors });
    return;
  }
  const known = error instanceof ApiError ? error : new ApiError(500, "internal_error", messageOf(error));
  const type = dialect === "v1" ? "application/json" : "application/problem+json";
  if (known.status === 401) response.setHeader("WWW-Authenticate", "Bearer");
  sendJson(response, known.status, type, problem(known, dialect));
}

function wrap(status: number, data: unknown, messages: Message[], dialect: Dialect | null): unknown {
  if (dialect === "v2") return data;
  if (dialect === "v1") return { success: true, status, data };
  if (dialect === "current") return { data, messages };
  return { success: true, status, data, messages };
}

function problem(error: ApiError, dialect: Dialect | null): JsonObject {
  const { status, code, message, details } = error;
  const { suggestions, ...meta } = details;
  const v1 = {
    success: false,
    status,
    error: {
      code,
      message,
      ...(suggestions === undefined ? {} : { suggestions }),
      ...(Object.keys(meta).length > 0 ? { meta } : {}),
    },
  };
  if (dialect === "v1") return v1;
  const document = {
    type: `https://api.inference.sh/errors/${code}`,
    title: code.toLowerCase().replaceAll("_", " "),
    status,
    detail: message,
    code,
    ...details,
  };
  return dialect === null ? { ...document, ...v1 } : document;
}

function sendJson(response: ServerResponse, status: number, type: string, body: unknown): void {
  const text = stringifyJson(body) ?? "null";
  response.writeHead(status, {
    "Content-Type": `${type}; charset=utf-8`,
    "Content-Length": Buffer.byteLength(text),
    "Cache-Control": "no-store",
  });
  response.end(text);
}

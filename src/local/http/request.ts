/** A request, and what is checked of it before anything is done about it. */

import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Transform } from "node:stream";
import { parseJson } from "../../wire/json.ts";
import { isObject, type JsonObject } from "../../wire/types.ts";
import { ApiError } from "../errors.ts";

export interface ApiRequest {
  raw: IncomingMessage;
  response: ServerResponse;
  /** Parts of the path, by name. */
  params: Record<string, string>;
  query: URLSearchParams;
  /** Empty when the request had none. */
  body: JsonObject;
}

const MOST_JSON = 32 * 1024 * 1024;
const MOST_FILE = 2 * 1024 * 1024 * 1024;
const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** A web page, or a name that was made to point here, must not be able to run apps. */
export function checkOrigin(request: IncomingMessage, port: number): void {
  const host = parseUrl(`http://${request.headers.host ?? ""}`);
  if (!host || !LOOPBACK.has(host.hostname)) {
    throw new ApiError(403, "forbidden", "the Host header is not a loopback address");
  }
  const { origin } = request.headers;
  if (origin !== undefined && !isOwnOrigin(origin, port)) {
    throw new ApiError(403, "forbidden", `requests of another origin are refused: ${origin}`);
  }
}

export function checkKey(request: IncomingMessage, key: string): void {
  const [, given] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
  if (given === undefined) throw new ApiError(401, "unauthorized", "the API key is missing");
  if (!timingSafeEqual(digest(given), digest(key))) {
    throw new ApiError(401, "unauthorized", "the API key is not this server's");
  }
}

/** An absent body is an empty object: many routes take none. */
export async function readJson(request: IncomingMessage): Promise<JsonObject> {
  const chunks: Buffer[] = [];
  for await (const chunk of request.pipe(bounded(request, MOST_JSON))) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  if (text.trim() === "") return {};
  checkContentType(request);
  const body = await parseBody(text);
  if (!isObject(body)) throw new ApiError(400, "invalid_request", "the body must be a JSON object");
  return body;
}

/** The bytes of an upload, ended with an error beyond the bound. */
export function fileBody(request: IncomingMessage): Transform {
  return request.pipe(bounded(request, MOST_FILE));
}

/** Long numbers keep their digits: what was sent is what is recorded. */
async function parseBody(text: string): Promise<unknown> {
  try {
    return await parseJson(text);
  } catch {
    throw new ApiError(400, "invalid_request", "the body is not valid JSON");
  }
}

function checkContentType(request: IncomingMessage): void {
  const type = request.headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (!/^application\/(.+\+)?json$/.test(type) || encoding !== "identity") {
    throw new ApiError(415, "unsupported_media_type", "the body must be application/json, not compressed");
  }
}

function bounded(request: IncomingMessage, limit: number): Transform {
  const tooLarge = () => new ApiError(413, "payload_too_large", `the body is larger than ${limit} bytes`);
  if (Number(request.headers["content-length"] ?? 0) > limit) throw tooLarge();
  let size = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      size += chunk.length;
      callback(size > limit ? tooLarge() : null, chunk);
    },
  });
  request.once("error", (error) => stream.destroy(error));
  request.once("aborted", () => stream.destroy(new Error("the client went away")));
  return stream;
}

function isOwnOrigin(origin: string, port: number): boolean {
  const url = parseUrl(origin);
  return url?.protocol === "http:" && LOOPBACK.has(url.hostname) && Number(url.port || 80) === port;
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

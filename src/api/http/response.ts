import { BeltError } from "../../errors.ts";
import { SESSION_CODES } from "../../wire/sessions.ts";
import { isObject, type JsonObject } from "../../wire/types.ts";
import { codeForStatus, exitFor, hintFor, statusForCode } from "./error-codes.ts";

/** One HTTP answer, body read to its end. */
export interface ApiResponse {
  status: number;
  contentType: string;
  requestId: string | undefined;
  /** Seconds or a date, as sent. */
  retryAfter: string | undefined;
  text: string;
  /** The text as JSON; undefined where it is none. */
  body: unknown;
}

/** A note the API sends beside its answer (current format). */
export interface Message {
  level: string;
  message: string;
}

const ENVELOPE_KEYS = new Set(["data", "messages", "status", "meta"]);

/**
 * Any of the three success formats as its resource, any of the error formats as a thrown
 * BeltError (src/api/README.md, "Reading any answer"). 204 and empty answers give null.
 */
export function readResponse(reply: ApiResponse): { value: unknown; messages: Message[] } {
  const ok = reply.status >= 200 && reply.status < 300;
  if (ok && (reply.status === 204 || reply.text.trim() === "")) return { value: null, messages: [] };
  const { body } = reply;
  if (!ok) {
    const task = reply.status === 422 && unwrap(body).value;
    if (looksLikeTask(task)) return { value: task, messages: [] };
    throw responseError(reply, body);
  }
  if (body === undefined) throw notJson(reply);
  if (isObject(body) && (body["success"] === false || holdsError(body))) throw responseError(reply, body);
  return unwrap(body);
}

/** True for an error in the place of a resource, though the status says success: it counts as that error. */
function holdsError(body: JsonObject): boolean {
  if ("id" in body || "data" in body) return false;
  const { error, type, status, title, detail } = body;
  if (isObject(error)) return [error["code"], error["message"]].some((value) => typeof value === "string");
  const isProblem = typeof status === "number" && status >= 400 && (type ?? title ?? detail) !== undefined;
  return isProblem || (typeof error === "string" && error !== "" && Object.keys(body).every(isOfError));
}

function isOfError(key: string): boolean {
  return ["error", "message", "code", "status", "success", "request_id"].includes(key);
}

function unwrap(body: unknown): { value: unknown; messages: Message[] } {
  if (!isObject(body)) return { value: body, messages: [] };
  if (typeof body["success"] === "boolean")
    return { value: body["data"] ?? null, messages: messagesOf(body) };
  const enveloped = "data" in body && Object.keys(body).every((key) => ENVELOPE_KEYS.has(key));
  return enveloped ? { value: body["data"], messages: messagesOf(body) } : { value: body, messages: [] };
}

function messagesOf(body: JsonObject): Message[] {
  const list = Array.isArray(body["messages"]) ? body["messages"] : [];
  return list
    .filter(isObject)
    .map((entry) => ({ level: text(entry["level"]) || "info", message: text(entry["message"]) }))
    .filter((entry) => entry.message !== "");
}

function responseError(reply: ApiResponse, body: unknown): BeltError {
  const missing =
    reply.status === 412 && isObject(body) && Array.isArray(body["errors"]) ? body["errors"] : [];
  if (missing.some(isObject)) return requirementsError(reply, missing.filter(isObject));
  const told = isObject(body) ? errorCode(body) : undefined;
  const status = httpStatus(reply, body, told);
  const code = told ?? codeForStatus(status);
  const message = (isObject(body) && errorMessage(body)) || plainMessage(reply);
  // A page that refuses was sent by what stands in the API's place.
  const misplaced = isPage(reply) && status < 500 && status !== 429;
  return new BeltError({
    code: misplaced ? "unexpected_reply" : code,
    message: `${message} (HTTP ${status})`,
    hint: misplaced ? NOT_THE_API : hintFor(code, status, message),
    exit: exitFor(code, status),
    httpStatus: status,
    retryable: status === 429 || (status >= 500 && code !== "WORKER_LOST"),
    requestId: reply.requestId,
    retryAfter: retryAfterMs(reply.retryAfter),
  });
}

const NOT_THE_API =
  "check the base URL (--api-url, BELT_API_URL) and whether a proxy or login page answers in its place";

export function retryAfterMs(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** An error inside a 200 says what it would have been by its `status` member, else by its code. */
function httpStatus(reply: ApiResponse, body: unknown, code: string | undefined): number {
  if (reply.status >= 400) return reply.status;
  const inner = isObject(body) ? body["status"] : undefined;
  if (typeof inner === "number" && inner >= 400) return inner;
  return statusForCode(code ?? "") ?? reply.status;
}

function errorCode(body: JsonObject): string | undefined {
  const { code, error, type } = body;
  const nested = isObject(error) ? error["code"] : undefined;
  const fromType = typeof type === "string" ? type.split(/[/#:]/).filter(Boolean).at(-1) : undefined;
  const found = [code, nested, fromType].find((value) => typeof value === "string" && value !== "");
  if (typeof found !== "string" || found === "blank") return undefined;
  return SESSION_CODES.find((known) => known === found.toUpperCase()) ?? found.toLowerCase();
}

function errorMessage(body: JsonObject): string | undefined {
  const { detail, error, message, title } = body;
  const nested = isObject(error) ? error["message"] : error;
  const found = [detail, nested, message, title].find((value) => typeof value === "string" && value !== "");
  return found as string | undefined;
}

/** Characters of a page in which its title is looked for. */
const HEAD_OF_PAGE = 16_384;

/** A body that is no JSON object: its first 500 characters; a page is told by its title, and never quoted. */
function plainMessage(reply: ApiResponse): string {
  if (!isPage(reply)) return reply.text.trim().slice(0, 500) || "the API gave no reason";
  const title = titleOf(reply.text.slice(0, HEAD_OF_PAGE));
  return title || "a web page without a title";
}

function isPage({ contentType, text }: ApiResponse): boolean {
  return contentType.toLowerCase().includes("html") || /^\s{0,100}<(!doctype|html|head|body)\b/i.test(text);
}

/** Found step by step: one pattern for all of it takes the square of a hostile page's length. */
function titleOf(page: string): string {
  const begin = page.toLowerCase().indexOf("<title");
  const from = page.indexOf(">", begin);
  const to = page.indexOf("<", from);
  return begin === -1 || from === -1 || to === -1
    ? ""
    : page
        .slice(from + 1, to)
        .trim()
        .slice(0, 200);
}

function notJson(reply: ApiResponse): BeltError {
  const page = isPage(reply);
  return new BeltError({
    // A page in place of the API, or half an answer of its own.
    code: page ? "unexpected_reply" : "unreadable_reply",
    message: `the answer is not the API's: ${reply.contentType || "no content type"}, "${plainMessage(reply).slice(0, 120)}"`,
    hint: NOT_THE_API,
    exit: "failure",
    httpStatus: reply.status,
    retryable: !page,
    requestId: reply.requestId,
  });
}

function requirementsError(reply: ApiResponse, missing: JsonObject[]): BeltError {
  const lines = missing.map(({ type, key, message }) => {
    const name = [text(type), text(key)].filter(Boolean).join(" ");
    return [name, text(message)].filter(Boolean).join(": ");
  });
  return new BeltError({
    code: "requirements_not_met",
    message: `the app needs what your account has not set up: ${lines.join("; ")}`,
    hint: missing.map(requirementHint).join("; "),
    exit: "failure",
    httpStatus: 412,
    requestId: reply.requestId,
  });
}

const REQUIREMENT_VERBS = new Map([
  ["secret", "add the secret"],
  ["integration", "connect the integration"],
  ["scope", "grant the scope"],
]);

function requirementHint(entry: JsonObject): string {
  const action = isObject(entry["action"]) ? entry["action"] : {};
  // A server of this machine has no settings but files.
  if (text(action["file"])) return `write ${text(entry["key"])}=… into ${text(action["file"])}`;
  const scopes = Array.isArray(action["scopes"]) ? action["scopes"].map(text).filter(Boolean) : [];
  return [
    REQUIREMENT_VERBS.get(text(entry["type"])) ?? "set up",
    text(entry["key"]),
    text(action["provider"]) && `of ${text(action["provider"])}`,
    scopes.length > 0 && `with ${scopes.join(", ")}`,
    "in your inference.sh settings",
  ]
    .filter(Boolean)
    .join(" ");
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** A failed task in wait mode may arrive as HTTP 422 (src/api/README.md, "Running an app"). */
function looksLikeTask(value: unknown): boolean {
  if (!isObject(value) || typeof value["id"] !== "string") return false;
  const { status } = value;
  // A problem document has a status, too: that of HTTP.
  return typeof status === "string" || (typeof status === "number" && status < 100);
}

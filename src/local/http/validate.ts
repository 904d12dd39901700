/** Bodies of requests, checked as the API would: the first wrong field is named. */
import { isObject, type JsonObject, type RunRequest } from "../../wire/types.ts";
import { ApiError, invalidField } from "../errors.ts";
import type { Message } from "../events.ts";
import { DEEPEST, isDeeperThan } from "../tasks/json.ts";

const INFRA = ["cloud", "private", "private_first"];

export function readRunRequest(body: JsonObject): RunRequest {
  if (isDeeperThan(body, DEEPEST)) {
    throw new ApiError(400, "invalid_request", `the body is nested more than ${DEEPEST} levels deep`);
  }
  const app = appReference(body);
  checkIgnored(body);
  const input = object(body, "input");
  if (!input) throw invalidField("input", "is required and must be an object");
  const session = text(body, "session");
  return {
    app,
    input,
    ...given("setup", object(body, "setup")),
    ...given("function", text(body, "function")),
    ...given("infra", infra(body)),
    ...given("workers", texts(body, "workers")),
    ...given("variant", text(body, "variant")),
    ...given("webhook", webhook(body)),
    ...given("session", session),
    ...given("session_timeout", sessionTimeout(body, session)),
  };
}

/** What the API acts on and this server does not. */
const IGNORED = ["run_at", "metadata", "variant", "infra", "workers"];

export function ignoredRunFields(body: JsonObject): Message[] {
  return ignoredFields(body, IGNORED);
}

/** A remark for each of these fields that says something. */
export function ignoredFields(body: JsonObject, names: string[]): Message[] {
  return names
    .filter((name) => isGiven(body[name]))
    .map((name) => ({
      level: "info",
      code: "field_ignored",
      message: `the local server does not act on ${name}`,
      meta: { field: name },
    }));
}

function isGiven(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return value !== undefined && value !== null && value !== "" && value !== false;
}

function checkIgnored(body: JsonObject): void {
  object(body, "metadata");
  const runAt = text(body, "run_at");
  if (runAt !== undefined && Number.isNaN(Date.parse(runAt)))
    throw invalidField("run_at", "must be an ISO time");
}

/** `app`, or in its place `app_id` and `version_id`: the id of an app here is its name, that of a version its hash. */
function appReference(body: JsonObject): string {
  const [app, appId, version] = [text(body, "app"), text(body, "app_id"), text(body, "version_id")];
  if (app && appId && app !== appId) throw invalidField("app_id", "names another app than the field app");
  const base = app ?? appId ?? "";
  if (!base && !version) throw invalidField("app", "is required: namespace/name, with an optional @version");
  if (!version) return base;
  if (base.includes("@") && !base.endsWith(`@${version}`)) {
    throw invalidField("version_id", "is another version than the one that the app names");
  }
  return base.includes("@") ? base : `${base}@${version}`;
}

/** `wait` and the like: true, false, or not there. */
export function flag(body: JsonObject, field: string): boolean | undefined {
  const value = body[field] ?? undefined;
  if (value !== undefined && typeof value !== "boolean") throw invalidField(field, "must be true or false");
  return value;
}

/** A page of a list: `limit` is 1–100, 20 unless told. */
export function readPage(body: JsonObject): { limit: number; cursor: string | null } {
  const limit = body["limit"] ?? 20;
  if (typeof limit !== "number" || !Number.isInteger(limit) || limit < 1) {
    throw invalidField("limit", "must be a whole number of at least 1");
  }
  return { limit: Math.min(limit, 100), cursor: text(body, "cursor") || null };
}

export interface NewFile {
  filename: string;
  contentType: string;
}

export function readFileRequest(body: JsonObject): NewFile[] {
  const files = body["files"];
  if (!Array.isArray(files) || files.length === 0) throw invalidField("files", "must be a list of files");
  if (files.length > 100) throw invalidField("files", "must have at most 100 entries");
  return files.map((file: unknown, index) => {
    if (!isObject(file)) throw invalidField(`files.${index}`, "must be an object");
    return { filename: text(file, "filename") ?? "", contentType: text(file, "content_type") ?? "" };
  });
}

function given<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}

function text(body: JsonObject, field: string): string | undefined {
  const value = body[field] ?? undefined;
  if (value !== undefined && typeof value !== "string") throw invalidField(field, "must be a string");
  return value === "" ? undefined : value;
}

function texts(body: JsonObject, field: string): string[] | undefined {
  const value = body[field] ?? undefined;
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
    throw invalidField(field, "must be a list of strings");
  }
  return value;
}

function object(body: JsonObject, field: string): JsonObject | undefined {
  const value = body[field] ?? undefined;
  if (value !== undefined && !isObject(value)) throw invalidField(field, "must be an object");
  return value;
}

function infra(body: JsonObject): string | undefined {
  const value = text(body, "infra");
  if (value !== undefined && !INFRA.includes(value))
    throw invalidField("infra", `must be one of ${INFRA.join(", ")}`);
  return value;
}

function webhook(body: JsonObject): string | undefined {
  const value = text(body, "webhook");
  if (value !== undefined && !/^https?:\/\//i.test(value))
    throw invalidField("webhook", "must be an http(s) URL");
  if (value !== undefined && !URL.canParse(value)) throw invalidField("webhook", "must be a URL");
  return value;
}

function sessionTimeout(body: JsonObject, session: string | undefined): number | undefined {
  const value = body["session_timeout"] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1 || value > 3600) {
    throw invalidField("session_timeout", "must be a whole number of seconds from 1 to 3600");
  }
  if (session !== "new") throw invalidField("session_timeout", 'is only allowed with session "new"');
  return value;
}

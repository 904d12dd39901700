/** The routes of api.md: what is asked of which part of the server. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { isTerminal } from "../../wire/status.ts";
import type { JsonObject } from "../../wire/types.ts";
import { ApiError, invalidField } from "../errors.ts";
import type { StoredFile } from "../tasks/file-store.ts";
import { readListQuery } from "./list-query.ts";
import { OWNER } from "./owner.ts";
import { fileBody } from "./request.ts";
import type { Reply } from "./response.ts";
import type { Rooms } from "./services.ts";
import { submitRun } from "./submit.ts";
import { openStream, streamEnded, streamTask } from "./task-stream.ts";
import { readFileRequest } from "./validate.ts";

export interface ApiRequest {
  raw: IncomingMessage;
  response: ServerResponse;
  /** Parts of the path, by name. */
  params: Record<string, string>;
  query: URLSearchParams;
  /** Empty when the request had none. */
  body: JsonObject;
}

/** Undefined when the handler has answered by itself. */
type Handler = (rooms: Rooms, request: ApiRequest) => Promise<Reply | undefined>;

export interface Route {
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  handle: Handler;
  /** Allowed by a signature in the address instead of the key. */
  signed?: boolean;
}

export const ROUTES: Route[] = [
  { method: "POST", path: "/run", handle: (rooms, request) => submitRun(rooms, request, true) },
  { method: "POST", path: "/apps/run", handle: (rooms, request) => submitRun(rooms, request, false) },
  { method: "POST", path: "/apps/list", handle: listApps },
  { method: "GET", path: "/apps/:name", handle: getApp },
  { method: "GET", path: "/apps/:namespace/:name", handle: getApp },
  { method: "POST", path: "/tasks/list", handle: listTasks },
  { method: "GET", path: "/tasks/:id", handle: getTask },
  { method: "GET", path: "/tasks/:id/status", handle: getStatus },
  { method: "GET", path: "/tasks/:id/logs", handle: getLogs },
  { method: "GET", path: "/tasks/:id/timings", handle: getTimings },
  { method: "GET", path: "/tasks/:id/stream", handle: followTask },
  { method: "POST", path: "/tasks/:id/cancel", handle: cancelTask },
  { method: "GET", path: "/sessions", handle: listSessions },
  { method: "GET", path: "/sessions/:id", handle: getSession },
  { method: "POST", path: "/sessions/:id/keepalive", handle: keepSessionAlive },
  { method: "DELETE", path: "/sessions/:id", handle: endSession },
  { method: "POST", path: "/files", handle: createFiles },
  { method: "GET", path: "/files/:id", handle: getFile },
  { method: "PUT", path: "/files/:id/:filename", handle: uploadFile, signed: true },
  { method: "GET", path: "/files/:id/:filename", handle: downloadFile, signed: true },
];

async function getApp({ apps }: Rooms, { params }: ApiRequest): Promise<Reply> {
  const { namespace, name } = params;
  return { data: await apps.get(namespace ? `${namespace}/${name}` : name!) };
}

const APP_FIELDS = {
  filters: [
    "id",
    "namespace",
    "name",
    "description",
    "category",
    "status",
    "version_id",
    "created_at",
    "updated_at",
  ],
  search: ["id", "namespace", "name", "description", "category"],
};

async function listApps({ apps }: Rooms, { body }: ApiRequest): Promise<Reply> {
  const { limit, cursor, matches, messages } = readListQuery(body, APP_FIELDS);
  const all = (await apps.list()).filter(matches ?? (() => true));
  const from = cursor === null ? 0 : Number(cursor);
  if (!Number.isInteger(from) || from < 0) throw invalidField("cursor", "is not one of this list");
  const next = from + limit < all.length ? String(from + limit) : null;
  return { data: page(all.slice(from, from + limit), next, cursor, limit, all.length), messages };
}

const TASK_SEARCH = ["id", "short_id", "app", "app_id", "function", "status_text", "session_id", "error"];
const TASK_FIELDS = {
  filters: [
    ...TASK_SEARCH,
    "app_version_id",
    "status",
    "worker_id",
    "infra",
    "webhook",
    "created_at",
    "updated_at",
  ],
  search: TASK_SEARCH,
};

async function listTasks({ tasks, presenter }: Rooms, { body }: ApiRequest): Promise<Reply> {
  const { limit, cursor, matches, messages } = readListQuery(body, TASK_FIELDS);
  const { items, next, total } = await tasks.list(
    limit,
    cursor,
    matches && ((task) => matches(presenter.task(task))),
  );
  const shown = items.map((task) => presenter.task(task));
  return { data: page(shown, next, cursor, limit, total), messages };
}

async function getTask({ tasks, presenter }: Rooms, { params }: ApiRequest): Promise<Reply> {
  const task = await tasks.get(params["id"]!);
  return { data: presenter.task(task, task.logs) };
}

async function getStatus({ tasks, presenter }: Rooms, { params }: ApiRequest): Promise<Reply> {
  return { data: presenter.taskStatus(await tasks.get(params["id"]!)) };
}

async function getLogs({ tasks, presenter }: Rooms, { params }: ApiRequest): Promise<Reply> {
  return { data: presenter.taskLogs(await tasks.get(params["id"]!)) };
}

async function getTimings({ tasks, presenter, clock }: Rooms, { params }: ApiRequest): Promise<Reply> {
  return { data: presenter.timings(await tasks.get(params["id"]!), clock.now()) };
}

async function followTask(rooms: Rooms, { raw, response, params }: ApiRequest): Promise<undefined> {
  const { tasks, presenter, clock } = rooms;
  const task = await tasks.get(params["id"]!);
  const live = tasks.find(task.id);
  if (!live && !isTerminal(task.status)) {
    throw new ApiError(
      405,
      "conflict",
      `task ${task.id} runs in another local server; it can be polled here`,
    );
  }
  const format = openStream(raw, response);
  const options = { clock, present: presenter.task.bind(presenter) };
  if (live && !live.ended) streamTask(response, format, live, options);
  else streamEnded(response, format, task, options);
}

async function cancelTask({ tasks, presenter }: Rooms, { params }: ApiRequest): Promise<Reply> {
  const task = await tasks.get(params["id"]!);
  const live = tasks.find(task.id);
  if (!live && !isTerminal(task.status)) {
    throw new ApiError(409, "conflict", `task ${task.id} runs in another local server`);
  }
  const cancelled = live ? tasks.cancel(live) : false;
  return { data: { ...presenter.taskStatus(task), cancelled } };
}

async function listSessions({ sessions, presenter }: Rooms): Promise<Reply> {
  return { data: sessions.list().map((session) => presenter.session(session)) };
}

async function getSession({ sessions, presenter }: Rooms, { params }: ApiRequest): Promise<Reply> {
  return { data: presenter.session(sessions.get(params["id"]!)) };
}

async function keepSessionAlive({ sessions, presenter }: Rooms, { params }: ApiRequest): Promise<Reply> {
  return { data: presenter.session(sessions.keepAlive(params["id"]!)) };
}

async function endSession({ sessions }: Rooms, { params }: ApiRequest): Promise<Reply> {
  sessions.end(params["id"]!);
  return { status: 204 };
}

async function createFiles(rooms: Rooms, { body }: ApiRequest): Promise<Reply> {
  const wanted = readFileRequest(body);
  const files = await Promise.all(
    wanted.map(({ filename, contentType }) => rooms.files.create(filename, contentType)),
  );
  const baseUrl = rooms.baseUrl();
  return {
    data: files.map((file) => ({
      ...presentFile(rooms, file),
      upload_url: rooms.files.uploadUrl(file, baseUrl),
    })),
  };
}

async function getFile(rooms: Rooms, { params }: ApiRequest): Promise<Reply> {
  return { data: presentFile(rooms, await rooms.files.find(params["id"]!)) };
}

async function uploadFile(rooms: Rooms, request: ApiRequest): Promise<Reply> {
  const file = await signedFile(rooms, request);
  return { data: presentFile(rooms, await rooms.files.fill(file, fileBody(request.raw))) };
}

async function downloadFile(rooms: Rooms, request: ApiRequest): Promise<undefined> {
  const file = await signedFile(rooms, request);
  const { handle, size } = await rooms.files.open(file);
  request.response.writeHead(200, {
    "Content-Type": file.content_type,
    "Content-Length": size,
    // An app's html must not act with this server's origin.
    "Content-Security-Policy": "sandbox",
    "X-Content-Type-Options": "nosniff",
  });
  await pipeline(handle.createReadStream(), request.response);
}

async function signedFile({ files }: Rooms, { raw, params, query }: ApiRequest): Promise<StoredFile> {
  const { id = "", filename } = params;
  if (!files.isSigned(raw.method ?? "", id, query.get("signature") ?? "")) {
    throw new ApiError(403, "forbidden", "the signature of this address is missing or wrong");
  }
  const file = await files.find(id);
  if (file.filename !== filename) throw new ApiError(404, "not_found", `no file ${id} of that name`);
  return file;
}

function presentFile({ files, presenter }: Rooms, file: StoredFile): JsonObject {
  return {
    ...file,
    short_id: file.id.slice(-8),
    updated_at: file.created_at,
    ...OWNER,
    uri: presenter.uri(files.reference(file)),
    upload_url: "",
    path: "",
    remote_path: "",
    category: "",
    rating: "unrated",
  };
}

function page(
  items: JsonObject[],
  next: string | null,
  cursor: string | null,
  limit: number,
  total: number,
): JsonObject {
  return {
    items,
    next_cursor: next ?? "",
    has_next: next !== null,
    prev_cursor: "",
    has_previous: cursor !== null,
    items_per_page: limit,
    total_items: total,
  };
}

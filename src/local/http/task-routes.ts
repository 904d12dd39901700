import { isTerminal } from "../../wire/status.ts";
import { ApiError, invalidField } from "../errors.ts";
import { isId } from "../ids.ts";
import type { Listed } from "../tasks/tasks.ts";
import { page, readListQuery } from "./list-query.ts";
import type { ApiRequest } from "./request.ts";
import type { Reply } from "./response.ts";
import type { Services } from "./services.ts";
import { openStream } from "./stream-format.ts";
import { streamEnded, streamTask } from "./task-stream.ts";

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

export async function listTasks({ tasks, serializer }: Services, { body }: ApiRequest): Promise<Reply> {
  const { limit, cursor, matches, messages } = readListQuery(body, TASK_FIELDS);
  if (cursor !== null && !isId(cursor)) throw invalidField("cursor", "is no next_cursor of this list");
  const serialize = (listed: Listed) => serializer.listed(listed);
  const { items, next, total } = await tasks.list(
    limit,
    cursor,
    matches && ((listed) => matches(serialize(listed))),
  );
  return { data: page(items.map(serialize), next, cursor, limit, total), messages };
}

export async function getTask({ tasks, serializer }: Services, { params }: ApiRequest): Promise<Reply> {
  const task = await tasks.get(params["id"]!);
  return { data: serializer.task(task, task.logs) };
}

export async function getStatus({ tasks, serializer }: Services, { params }: ApiRequest): Promise<Reply> {
  return { data: serializer.taskStatus(await tasks.get(params["id"]!)) };
}

export async function getLogs({ tasks, serializer }: Services, { params }: ApiRequest): Promise<Reply> {
  return { data: serializer.taskLogs(await tasks.get(params["id"]!)) };
}

export async function getTimings(
  { tasks, serializer, clock }: Services,
  { params }: ApiRequest,
): Promise<Reply> {
  return { data: serializer.timings(await tasks.get(params["id"]!), clock.now()) };
}

export async function followTask(
  services: Services,
  { raw, response, params }: ApiRequest,
): Promise<undefined> {
  const { tasks, serializer, clock } = services;
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
  const options = { clock, serialize: serializer.task.bind(serializer) };
  if (live && !live.ended) streamTask(response, format, live, options);
  else streamEnded(response, format, task, options);
}

export async function cancelTask({ tasks, serializer }: Services, { params }: ApiRequest): Promise<Reply> {
  const task = await tasks.get(params["id"]!);
  const live = tasks.find(task.id);
  if (!live && !isTerminal(task.status)) {
    throw new ApiError(409, "conflict", `task ${task.id} runs in another local server`);
  }
  const cancelled = live ? tasks.cancel(live) : false;
  return { data: { ...serializer.taskStatus(task), cancelled } };
}

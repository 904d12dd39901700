import { isObject, type JsonObject } from "../../wire/types.ts";
import type { AgentVersion } from "../agents/agent-version.ts";
import type { LiveChat } from "../agents/chat.ts";
import { completeContext, type Taken, type UserMessage } from "../agents/chats.ts";
import { ApiError, invalidField } from "../errors.ts";
import { streamMessage } from "./chat-stream.ts";
import { page, readListQuery } from "./list-query.ts";
import type { ApiRequest } from "./request.ts";
import type { Reply } from "./response.ts";
import { serializeAgent } from "./serialize-chat.ts";
import type { Services } from "./services.ts";
import { openStream } from "./stream-format.ts";
import { flag } from "./validate.ts";

const AGENT_FIELDS = {
  filters: ["id", "namespace", "name", "version_id", "created_at", "updated_at"],
  search: ["id", "namespace", "name", "description"],
};

export async function getAgent({ agents }: Services, { params }: ApiRequest): Promise<Reply> {
  const { namespace, name } = params;
  const reference = namespace ? `${namespace}/${name}` : decodeURIComponent(name!);
  return { data: serializeAgent(await agents.catalog.resolve(reference)) };
}

export async function listAgents({ agents }: Services, { body }: ApiRequest): Promise<Reply> {
  const { limit, cursor, matches, messages } = readListQuery(body, AGENT_FIELDS);
  const known = (await agents.catalog.list()).flatMap(({ current }) => current ?? []);
  const all = known.map(serializeAgent).filter(matches ?? (() => true));
  return { data: pageFrom(all, cursor, limit), messages };
}

/** A page of a list that is at hand as a whole; the cursor is a place in it. */
export function pageFrom(all: JsonObject[], cursor: string | null, limit: number): JsonObject {
  const from = cursor === null ? 0 : Number(cursor);
  if (!Number.isInteger(from) || from < 0) throw invalidField("cursor", "is not one of this list");
  const next = from + limit < all.length ? String(from + limit) : null;
  return page(all.slice(from, from + limit), next, cursor, limit, all.length);
}

/** `POST /agents/run`: the message is taken at once; with `stream` the answer is told as it grows. */
export async function runAgent(services: Services, request: ApiRequest): Promise<Reply | undefined> {
  const { body, raw, response } = request;
  const { agents, clock } = services;
  const stream = flag(body, "stream") ?? false;
  const version = await agents.catalog.resolve(agentReference(body));
  const message = readMessage(services, body["input"]);
  const live = await chatFor(services, version, body);
  const { serializer } = agents;
  const taken = agents.chats.take(live, version, message);
  // Behind a busy chat there is nothing to tell yet.
  if (!stream || taken.assistant.status === "queued") return { data: serializeTaken(services, taken) };
  const format = openStream(raw, response);
  streamMessage(response, format, live, taken.assistant, { clock, serializer });
  return undefined;
}

function serializeTaken({ agents: { serializer } }: Services, { live, user, assistant }: Taken): JsonObject {
  return {
    user_message: serializer.message(live.chat, user),
    assistant_message: serializer.message(live.chat, assistant),
  };
}

function agentReference(body: JsonObject): string {
  const { agent, agent_config } = body;
  if (typeof agent === "string" && agent !== "") return agent;
  if (isObject(agent_config)) {
    throw new ApiError(
      400,
      "feature_not_available",
      "the local server has no model: it runs agents from folders with an agent.yml, not from agent_config",
      { field: "agent_config" },
    );
  }
  throw invalidField("agent", "is required: namespace/name");
}

function readMessage({ parseReference }: Services, input: unknown): UserMessage {
  if (!isObject(input)) throw invalidField("input", "is required and must be an object");
  const { text } = input;
  if (typeof text !== "string") throw invalidField("input.text", "is required and must be a string");
  const uris = (field: string) => {
    const list = input[field] ?? [];
    if (!Array.isArray(list) || !list.every((uri) => typeof uri === "string")) {
      throw invalidField(`input.${field}`, "must be a list of uris");
    }
    return list.map((uri: string) => parseReference(uri) ?? uri);
  };
  const [images, files] = [uris("images"), uris("files")];
  if (text.trim() === "" && images.length + files.length === 0) throw invalidField("input.text", "is empty");
  return { text, images, files };
}

async function chatFor({ agents }: Services, version: AgentVersion, body: JsonObject): Promise<LiveChat> {
  const { chat_id: id, context } = body;
  if ((context ?? null) !== null && !isObject(context)) throw invalidField("context", "must be an object");
  const given = isObject(context) ? context : {};
  if ((id ?? "") === "") return agents.chats.begin(version, completeContext(version, given));
  if (typeof id !== "string") throw invalidField("chat_id", "must be a string");
  const live = await agents.chats.get(id);
  if (live.chat.agent !== version.agent) {
    throw invalidField("agent", `is not the one of chat ${id}, which is ${live.chat.agent}`);
  }
  Object.assign(live.chat.context, completeContext(version, { ...live.chat.context, ...given }));
  return live;
}

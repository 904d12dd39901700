import type { Answer } from "../agents/chat.ts";
import { statusOf } from "../agents/chat.ts";
import { ApiError, invalidField } from "../errors.ts";
import { pageFrom } from "./agent-routes.ts";
import { streamChat } from "./chat-stream.ts";
import { readListQuery } from "./list-query.ts";
import type { ApiRequest } from "./request.ts";
import type { Reply } from "./response.ts";
import type { Services } from "./services.ts";
import { openStream } from "./stream-format.ts";

const CHAT_FIELDS = {
  filters: ["id", "status", "agent_id", "name", "created_at", "updated_at"],
  search: ["id", "agent_id", "name"],
};

export async function listChats({ agents }: Services, { body }: ApiRequest): Promise<Reply> {
  const { limit, cursor, matches, messages } = readListQuery(body, CHAT_FIELDS);
  const chats = (await agents.chats.list()).map((chat) => agents.serializer.chat(chat));
  return { data: pageFrom(chats.filter(matches ?? (() => true)), cursor, limit), messages };
}

export async function getChat({ agents }: Services, { params }: ApiRequest): Promise<Reply> {
  const { chat } = await agents.chats.get(params["id"]!);
  return { data: agents.serializer.wholeChat(chat) };
}

export async function getChatStatus({ agents }: Services, { params }: ApiRequest): Promise<Reply> {
  const { chat } = await agents.chats.get(params["id"]!);
  const { id, updatedAt } = chat;
  return { data: { id, status: statusOf(chat), updated_at: new Date(updatedAt).toISOString() } };
}

export async function listMessages({ agents }: Services, { params, query }: ApiRequest): Promise<Reply> {
  const { chat } = await agents.chats.get(params["id"]!);
  const limit = Number(query.get("limit") ?? 100);
  if (!Number.isInteger(limit) || limit < 1)
    throw invalidField("limit", "must be a whole number of at least 1");
  const messages = chat.messages.map((message) => agents.serializer.message(chat, message));
  return { data: pageFrom(messages, query.get("cursor") || null, Math.min(limit, 1000)) };
}

export async function followChat(
  { agents, clock }: Services,
  { raw, response, params }: ApiRequest,
): Promise<undefined> {
  const live = await agents.chats.get(params["id"]!);
  streamChat(response, openStream(raw, response), live, { clock, serializer: agents.serializer });
}

export async function stopChat({ agents }: Services, { params }: ApiRequest): Promise<Reply> {
  const live = await agents.chats.get(params["id"]!);
  agents.chats.stop(live);
  return { data: { id: live.chat.id, status: statusOf(live.chat) } };
}

export async function cancelMessage({ agents }: Services, { params }: ApiRequest): Promise<Reply> {
  const { id, status } = agents.chats.cancelQueued(params["id"]!);
  return { data: { id, status } };
}

export async function giveToolResult(services: Services, { params, body }: ApiRequest): Promise<Reply> {
  const { result } = body;
  if (typeof result !== "string") throw invalidField("result", "is required and must be a string");
  return answerCall(services, params["id"]!, { kind: "result", text: result }, /^in_progress$/);
}

export async function approveTool(services: Services, { params }: ApiRequest): Promise<Reply> {
  return answerCall(services, params["id"]!, { kind: "approve" }, /^awaiting_approval$/);
}

export async function rejectTool(services: Services, { params, body }: ApiRequest): Promise<Reply> {
  const reason = typeof body["reason"] === "string" ? body["reason"] : "";
  return answerCall(services, params["id"]!, { kind: "reject", reason }, /^awaiting_approval$/);
}

export async function resolveInterrupt(services: Services, { params, body }: ApiRequest): Promise<Reply> {
  const { decision } = body;
  if (decision !== "allow" && decision !== "deny") throw invalidField("decision", "must be allow or deny");
  const { invocationId } = services.agents.chats.findInterrupt(params["id"]!);
  const answer: Answer = decision === "allow" ? { kind: "approve" } : { kind: "reject", reason: "" };
  return answerCall(services, invocationId, answer, /^awaiting_approval$/);
}

export async function listInterrupts({ agents }: Services, { params }: ApiRequest): Promise<Reply> {
  const { live, run } = agents.chats.interruptsOf(params["id"]!);
  const all = live.chat.interrupts.filter(({ runId }) => runId === run.id);
  return { data: all.map((interrupt) => agents.serializer.interrupt(live.chat, interrupt)) };
}

/** A call is answered once, and only with what it waits for. */
function answerCall({ agents }: Services, id: string, answer: Answer, waits: RegExp): Reply {
  const { live, status } = agents.chats.findInvocation(id);
  const resolve = live.answers.get(id);
  if (!resolve || !waits.test(status)) {
    throw new ApiError(409, "conflict", `tool call ${id} does not wait for this: it is ${status}`);
  }
  resolve(answer);
  const invocation = live.chat.messages
    .flatMap(({ invocations }) => invocations)
    .find((one) => one.id === id)!;
  return { data: agents.serializer.invocation(invocation) };
}

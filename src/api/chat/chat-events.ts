import { isObject, type JsonObject } from "../../wire/types.ts";
import type { OpenStream } from "../http/request.ts";
import { type Frame, readFrames } from "../http/stream.ts";
import {
  type AgentRun,
  type Chat,
  type ChatMessage,
  readChat,
  readMessage,
  readRun,
} from "../resources/agent.ts";

/** What one line of a chat's stream says (src/api/README.md, "Agents and chats"); with `fields`, only these changed. */
export type ChatEvent =
  | { kind: "chat"; chat: Chat }
  | { kind: "message"; message: ChatMessage; fields: string[] | null }
  | { kind: "run"; run: AgentRun }
  | { kind: "delta"; messageId: string; delta: JsonObject; seq: number | null }
  | { kind: "heartbeat" }
  | { kind: "noise"; text: string };

/** A stream of events that is open already. */
export interface EventStream {
  /** By the batch that came together. */
  batches: AsyncIterable<ChatEvent[]>;
  end(reason: unknown): void;
}

export async function* readEvents({ chunks, contentType }: OpenStream): AsyncGenerator<ChatEvent[]> {
  for await (const frames of readFrames(chunks, contentType)) yield frames.map(readEvent);
}

export function readEvent({ name, text, body }: Frame): ChatEvent {
  if (name === "heartbeat") return { kind: "heartbeat" };
  if (!isObject(body)) return { kind: "noise", text };
  if (body["type"] === "heartbeat") return { kind: "heartbeat" };
  const told = typeof body["event"] === "string" && isObject(body["data"]);
  const event = told ? String(body["event"]) : name;
  const data = isObject(body["data"]) && (told || !("id" in body)) ? body["data"] : body;
  const fields = Array.isArray(body["fields"]) ? body["fields"].map(String) : null;
  return eventOf(event || kindOf(data), data, fields);
}

function eventOf(event: string, data: JsonObject, fields: string[] | null): ChatEvent {
  switch (event) {
    case "chats":
      return { kind: "chat", chat: readChat(data) };
    case "chat_messages":
      return { kind: "message", message: readMessage(data), fields };
    case "agent_runs":
      return { kind: "run", run: readRun(data) };
    case "delta":
      return readDelta(data);
    default:
      return { kind: "heartbeat" };
  }
}

function readDelta({ delta, seq, resource_id }: JsonObject): ChatEvent {
  // Without the message's name it could be anybody's; the message itself tells it in the end.
  if (!isObject(delta) || typeof resource_id !== "string") return { kind: "heartbeat" };
  return { kind: "delta", messageId: resource_id, delta, seq: typeof seq === "number" ? seq : null };
}

/** What a line without a name is, by what it has. */
function kindOf(data: JsonObject): string {
  if ("role" in data && "content" in data) return "chat_messages";
  return "";
}

import { asBeltError } from "../errors.ts";
import { isObject, type JsonObject } from "../wire/types.ts";
import type { EventStream } from "./chat/chat-events.ts";
import { readSnapshots } from "./chat/snapshots.ts";
import type { Http } from "./http/http.ts";
import { ambiguous } from "./http/network-errors.ts";
import type { OpenStream } from "./http/request.ts";
import type { RetryMode } from "./http/retry.ts";
import { notAsExpected, segment } from "./paths.ts";
import { type Chat, type ChatMessage, readChat, readMessage } from "./resources/agent.ts";

/** Body of `POST /agents/run` (src/api/README.md, "Agents and chats"). */
export interface AgentRequest {
  chat_id: string | null;
  agent: string;
  context: Record<string, string>;
  stream: boolean;
  input: JsonObject & { text: string };
}

export interface SendOptions {
  /** Called as each try begins, with what to call when that try is over. */
  uninterruptible(): () => void;
  /** Aborted when the user wants to leave. */
  signal: AbortSignal;
  /** Ends the sending; its reason is a BeltError. */
  deadline?: AbortSignal | undefined;
}

/** A message that the API has taken. */
export interface Sent {
  /** Null where the answer does not show it. */
  user: ChatMessage | null;
  assistant: ChatMessage;
  /** The answer as it grows, where it comes with the answer to the request. */
  snapshots: EventStream | null;
}

/** Of these every version of the API tells some. */
const CHAT_FIELDS = ["id", "status", "active_run", "chat_messages", "agent"];

const MAY_BE_SENT = "the message may have been sent";

/** Agents and chats, one line an endpoint. */
export class AgentApi {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** With a signal of its own it is tried once, for a caller that can do without. */
  async agent(reference: string, signal?: AbortSignal): Promise<JsonObject> {
    const path = `/agents/${reference.split("/").map(encodeURIComponent).join("/")}`;
    const answer = await this.#get(path, signal, signal ? "never" : "idempotent");
    if (isObject(answer)) return answer;
    throw notAsExpected(`its answer about ${reference} is no agent`);
  }

  /**
   * `POST /agents/run`. Sent again only when it certainly never arrived; without a readable answer
   * it is exit 11. A stream is answered by its first snapshot, which tells the chat.
   */
  async send(request: AgentRequest, options: SendOptions): Promise<Sent> {
    const answer = await this.#http.request({
      method: "POST",
      path: "/agents/run",
      body: request,
      retry: "if-unsent",
      ambiguousMessage: MAY_BE_SENT,
      ...(request.stream && { begin: readSnapshots }),
      ...options,
    });
    if (isObject(answer) && "snapshots" in answer) return answer as unknown as Sent;
    const sent = isObject(answer) ? readSent(answer) : null;
    if (sent) return sent;
    throw ambiguous(notAsExpected("its answer to the message names no chat"), MAY_BE_SENT);
  }

  async chat(id: string, signal?: AbortSignal, retry?: RetryMode): Promise<Chat> {
    const answer = await this.#get(chatPath(id), signal, retry);
    if (!isObject(answer) || CHAT_FIELDS.every((field) => !(field in answer)))
      throw notAsExpected(`its answer about chat ${id} is no chat`);
    const chat = { ...readChat(answer), id };
    if (chat.messages?.length) return chat;
    // Not every version of the API sends the messages with the chat, and not every one has them apart.
    const messages = await this.messages(id, signal, retry).catch((thrown) => {
      const { httpStatus } = asBeltError(thrown).facts;
      if (chat.messages && (httpStatus === 404 || httpStatus === 405)) return chat.messages;
      throw thrown;
    });
    return { ...chat, messages };
  }

  /** All of them, page by page. */
  async messages(id: string, signal?: AbortSignal, retry?: RetryMode): Promise<ChatMessage[]> {
    const found: JsonObject[] = [];
    for (let cursor = "", pages = 0; pages < MOST_PAGES; pages++) {
      const query = cursor === "" ? "" : `?cursor=${encodeURIComponent(cursor)}`;
      const page = await this.#get(`${chatPath(id, "/messages")}${query}`, signal, retry);
      const items = Array.isArray(page) ? page : isObject(page) ? page["items"] : [];
      if (Array.isArray(items)) found.push(...items.filter(isObject));
      const next = isObject(page) && page["has_next"] !== false ? page["next_cursor"] : "";
      if (typeof next !== "string" || next === "" || next === cursor) break;
      cursor = next;
    }
    return found.map(readMessage);
  }

  stream(id: string, signal: AbortSignal): Promise<OpenStream> {
    const accept = "application/x-ndjson, text/event-stream;q=0.9";
    return this.#http.stream(chatPath(id, "/stream"), { accept }, signal);
  }

  /** Safe to repeat: stopping twice is stopping once. */
  stop(id: string, signal?: AbortSignal): Promise<unknown> {
    return this.#post(chatPath(id, "/stop"), undefined, signal);
  }

  /** Takes back a message that waits behind a busy chat. */
  cancelMessage(id: string, signal?: AbortSignal): Promise<unknown> {
    return this.#post(`/chats/messages/${segment(id)}/cancel`, undefined, signal);
  }

  /** The same result twice is the same result. */
  giveResult(invocationId: string, result: string, signal: AbortSignal): Promise<unknown> {
    return this.#post(`/tools/${segment(invocationId)}`, { result }, signal);
  }

  approve(invocationId: string, signal: AbortSignal): Promise<unknown> {
    return this.#post(`/tools/${segment(invocationId)}/invoke`, {}, signal);
  }

  reject(invocationId: string, reason: string, signal: AbortSignal): Promise<unknown> {
    return this.#post(`/tools/${segment(invocationId)}/reject`, { reason }, signal);
  }

  resolve(interruptId: string, decision: "allow" | "deny", signal: AbortSignal): Promise<unknown> {
    return this.#post(`/interrupts/${segment(interruptId)}/resolve`, { decision }, signal);
  }

  #get(path: string, signal?: AbortSignal, retry: RetryMode = "idempotent"): Promise<unknown> {
    return this.#http.request({ method: "GET", path, retry, signal });
  }

  #post(path: string, body: JsonObject | undefined, signal: AbortSignal | undefined): Promise<unknown> {
    return this.#http.request({ method: "POST", path, retry: "idempotent", signal, ...(body && { body }) });
  }
}

/** Of messages; more than any chat has, and the end of a cursor that leads in a circle. */
const MOST_PAGES = 500;

function chatPath(id: string, rest = ""): string {
  return `/chats/${segment(id)}${rest}`;
}

/** `{user_message, assistant_message}`; null where it names no chat. */
function readSent({ user_message: user, assistant_message: answer }: JsonObject): Sent | null {
  const assistant = isObject(answer) ? readMessage(answer) : null;
  if (!assistant?.chatId) return null;
  return { user: isObject(user) ? readMessage(user) : null, assistant, snapshots: null };
}

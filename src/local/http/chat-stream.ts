/** `GET /chats/:id/stream`, and the snapshots that answer `POST /agents/run` with `stream: true` (src/local/README.md, "Streams"). */
import type { ServerResponse } from "node:http";
import type { JsonObject } from "../../wire/types.ts";
import { activeRun, type ChatChange, type LiveChat, type Message } from "../agents/chat.ts";
import type { Clock } from "../clock.ts";
import type { ChatSerializer } from "./serialize-chat.ts";
import { endWith, type Format, HEARTBEAT_MS } from "./stream-format.ts";

export interface ChatStreamOptions {
  clock: Clock;
  serializer: ChatSerializer;
}

/** Between two writes, in milliseconds: a message with many calls is not told anew for each of their results. */
const COALESCE_MS = 30;

/** Lines for one client, in the order of what they tell. Of what a slow client has not taken only the newest state is kept. */
class LineQueue {
  readonly #response: ServerResponse;
  readonly #format: Format;
  readonly #waiting = new Map<string, () => { event: string; data: JsonObject }>();
  readonly #deltas = new Map<string, JsonObject[]>();

  #timer: NodeJS.Timeout | null = null;
  #writtenAt = 0;

  constructor(response: ServerResponse, format: Format) {
    this.#response = response;
    this.#format = format;
    response.on("drain", () => this.write());
    response.once("close", () => clearTimeout(this.#timer ?? undefined));
  }

  put(key: string, line: () => { event: string; data: JsonObject }): void {
    this.#waiting.delete(key);
    this.#waiting.set(key, line);
    this.#timer ??= setTimeout(
      () => this.write(),
      Math.max(0, this.#writtenAt + COALESCE_MS - performance.now()),
    );
  }

  /** Nothing where the whole message is about to be written, which holds it. */
  putDelta(messageId: string, delta: JsonObject): void {
    if (this.#waiting.has(messageId)) return;
    const key = `delta ${messageId}`;
    const deltas = this.#deltas.get(key);
    if (deltas) return void deltas.push(delta);
    this.#deltas.set(key, [delta]);
    this.put(key, () => ({ event: "delta", data: delta }));
  }

  write(): void {
    clearTimeout(this.#timer ?? undefined);
    this.#timer = null;
    this.#writtenAt = performance.now();
    for (const [key, line] of this.#waiting) {
      if (this.#response.writableNeedDrain || this.#response.destroyed) return;
      this.#waiting.delete(key);
      const deltas = this.#deltas.get(key);
      this.#deltas.delete(key);
      const lines = deltas ? deltas.map((data) => ({ event: "delta", data })) : [line()];
      for (const { event, data } of lines) this.#response.write(this.#format.line({ event, data }, event));
    }
  }
}

/** First the messages of the newest run, then the chat, then all that changes; it does not end by itself. */
export function streamChat(
  response: ServerResponse,
  format: Format,
  live: LiveChat,
  { clock, serializer }: ChatStreamOptions,
): void {
  const { chat } = live;
  const queue = new LineQueue(response, format);
  const put = (change: ChatChange) => {
    switch (change.kind) {
      case "chat":
        return queue.put("chat", () => ({ event: "chats", data: serializer.chat(chat) }));
      case "run": {
        const { run } = change;
        return queue.put(run.id, () => ({ event: "agent_runs", data: serializer.run(chat, run) }));
      }
      case "message": {
        const { message } = change;
        const data = () => serializer.message(chat, message);
        return queue.put(message.id, () => ({ event: "chat_messages", data: data() }));
      }
      case "delta":
        queue.putDelta(change.message.id, {
          delta: change.delta,
          seq: change.seq,
          resource_id: change.message.id,
        });
    }
  };
  const runId = (activeRun(chat) ?? chat.runs.at(-1))?.id;
  for (const message of chat.messages) if (message.runId === runId) put({ kind: "message", message });
  put({ kind: "chat" });
  whileOpen(response, format, clock, live.listen(put));
}

const ENDED = /^(ready|failed|cancelled)$/;

/** The assistant's message, whole on each change, until its status is terminal. */
export function streamMessage(
  response: ServerResponse,
  format: Format,
  live: LiveChat,
  message: Message,
  { clock, serializer }: ChatStreamOptions,
): void {
  let changed = true;
  const write = () => {
    if (!changed || response.writableNeedDrain || response.writableEnded) return;
    changed = false;
    const line = format.line(serializer.message(live.chat, message));
    if (!ENDED.test(message.status)) {
      response.write(line);
      return;
    }
    stop();
    endWith(response, line + format.end);
  };
  const stopListening = live.listen((change) => {
    if ((change.kind !== "message" && change.kind !== "delta") || change.message !== message) return;
    changed = true;
    write();
  });
  const stopBeating = whileOpen(response, format, clock, stopListening);
  const stop = () => {
    stopListening();
    stopBeating();
  };
  response.on("drain", write);
  write();
}

/** Heartbeats, and an end to listening, for as long as the client is there. */
function whileOpen(
  response: ServerResponse,
  format: Format,
  clock: Clock,
  stopListening: () => void,
): () => void {
  let stopTimer = () => {};
  const beat = () => {
    if (!response.writableNeedDrain) response.write(format.heartbeat);
    stopTimer = clock.after(HEARTBEAT_MS, beat);
  };
  stopTimer = clock.after(HEARTBEAT_MS, beat);
  response.once("close", () => {
    stopListening();
    stopTimer();
  });
  return () => stopTimer();
}

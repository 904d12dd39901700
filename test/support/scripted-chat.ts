import type { ServerResponse } from "node:http";
import type { JsonObject } from "../../src/wire/types.ts";
import type { ScriptedApi, Step } from "./scripted-api.ts";

/** The chat of the tests: one turn, answered by an agent named test/agent. */
export const message = (status: string, text: string, more: JsonObject = {}): JsonObject => ({
  id: "msg_2",
  chat_id: "chat_1",
  agent_run_id: "run_1",
  task_id: "task_model",
  role: "assistant",
  order: 1,
  status,
  content: [{ type: "text", text, image: null, file: null, tool_calls: null, error: null }],
  tool_invocations: null,
  ...more,
});

export const userMessage = message("ready", "hi", { id: "msg_1", role: "user", order: 0, task_id: null });

export const run = (state: string, more: JsonObject = {}): JsonObject => ({
  id: "run_1",
  chat_id: "chat_1",
  state,
  error: null,
  output: null,
  ...more,
});

/** As `GET /chats/:id` answers. */
export const chat = (state: string, messages: JsonObject[], more: JsonObject = {}): JsonObject => ({
  id: "chat_1",
  status: /^(working|submitted)$/.test(state)
    ? "busy"
    : state === "input_required"
      ? "awaiting_input"
      : "idle",
  agent_id: "test/agent",
  output: null,
  active_run: run(state),
  pending_interrupts: [],
  chat_messages: messages,
  ...more,
});

export const invocation = (id: string, status: string, more: JsonObject = {}): JsonObject => ({
  id,
  type: "client",
  status,
  function: { name: "clock", arguments: { zone: "utc" } },
  result: null,
  ...more,
});

export const event = (name: string, data: JsonObject, fields?: string[]): JsonObject => ({
  event: name,
  data,
  ...(fields && { fields }),
});

export const delta = (response: string, seq: number): JsonObject =>
  event("delta", { delta: { response }, seq, resource_id: "msg_2" });

export const taken: JsonObject = { user_message: userMessage, assistant_message: message("pending", "") };

export const heartbeat = { type: "heartbeat" };

/** What the API says of the agent. */
export function describeAgent(api: ScriptedApi, version: JsonObject = {}): void {
  const agent = { namespace: "test", name: "agent", version: { tools: [], context: [], ...version } };
  api.offer("GET /agents/test/agent", api.ok(agent));
}

/** A stream whose bytes come in these pieces, each on its way before the next; cut, ended or left open. */
export function pieces(parts: Uint8Array[], end: "clean" | "cut" | "open"): Step {
  return async (_request, response: ServerResponse) => {
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    response.flushHeaders();
    response.socket?.setNoDelay(true);
    for (const part of parts) {
      await new Promise((resolve) => response.write(part, resolve));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    if (end === "clean") response.end();
    if (end === "cut") setTimeout(() => response.socket?.destroy(), 2);
  };
}

export function bytesOf(lines: unknown[]): Buffer {
  return Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

export const noContent: Step = (_request, response) => void response.writeHead(204).end();

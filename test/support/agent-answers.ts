import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "../../src/wire/types.ts";
import type { ScriptedApi, Step } from "./scripted-api.ts";
import {
  chat,
  delta,
  describeAgent,
  event,
  heartbeat,
  message,
  run,
  taken,
  userMessage,
} from "./scripted-chat.ts";

export const TEXT = "Grüße, 👋 world";
export const SNAPSHOTS = [
  message("pending", ""),
  message("pending", "Grüße"),
  heartbeat,
  message("pending", "Grüße, 👋"),
  message("ready", TEXT),
];
export const ENDED = chat("completed", [userMessage, message("ready", TEXT)]);

/** A server whose agent has no tools, so that a new chat is followed by snapshots. */
export function snapshots(api: ScriptedApi, answer: Step, ended = ENDED): void {
  describeAgent(api);
  api.on("POST /agents/run", answer);
  api.offer("GET /chats/chat_1", api.ok(ended));
}

/** One whose agent has a tool, so that the chat's stream tells the answer. */
export function withTool(api: ScriptedApi): void {
  describeAgent(api, { tools: [{ name: "clock", type: "client" }] });
}

export function streamed(api: ScriptedApi, ...streams: Step[]): void {
  withTool(api);
  api.offer("POST /agents/run", api.ok(taken));
  api.on("GET /chats/chat_1/stream", ...streams);
}

export const LINES = [
  event("chats", chat("working", [])),
  event("chat_messages", message("pending", "")),
  delta("Grü", 1),
  delta("ße, ", 2),
  event("chat_messages", message("pending", "Grüße, 👋")),
  delta(" world", 3),
  event("chat_messages", message("ready", TEXT)),
  event("agent_runs", run("completed")),
];

export const sentBody = (api: ScriptedApi) =>
  api.requests.find(({ url }) => url === "/agents/run")?.body as JsonObject;
export const journalOf = (home: { dir: string }) => {
  const path = join(home.dir, "state", "journal.ndjson");
  return existsSync(path) ? readFileSync(path, "utf8") : "";
};

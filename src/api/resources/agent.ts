import { parsePlainJson } from "../../wire/json.ts";
import { isObject, type JsonObject } from "../../wire/types.ts";

/** What the API says of an agent, as far as a message to it needs to know. */
export interface AgentInfo {
  context: ContextField[];
  tools: AgentTool[];
  hasOutputSchema: boolean;
}

interface ContextField {
  name: string;
  description: string;
  required: boolean;
  default: string | null;
}

interface AgentTool {
  name: string;
  /** "client" is for whoever talks to the agent. */
  type: string;
}

export function agentInfo(agent: JsonObject): AgentInfo {
  const version = isObject(agent["version"]) ? agent["version"] : agent;
  const { output_schema: schema } = version;
  return {
    context: objects(version["context"]).map(contextField),
    tools: objects(version["tools"]).map(({ name, type }) => ({ name: text(name), type: text(type) })),
    hasOutputSchema: isObject(schema) && Object.keys(schema).length > 0,
  };
}

function contextField(field: JsonObject): ContextField {
  const { name, description, required, default: fallback } = field;
  return {
    name: text(name),
    description: text(description),
    required: required === true,
    default: text(fallback) || null,
  };
}

/** What a chat's status, or its run's state, comes to. */
export type TurnWord = "queued" | "working" | "waiting" | "completed" | "failed" | "cancelled";

/** A turn of a chat: one message of the user's, and what answers it (src/api/README.md, "Agents and chats"). */
export interface AgentRun {
  id: string;
  state: string;
  error: string | null;
  output: unknown;
  /** Why it waits for somebody. */
  interrupt: string;
}

export interface ChatMessage {
  id: string;
  chatId: string;
  runId: string;
  /** The model's task. */
  taskId: string | null;
  role: string;
  order: number | null;
  status: string;
  text: string;
  reasoning: string;
  error: string | null;
  invocations: ToolInvocation[];
  /** As the API sent it. */
  raw: JsonObject;
}

export interface ToolInvocation {
  id: string;
  name: string;
  type: string;
  arguments: unknown;
  status: string;
  result: unknown;
}

/** What holds a run up until somebody decides. */
export interface Interrupt {
  id: string;
  reason: string;
  invocationId: string;
  toolName: string;
  arguments: unknown;
}

export interface Chat {
  id: string;
  agent: string | null;
  status: string;
  output: unknown;
  run: AgentRun | null;
  interrupts: Interrupt[];
  /** Null where the answer leaves them out. */
  messages: ChatMessage[] | null;
  raw: JsonObject;
}

export function readChat(raw: JsonObject): Chat {
  const { id, status, output, active_run: run, pending_interrupts: interrupts, chat_messages } = raw;
  const agent = isObject(raw["agent"]) ? raw["agent"] : {};
  const named = agent["namespace"] && agent["name"] ? `${agent["namespace"]}/${agent["name"]}` : null;
  return {
    id: text(id),
    agent: named ?? (text(raw["agent_id"]).includes("/") ? text(raw["agent_id"]) : null),
    status: text(status),
    output: output ?? null,
    run: isObject(run) ? readRun(run) : null,
    interrupts: objects(interrupts)
      .filter((one) => (one["status"] ?? "pending") === "pending")
      .map(readInterrupt),
    messages: Array.isArray(chat_messages) ? objects(chat_messages).map(readMessage) : null,
    raw,
  };
}

export function readRun({ id, state, error, output, interrupt_reason: reason }: JsonObject): AgentRun {
  return {
    id: text(id),
    state: text(state),
    error: text(error) || null,
    output: output ?? null,
    interrupt: text(reason),
  };
}

export function readMessage(raw: JsonObject): ChatMessage {
  const parts = objects(raw["content"]);
  const join = (type: string) =>
    parts.map((part) => (part["type"] === type ? text(part["text"]) : "")).join("");
  return {
    id: text(raw["id"]),
    chatId: text(raw["chat_id"]),
    runId: text(raw["agent_run_id"]),
    taskId: text(raw["task_id"]) || null,
    role: text(raw["role"]),
    order: typeof raw["order"] === "number" ? raw["order"] : null,
    status: text(raw["status"]),
    text: join("text"),
    reasoning: join("reasoning"),
    error: parts.map(({ error }) => text(error)).find((error) => error !== "") ?? null,
    invocations: objects(raw["tool_invocations"]).map(readInvocation),
    raw,
  };
}

function readInvocation({ id, type, status, result, function: called }: JsonObject): ToolInvocation {
  const { name, arguments: given } = isObject(called) ? called : {};
  return {
    id: text(id),
    name: text(name),
    type: text(type),
    arguments: typeof given === "string" ? parsed(given) : (given ?? {}),
    status: text(status),
    result: result ?? null,
  };
}

function readInterrupt({ id, reason, resource_id, meta }: JsonObject): Interrupt {
  const told = typeof meta === "string" ? parsed(meta) : meta;
  const { tool_name, tool_invocation_id, arguments: given } = isObject(told) ? told : {};
  return {
    id: text(id),
    reason: text(reason),
    invocationId: text(resource_id) || text(tool_invocation_id),
    toolName: text(tool_name),
    arguments: given ?? {},
  };
}

const BUSY = ["submitted", "working", "input_required", "auth_required"];

/** True while the chat answers, or waits for somebody. */
export function isBusy({ run, status }: Pick<Chat, "run" | "status">): boolean {
  return run ? BUSY.includes(run.state) : status === "busy" || status === "awaiting_input";
}

const ENDS: Record<string, TurnWord> = {
  completed: "completed",
  ready: "completed",
  failed: "failed",
  rejected: "failed",
  canceled: "cancelled",
  cancelled: "cancelled",
};

/** How a run, or a message, has ended; null while it has not. */
export function endOf(state: string): TurnWord | null {
  return Object.hasOwn(ENDS, state) ? ENDS[state]! : null;
}

function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** What is no JSON stays a text, and so does what holds a long number, which would lose its digits. */
function parsed(json: string): unknown {
  try {
    const plain = parsePlainJson(json);
    return plain ? plain.value : json;
  } catch {
    return json;
  }
}

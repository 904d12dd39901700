/** Agents, chats and what is in them, as the API shows them. */
import type { JsonObject } from "../../wire/types.ts";
import type { AgentTool, AgentVersion } from "../agents/agent-version.ts";
import { toolCall } from "../agents/answer.ts";
import {
  type AgentRun,
  activeRun,
  type Chat,
  type Interrupt,
  type Invocation,
  type Message,
  statusOf,
} from "../agents/chat.ts";
import { mapStrings } from "../tasks/json.ts";
import { OWNER } from "./owner.ts";
import type { Serializer } from "./serialize.ts";

const iso = (time: number) => new Date(time).toISOString();

function base({
  id,
  createdAt,
  updatedAt,
}: {
  id: string;
  createdAt: number;
  updatedAt: number;
}): JsonObject {
  return { id, short_id: id.slice(-8), created_at: iso(createdAt), updated_at: iso(updatedAt), ...OWNER };
}

export class ChatSerializer {
  readonly #uri: (text: string) => string;

  constructor(serializer: Serializer) {
    this.#uri = (text) => serializer.uri(text);
  }

  /** Without its messages: they are asked for by themselves, or come by themselves. */
  chat(chat: Chat): JsonObject {
    const run = activeRun(chat) ?? chat.runs.at(-1) ?? null;
    return {
      ...base(chat),
      parent_id: null,
      children: [],
      status: statusOf(chat),
      output: chat.output,
      context: chat.context,
      agent_id: chat.agent,
      agent_version_id: chat.version,
      name: chat.messages[0]?.text.slice(0, 80) ?? "",
      description: "",
      agent_data: { plan_steps: [], memory: {}, always_allowed_tools: [] },
      active_run: run && this.run(chat, run),
      pending_interrupts: chat.interrupts
        .filter(({ status }) => status === "pending")
        .map((interrupt) => this.interrupt(chat, interrupt)),
    };
  }

  wholeChat(chat: Chat): JsonObject {
    return { ...this.chat(chat), chat_messages: chat.messages.map((message) => this.message(chat, message)) };
  }

  run(chat: Chat, run: AgentRun): JsonObject {
    return {
      ...base(run),
      agent_id: chat.agent,
      agent_version_id: chat.version,
      chat_id: chat.id,
      user_message_id: run.userMessageId,
      state: run.state,
      error: run.error,
      output: run.output,
      interrupt_reason: run.interruptReason,
      interrupt_tool_id: run.interruptToolId,
    };
  }

  message(chat: Chat, message: Message): JsonObject {
    return {
      ...base(message),
      chat_id: chat.id,
      agent_run_id: message.runId,
      order: message.order,
      status: message.status,
      task_id: message.taskId,
      role: message.role,
      content: this.#content(message),
      tools: null,
      tool_call_id: message.toolCallId,
      tool_invocations:
        message.invocations.length === 0 ? null : message.invocations.map((one) => this.invocation(one)),
    };
  }

  invocation(invocation: Invocation): JsonObject {
    const result = mapStrings(invocation.result, this.#uri);
    return {
      ...base(invocation),
      chat_message_id: invocation.messageId,
      tool_invocation_id: invocation.callId,
      type: invocation.type,
      execution_id: invocation.executionId,
      function: { name: invocation.name, arguments: invocation.arguments },
      status: invocation.status,
      result: result === null || typeof result === "string" ? result : JSON.stringify(result),
    };
  }

  interrupt(chat: Chat, interrupt: Interrupt): JsonObject {
    const { invocationId, toolName, status, resolution } = interrupt;
    return {
      ...base(interrupt),
      run_id: interrupt.runId,
      chat_id: chat.id,
      reason: "tool_approval",
      source: "agent",
      resource_id: invocationId,
      resource_type: "tool_invocation",
      status,
      resolution,
      meta: { tool_name: toolName, tool_invocation_id: invocationId, arguments: interrupt.arguments },
    };
  }

  #content({ text, reasoning, images, files, error, invocations }: Message): JsonObject[] {
    const none = { text: null, image: null, file: null, tool_calls: null, error: null };
    return [
      ...(reasoning === "" ? [] : [{ ...none, type: "reasoning", text: reasoning }]),
      ...(text === "" && error === null ? [] : [{ ...none, type: "text", text, error }]),
      ...images.map((image) => ({ ...none, type: "image", image: this.#uri(image) })),
      ...files.map((file) => ({ ...none, type: "file", file: this.#uri(file) })),
      ...(invocations.length === 0 ? [] : [{ ...none, type: "tool", tool_calls: invocations.map(toolCall) }]),
    ];
  }
}

export function serializeAgent(version: AgentVersion): JsonObject {
  const { agent, namespace, name, hash, modifiedAt } = version;
  const shared = base({ id: agent, createdAt: modifiedAt, updatedAt: modifiedAt });
  return {
    ...shared,
    project_id: "",
    namespace,
    name,
    title: "",
    description: version.description,
    images: { card: "", thumbnail: "", banner: "" },
    version_id: hash,
    version: {
      ...shared,
      id: hash,
      description: version.description,
      system_prompt: "",
      example_prompts: [],
      tools: version.tools.map(serializeTool),
      skills: [],
      context: version.context.map((field) => ({ ...field, default: field.default ?? "" })),
      output_schema: version.outputSchema,
    },
  };
}

function serializeTool(tool: AgentTool): JsonObject {
  const { name, description, type, requireApproval, app, inputSchema } = tool;
  return {
    name,
    description,
    type,
    require_approval: requireApproval,
    ...(type === "app"
      ? { app: { ref: app, function: tool.function ?? "" } }
      : { client: { input_schema: inputSchema, output_schema: null } }),
  };
}

import { endOf, readMessage, type ToolInvocation, type TurnWord } from "../api/resources/agent.ts";
import { safeJson, safeLine, safeText } from "../terminal/text.ts";
import type { Style, View } from "../terminal/view.ts";
import { wrap } from "../terminal/wrap.ts";
import { isObject, type JsonObject } from "../wire/types.ts";
import { fields, renderOutput } from "./values.ts";

/** A turn as belt prints it (src/cli/README.md, "Agents"). */
export interface TurnDocument {
  chat_id: string;
  run_id: string | null;
  /** The model's newest task. */
  task_id: string | null;
  agent: string;
  status: TurnWord;
  text: string;
  output: unknown;
  /** As the API sent them. */
  messages: JsonObject[];
  tool_calls: ToolInvocation[];
  /** Calls that were denied, or that nobody here could answer. */
  denied: Denied[];
}

/** A call that was not made as the agent wanted. */
export interface Denied {
  id: string;
  name: string;
  reason: "denied" | "not_available";
}

/** What the agent said; where it said nothing, its structured output. */
export const turnView: View<TurnDocument> = {
  text: ({ text, output }, style) => (text === "" ? renderOutput(output, style) : safeText(text)),
};

/** A chat's fields as the API sent them, and its messages. */
export interface ChatDocument extends JsonObject {
  id: string;
  agent: unknown;
  messages: JsonObject[];
}

export const chatView: View<ChatDocument> = {
  text: (chat, style) => {
    const { id, agent, messages, status, output } = chat;
    const rows: [string, string][] = [
      ["chat", style.colors.bold(safeLine(id))],
      ["agent", typeof agent === "string" ? safeLine(agent) : ""],
      ["status", typeof status === "string" ? safeLine(status) : ""],
      ["output", output === null || output === undefined ? "" : safeText(renderOutput(output, style))],
    ];
    const head = fields(
      rows.filter(([, value]) => value !== ""),
      style,
    );
    return [head, ...messages.map((message) => said(message, style)).filter((part) => part !== "")].join(
      "\n\n",
    );
  },
  bare: ({ id }) => safeLine(id),
};

/** Who said it, and what; what a tool answered is for the agent, and is left to --json. */
function said(raw: JsonObject, style: Style): string {
  const { role, text, status, error, invocations } = readMessage(raw);
  if (role === "tool") return "";
  const end = endOf(status);
  const state = end === null || end === "completed" ? (end === null ? status : "") : end;
  const calls = invocations.map(({ name, arguments: given, status }) => {
    const told = isObject(given) ? safeJson(given) : "";
    return style.colors.dim(`${safeLine(name)} ${safeLine(told)} ${safeLine(status)}`);
  });
  const head = style.colors.dim(
    [role === "user" ? "you" : safeLine(role), safeLine(state)].filter(Boolean).join(", "),
  );
  const body = [
    wrap(safeText(text), style),
    ...calls,
    error === null ? "" : style.colors.red(safeLine(error)),
  ];
  return [head, ...body.filter((part) => part !== "")].join("\n");
}

/** What `chat stop` came to: `stopped` is false when nothing was being answered. */
export interface StoppedChat {
  id: string;
  status: string;
  stopped: boolean;
}

export const stoppedChatView: View<StoppedChat> = {
  text: ({ id, stopped }) => `${safeLine(id)}  ${stopped ? "stopped" : "was not answering"}`,
  bare: () => "",
};

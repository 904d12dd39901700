import type { JsonObject } from "../../wire/types.ts";

/** One state of an agent's folder: its agent.yml, read. */
export interface AgentVersion {
  /** `namespace/name`. */
  agent: string;
  namespace: string;
  name: string;
  description: string;
  /** Short hash of the file. */
  hash: string;
  dir: string;
  /** When its agent.yml was last written, milliseconds since 1970. */
  modifiedAt: number;
  context: ContextField[];
  tools: AgentTool[];
  outputSchema: JsonObject | null;
  turns: Turn[];
}

export interface ContextField {
  name: string;
  description: string;
  required: boolean;
  default: string | null;
}

export interface AgentTool {
  name: string;
  description: string;
  /** "app" runs an app of this server; "client" is answered by whoever talks to the agent. */
  type: "app" | "client";
  /** Of an app tool: the app, and the function if it is not the default. */
  app: string;
  function: string | null;
  inputSchema: JsonObject | null;
  requireApproval: boolean;
}

/** What the scripted model does with one message. */
export interface Turn {
  /** Words of the message that choose this turn; a turn without any is taken in order. */
  when: string[];
  steps: Step[];
}

export type Step =
  | { kind: "say" | "reason"; pieces: string[] }
  | { kind: "call"; tool: string; arguments: JsonObject }
  | { kind: "wait"; ms: number }
  | { kind: "fail"; error: string }
  /** The structured output of the chat. */
  | { kind: "finish"; output: unknown };

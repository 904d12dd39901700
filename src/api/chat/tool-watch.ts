import type { ChatMessage, Interrupt } from "../resources/agent.ts";

/** What became of a tool call, and what waits for somebody's word. */
export type ToolChange =
  | {
      type: "tool";
      id: string;
      name: string;
      tool_type: string;
      status: string;
      arguments: unknown;
      result: unknown;
    }
  | { type: "approval"; id: string; interrupt_id: string | null; name: string; arguments: unknown };

/** The tool calls of a turn: each status, and each question, is told once. */
export class ToolWatch {
  readonly #statuses = new Map<string, string>();
  readonly #asked = new Set<string>();

  take({ invocations }: ChatMessage): ToolChange[] {
    return invocations.flatMap(({ id, name, type, status, arguments: given, result }): ToolChange[] => {
      if (this.#statuses.get(id) === status) return [];
      this.#statuses.set(id, status);
      const change = { type: "tool" as const, id, name, tool_type: type, status, arguments: given, result };
      return status === "awaiting_approval" ? [change, ...this.ask(id, null, name, given)] : [change];
    });
  }

  /** A call may be held up by itself, by an interrupt, or by both. */
  ask(invocationId: string, interruptId: string | null, name: string, given: unknown): ToolChange[] {
    const key = invocationId || interruptId || "";
    if (this.#asked.has(key)) return [];
    this.#asked.add(key);
    return [{ type: "approval", id: invocationId, interrupt_id: interruptId, name, arguments: given }];
  }
}

/** A client's tool holds the run up, too, but asks for a result and not for permission. */
export function approvalOf(tools: ToolWatch, interrupt: Interrupt): ToolChange[] {
  const { id, reason, invocationId, toolName, arguments: given } = interrupt;
  if (reason === "client_tool" || reason === "widget") return [];
  return tools.ask(invocationId, id, toolName || reason, given);
}

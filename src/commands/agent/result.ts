import type { TurnState } from "../../api/chat/turn-state.ts";
import { BeltError } from "../../errors.ts";
import { belt } from "../../hint.ts";
import type { Denied, TurnDocument } from "../../views/agent-views.ts";

export function turnDocument(
  state: TurnState,
  agent: string,
  chatId: string,
  denied: Denied[],
): TurnDocument {
  const { messages } = state;
  return {
    chat_id: chatId,
    run_id: state.runId,
    task_id: state.taskId(),
    agent,
    status: state.status,
    text: state.text,
    output: state.output,
    messages: messages.map(({ raw }) => raw),
    tool_calls: messages.flatMap(({ invocations }) => invocations),
    denied,
  };
}

/** Throws for how the turn ended: 3 when it failed, 10 when it was stopped, 9 when a tool was denied or missing. */
export function requireAnswer(
  { chat_id, task_id, status, denied }: TurnDocument,
  error: string | null,
): void {
  const hint = belt("chat get", chat_id);
  const taskId = task_id ?? undefined;
  if (status === "failed") {
    const message = `the agent failed: ${error ?? "it gave no reason"}`;
    throw new BeltError({ code: "agent_failed", message, hint, exit: "taskFailed", taskId });
  }
  if (status === "cancelled") {
    throw new BeltError({
      code: "agent_stopped",
      message: "the answer was stopped",
      hint,
      exit: "taskCancelled",
      taskId,
    });
  }
  if (denied.length === 0) return;
  const names = [...new Set(denied.map(({ name, reason }) => `${name} (${reason.replaceAll("_", " ")})`))];
  const message = `the agent answered without ${names.slice(0, 5).join(", ")}${names.length > 5 ? ` and ${names.length - 5} more` : ""}`;
  throw new BeltError({ code: "tool_denied", message, exit: "partial", taskId });
}

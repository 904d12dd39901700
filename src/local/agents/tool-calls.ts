/** The tool calls of one message: apps run here, clients and people are waited for. */
import { parseJson } from "../../wire/json.ts";
import type { JsonObject } from "../../wire/types.ts";
import type { Clock } from "../clock.ts";
import { messageOf } from "../error-text.ts";
import type { IdKind } from "../ids.ts";
import type { LiveTask } from "../tasks/task.ts";
import type { AgentTool } from "./agent-version.ts";
import type { AgentRun, Answer, Interrupt, Invocation, LiveChat, Message } from "./chat.ts";
import { addMessage } from "./chats.ts";

export interface ToolOptions {
  clock: Clock;
  nextId: (kind: IdKind) => string;
  /** Runs an app as any other task. */
  runApp(tool: AgentTool, input: JsonObject): Promise<LiveTask>;
  cancelTask(task: LiveTask): void;
  /** A value with addresses in place of references to stored files. */
  present(value: unknown): unknown;
}

export interface CallRequest {
  tool: AgentTool;
  arguments: JsonObject;
}

interface Place {
  live: LiveChat;
  message: Message;
  run: AgentRun;
  signal: AbortSignal;
}

export class ToolCalls {
  readonly #options: ToolOptions;
  readonly #place: Place;
  /** Calls that wait for somebody, and for what. */
  readonly #waiting = new Map<Invocation, "tool_approval" | "client_tool">();

  constructor(options: ToolOptions, place: Place) {
    this.#options = options;
    this.#place = place;
  }

  add({ tool, arguments: given }: CallRequest): Invocation {
    const { nextId, clock } = this.#options;
    const now = clock.now();
    const id = nextId("tool");
    const invocation: Invocation = {
      id,
      messageId: this.#place.message.id,
      callId: `call_${id.slice(-8)}`,
      name: tool.name,
      type: tool.type,
      arguments: given,
      status: "pending",
      result: null,
      executionId: null,
      createdAt: now,
      updatedAt: now,
    };
    this.#place.message.invocations.push(invocation);
    return invocation;
  }

  /** All of them; gives the result of the last. Throws when the run is stopped meanwhile. */
  async make(invocations: Invocation[], requests: CallRequest[]): Promise<unknown> {
    const { signal, live, run } = this.#place;
    const made = invocations.map((invocation, index) => this.#make(invocation, requests[index]!.tool));
    await Promise.all(made);
    signal.throwIfAborted();
    for (const invocation of invocations) this.#addResult(invocation);
    live.notify({ kind: "run", run });
    const { result } = invocations.at(-1)!;
    return await parsed(this.#options.present(result));
  }

  async #make(invocation: Invocation, tool: AgentTool): Promise<void> {
    try {
      if (tool.requireApproval && !(await this.#approved(invocation))) return;
      if (tool.type === "app") return await this.#runApp(invocation, tool);
      const answer = await this.#waitFor(invocation, "client_tool", "in_progress");
      if (answer?.kind === "result") this.#set(invocation, { status: "completed", result: answer.text });
    } catch (error) {
      this.#set(invocation, { status: "failed", result: messageOf(error) });
    } finally {
      if (this.#place.signal.aborted && /^(pending|in_progress|awaiting)/.test(invocation.status))
        this.#set(invocation, { status: "cancelled" });
    }
  }

  async #approved(invocation: Invocation): Promise<boolean> {
    const { live, run } = this.#place;
    const { nextId, clock } = this.#options;
    const now = clock.now();
    const interrupt: Interrupt = {
      id: nextId("intr"),
      runId: run.id,
      invocationId: invocation.id,
      toolName: invocation.name,
      arguments: invocation.arguments,
      status: "pending",
      resolution: null,
      createdAt: now,
      updatedAt: now,
    };
    live.chat.interrupts.push(interrupt);
    const answer = await this.#waitFor(invocation, "tool_approval", "awaiting_approval");
    const resolution = answer?.kind === "approve" ? "allow" : answer ? "deny" : null;
    const status = resolution === null ? "cancelled" : "resolved";
    Object.assign(interrupt, { status, resolution, updatedAt: clock.now() });
    live.notify({ kind: "chat" });
    if (answer?.kind === "reject")
      this.#set(invocation, { status: "cancelled", result: answer.reason || "rejected by the user" });
    return resolution === "allow";
  }

  /** What somebody outside makes of the call; null when the run was stopped. */
  async #waitFor(
    invocation: Invocation,
    reason: "tool_approval" | "client_tool",
    status: Invocation["status"],
  ): Promise<Answer | null> {
    const { live, signal } = this.#place;
    this.#waiting.set(invocation, reason);
    // Before it is told: whoever hears of it may answer at once.
    const answered = new Promise<Answer | null>((resolve) => {
      live.answers.set(invocation.id, resolve);
      if (signal.aborted) resolve(null);
      else signal.addEventListener("abort", () => resolve(null), { once: true });
    });
    this.#set(invocation, { status });
    this.#showRun();
    const answer = await answered;
    live.answers.delete(invocation.id);
    this.#waiting.delete(invocation);
    this.#showRun();
    return answer;
  }

  async #runApp(invocation: Invocation, tool: AgentTool): Promise<void> {
    const { signal } = this.#place;
    const task = await this.#options.runApp(tool, invocation.arguments);
    const cancel = () => this.#options.cancelTask(task);
    signal.addEventListener("abort", cancel, { once: true });
    if (signal.aborted) cancel();
    this.#set(invocation, { status: "in_progress", executionId: task.id });
    await task.done;
    signal.removeEventListener("abort", cancel);
    const { status, output, error } = task.task;
    if (status === "completed") this.#set(invocation, { status, result: output });
    else this.#set(invocation, { status: status as "failed" | "cancelled", result: error ?? status });
  }

  /** A run waits as long as one of its calls does. */
  #showRun(): void {
    const { live, run } = this.#place;
    if (run.state !== "working" && run.state !== "input_required") return;
    const [first] = this.#waiting;
    Object.assign(run, {
      state: first ? "input_required" : "working",
      interruptReason: first?.[1] ?? null,
      interruptToolId: first?.[0].id ?? null,
      updatedAt: this.#options.clock.now(),
    });
    live.notify({ kind: "run", run });
    live.notify({ kind: "chat" });
  }

  /** What the model reads next. */
  #addResult(invocation: Invocation): void {
    const { live, run } = this.#place;
    const now = this.#options.clock.now();
    const result = this.#options.present(invocation.result);
    const message = addMessage(live, {
      id: this.#options.nextId("msg"),
      runId: run.id,
      role: "tool",
      status: "ready",
      toolCallId: invocation.callId,
      text: typeof result === "string" ? result : JSON.stringify(result),
      now,
    });
    live.notify({ kind: "message", message });
  }

  #set(invocation: Invocation, change: Partial<Invocation>): void {
    const { live, message } = this.#place;
    const updatedAt = this.#options.clock.now();
    Object.assign(invocation, change, { updatedAt });
    message.updatedAt = updatedAt;
    live.notify({ kind: "message", message });
  }
}

async function parsed(result: unknown): Promise<unknown> {
  if (typeof result !== "string") return result;
  try {
    return await parseJson(result);
  } catch {
    return result;
  }
}

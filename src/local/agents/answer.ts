/** Answers a message as its turn of the script says, message by message, each with a task of its own. */

import { setMaxListeners } from "node:events";
import { stringifyJson } from "../../wire/json.ts";
import type { JsonObject } from "../../wire/types.ts";
import type { Clock } from "../clock.ts";
import { messageOf } from "../error-text.ts";
import type { IdKind } from "../ids.ts";
import type { LiveTask } from "../tasks/task.ts";
import type { Tasks } from "../tasks/tasks.ts";
import type { AgentVersion, Step } from "./agent-version.ts";
import { type AgentRun, hasEnded, type LiveChat, type Message } from "./chat.ts";
import { addMessage } from "./chats.ts";
import { chooseTurn, fill, fillText, type Scope } from "./script.ts";
import { type CallRequest, ToolCalls, type ToolOptions } from "./tool-calls.ts";

export interface AnswererOptions extends ToolOptions {
  clock: Clock;
  nextId: (kind: IdKind) => string;
  tasks: Tasks;
}

/** Between two pieces of a text, in milliseconds. */
const PIECE_MS = 15;

/** Characters of a call's arguments that come at a time. */
const FRAGMENT = 24;

/** A run that is being answered. */
interface Answering {
  live: LiveChat;
  version: AgentVersion;
  run: AgentRun;
  message: Message;
  /** The model's task, while it writes. */
  task: LiveTask | null;
  scope: Scope;
  signal: AbortSignal;
}

export class Answerer {
  readonly #options: AnswererOptions;

  constructor(options: AnswererOptions) {
    this.#options = options;
  }

  /** To its end, whatever that is; never throws. */
  async answer(live: LiveChat, version: AgentVersion, run: AgentRun): Promise<void> {
    const stop = new AbortController();
    // Every call of a message listens to it.
    setMaxListeners(0, stop.signal);
    live.stopRun = () => stop.abort();
    const { text } = live.message(run.userMessageId);
    const answered = live.chat.runs.indexOf(run);
    const { turn, rest } = chooseTurn(version.turns, text, answered);
    const scope: Scope = { message: text, rest, context: live.chat.context, result: null };
    const message = live.message(run.assistantMessageId);
    const answering: Answering = { live, version, run, message, task: null, scope, signal: stop.signal };
    try {
      this.#begin(answering);
      await this.#play(answering, turn.steps);
      this.#end(answering, "completed", null);
    } catch (error) {
      if (stop.signal.aborted) this.#end(answering, "canceled", null);
      else this.#end(answering, "failed", messageOf(error));
    } finally {
      live.stopRun = null;
    }
  }

  #begin({ live, run, message }: Answering): void {
    const user = live.message(run.userMessageId);
    this.#set(run, { state: "working" });
    live.chat.output = null;
    if (user.status !== "ready") this.#show(live, user, { status: "ready" });
    this.#show(live, message, { status: "pending" });
    live.notify({ kind: "run", run });
    live.notify({ kind: "chat" });
  }

  /** Calls that stand together are made together; what follows them is the model's next message. */
  async #play(answering: Answering, steps: Step[]): Promise<void> {
    let calls: CallRequest[] = [];
    for (const step of steps) {
      if (step.kind !== "call" && calls.length > 0) {
        await this.#makeCalls(answering, calls);
        calls = [];
        this.#nextMessage(answering);
      }
      if (step.kind === "call") calls.push(this.#callRequest(answering, step));
      else await this.#playStep(answering, step);
    }
    if (calls.length > 0) await this.#makeCalls(answering, calls);
    this.#endMessage(answering, "ready");
  }

  async #playStep(answering: Answering, step: Exclude<Step, { kind: "call" }>): Promise<void> {
    const { live, scope, run } = answering;
    switch (step.kind) {
      case "say":
      case "reason":
        for (const piece of step.pieces) {
          this.#write(answering, step.kind === "say" ? "response" : "reasoning", fillText(piece, scope));
          await this.#pause(answering, PIECE_MS);
        }
        return;
      case "wait":
        return await this.#pause(answering, step.ms);
      case "fail":
        this.#model(answering);
        throw new Error(fillText(step.error, scope));
      case "finish":
        run.output = fill(step.output, scope);
        live.chat.output = run.output;
    }
  }

  #callRequest({ version, scope }: Answering, step: Extract<Step, { kind: "call" }>): CallRequest {
    const tool = version.tools.find(({ name }) => name === step.tool)!;
    return { tool, arguments: fill(step.arguments, scope) as JsonObject };
  }

  #write(answering: Answering, field: "response" | "reasoning", text: string): void {
    const { live, message } = answering;
    const task = this.#model(answering);
    message[field === "response" ? "text" : "reasoning"] += text;
    message.updatedAt = this.#options.clock.now();
    task.partial(outputOf(message), message.updatedAt);
    tellDelta(live, message, { [field]: text });
  }

  async #makeCalls(answering: Answering, requests: CallRequest[]): Promise<void> {
    const { live, message, run, signal } = answering;
    const calls = new ToolCalls(this.#options, { live, message, run, signal });
    const invocations = requests.map((request) => calls.add(request));
    for (const [index, { callId, name, arguments: given }] of invocations.entries()) {
      this.#writeCall(answering, index, { id: callId, name, text: stringifyJson(given)! });
    }
    this.#endTask(answering, "completed", null);
    live.notify({ kind: "message", message });
    answering.scope.result = await calls.make(invocations, requests);
    this.#endMessage(answering, "ready");
  }

  /** As models do: the name first, then the arguments bit by bit. */
  #writeCall(answering: Answering, index: number, call: { id: string; name: string; text: string }): void {
    const { live, message } = answering;
    this.#model(answering);
    const { id, name, text } = call;
    const begin = { index, id, type: "function", function: { name, arguments: "" } };
    tellDelta(live, message, { tool_calls: [begin] });
    for (let at = 0; at < text.length; at += FRAGMENT) {
      const part = { index, function: { arguments: text.slice(at, at + FRAGMENT) } };
      tellDelta(live, message, { tool_calls: [part] });
    }
  }

  #nextMessage(answering: Answering): void {
    const { live, run } = answering;
    const id = this.#options.nextId("msg");
    const now = this.#options.clock.now();
    answering.message = addMessage(live, { id, runId: run.id, role: "assistant", status: "pending", now });
    live.notify({ kind: "message", message: answering.message });
  }

  /** The task of the message, opened when the model begins with it. */
  #model(answering: Answering): LiveTask {
    const { live, version, message, scope } = answering;
    if (answering.task) return answering.task;
    const input = { text: scope.message };
    const { agent: app, hash } = version;
    answering.task = this.#options.tasks.open({ app, input }, { app, hash, defaultFunction: null });
    message.taskId = answering.task.id;
    live.notify({ kind: "message", message });
    return answering.task;
  }

  #endTask(answering: Answering, outcome: "completed" | "failed" | "cancelled", error: string | null): void {
    const now = this.#options.clock.now();
    answering.task?.partial(outputOf(answering.message), now);
    answering.task?.end(outcome, error, now);
    answering.task = null;
  }

  #endMessage(
    answering: Answering,
    status: "ready" | "failed" | "cancelled",
    error: string | null = null,
  ): void {
    const { live, message } = answering;
    const outcome = status === "ready" ? "completed" : status;
    this.#endTask(answering, outcome, error);
    if (message.status === "pending") this.#show(live, message, { status, error });
  }

  #end(answering: Answering, state: "completed" | "failed" | "canceled", error: string | null): void {
    const { live, run } = answering;
    if (state === "failed") this.#endMessage(answering, "failed", error);
    if (state === "canceled") this.#endMessage(answering, "cancelled");
    if (hasEnded(run)) return;
    this.#set(run, { state, error, interruptReason: null, interruptToolId: null });
    live.chat.updatedAt = run.updatedAt;
    live.notify({ kind: "run", run });
    live.notify({ kind: "chat" });
  }

  #show(live: LiveChat, message: Message, change: Partial<Message>): void {
    this.#set(message, change);
    live.notify({ kind: "message", message });
  }

  #set<T extends { updatedAt: number }>(record: T, change: Partial<T>): void {
    Object.assign(record, change, { updatedAt: this.#options.clock.now() });
  }

  /** Throws when the run is stopped meanwhile, or the model's task is cancelled. */
  async #pause({ signal, task }: Answering, ms: number): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve) => {
      const done = () => {
        stopTimer();
        signal.removeEventListener("abort", done);
        resolve();
      };
      const stopTimer = this.#options.clock.after(ms, done);
      signal.addEventListener("abort", done, { once: true });
    });
    signal.throwIfAborted();
    if (task?.ended) throw new Error(`the model's task ${task.id} was cancelled`);
  }
}

function tellDelta(live: LiveChat, message: Message, delta: JsonObject): void {
  message.deltas += 1;
  live.notify({ kind: "delta", message, delta, seq: message.deltas });
}

/** What the model's task shows: the form of the API's language models. */
function outputOf({ text, reasoning, invocations }: Message): JsonObject {
  return {
    response: text,
    ...(reasoning === "" ? {} : { reasoning }),
    ...(invocations.length === 0 ? {} : { tool_calls: invocations.map(toolCall) }),
  };
}

export function toolCall({ callId, name, arguments: given }: Message["invocations"][number]): JsonObject {
  return { id: callId, type: "function", function: { name, arguments: given } };
}

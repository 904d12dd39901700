import type { TurnFact } from "../../api/chat/follow-turn.ts";
import type { TurnState } from "../../api/chat/turn-state.ts";
import type { BeltError } from "../../errors.ts";
import { fileReason } from "../../file-reason.ts";
import { safeJson } from "../../terminal/text.ts";
import type { TurnDocument } from "../../views/agent-views.ts";
import type { Context, EventsTarget } from "../shared/context.ts";

/** The NDJSON of `--events`: what was learned of the answers, and as the last line how it ended. */
export class AgentEvents {
  readonly #ctx: Context;
  readonly #target: EventsTarget;
  readonly #start: number;
  #seq = 0;
  #chatId: string | null = null;
  #turn: TurnState | null = null;

  private constructor(ctx: Context, target: EventsTarget) {
    this.#ctx = ctx;
    this.#target = target;
    this.#start = ctx.now();
  }

  /** Opens the target; one that has to be read first is waited for, until `deadline`. */
  static async open(ctx: Context, target: string, deadline: AbortSignal): Promise<AgentEvents> {
    return new AgentEvents(ctx, await ctx.machine.openEvents(target, deadline));
  }

  /** The chat and the turn that all further lines are about. */
  about(chatId: string, turn: TurnState): void {
    this.#chatId = chatId;
    this.#turn = turn;
  }

  fact(fact: TurnFact): void {
    // How the call is written bit by bit is for those who watch.
    if (fact.type === "calling") return;
    const { type, ...rest } = fact;
    this.#write(type, type === "status" ? { ...rest, elapsed_ms: this.#ctx.now() - this.#start } : rest);
  }

  result(turn: TurnDocument): void {
    this.#write("result", { turn });
  }

  error(error: BeltError): void {
    this.#write("error", { error: this.#ctx.out.document(error) });
  }

  async drained(): Promise<void> {
    await this.#target.drained();
  }

  async close(): Promise<void> {
    await this.#target.close().catch((error: Error) => {
      this.#ctx.out.warn(`the events could not all be written: ${fileReason(error)}`);
    });
  }

  #write(type: string, rest: object): void {
    const time = new Date(this.#ctx.now()).toISOString();
    const message = "message_id" in rest ? String(rest.message_id) : null;
    const taskId = this.#turn?.taskId(message) ?? null;
    const head = { type, seq: ++this.#seq, time, task_id: taskId, chat_id: this.#chatId };
    this.#target.write(safeJson({ ...head, ...rest }));
  }
}

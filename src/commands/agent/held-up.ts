import type { TurnState } from "../../api/chat/turn-state.ts";
import { BeltError } from "../../errors.ts";
import { belt } from "../../hint.ts";
import { formatDuration } from "../../terminal/text.ts";
import type { Context } from "../shared/context.ts";

/** A wait for what belt cannot give. */
interface Waits {
  /** Milliseconds before it is told: what was answered just now may not show yet. */
  after: number;
  told: string;
  givenUp(chatId: string, patience: string): string;
}

const BEHIND: Waits = {
  after: 0,
  told: "an earlier message of this chat waits for a tool or an approval, and this one waits behind it",
  givenUp: (chatId, patience) =>
    `an earlier message of chat ${chatId} has waited ${patience} for a tool or an approval, and this one waits behind it`,
};

const FOR_OTHERS: Waits = {
  after: 10_000,
  told: "the agent waits for somebody, and not for belt",
  givenUp: (chatId, patience) =>
    `the agent of chat ${chatId} has waited ${patience} for somebody, and not for belt`,
};

/** Tells of such a wait once, and throws once patience has ended: perhaps nobody is there who would answer. */
export class HeldUp {
  readonly #ctx: Context;
  readonly #chatId: string;
  readonly #patience: number;
  #waits: Waits | null = null;
  #since = 0;
  #isTold = false;

  constructor(ctx: Context, chatId: string, patience: number) {
    this.#ctx = ctx;
    this.#chatId = chatId;
    this.#patience = patience;
  }

  /** Once for all that came together; `isIdle` when nothing waits for an answer from here. */
  look(state: TurnState, isIdle: boolean): void {
    const waits = waitsOf(state, isIdle);
    if (waits !== this.#waits) {
      this.#waits = waits;
      this.#since = this.#ctx.now();
      this.#isTold = false;
    }
    if (waits === null) return;
    const waited = this.#ctx.now() - this.#since;
    if (!this.#isTold && waited >= Math.min(waits.after, this.#patience)) this.#tell(waits);
    if (waited < this.#patience) return;
    const message = waits.givenUp(this.#chatId, formatDuration(this.#patience));
    throw new BeltError({ code: "still_running", message, exit: "stillRunning", retryable: false });
  }

  #tell({ told }: Waits): void {
    this.#isTold = true;
    this.#ctx.out.warn(told);
    this.#ctx.out.hint([belt("chat stop", this.#chatId), " ends that, in another terminal"]);
  }
}

function waitsOf(state: TurnState, isIdle: boolean): Waits | null {
  if (state.isHeldUp) return BEHIND;
  return state.status === "waiting" && isIdle ? FOR_OTHERS : null;
}

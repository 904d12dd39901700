import type { ToolChange } from "../../api/chat/tool-watch.ts";
import type { Api } from "../../api/client.ts";
import { deadline } from "../../api/http/network-errors.ts";
import { BeltError } from "../../errors.ts";
import type { Denied } from "../../views/agent-views.ts";
import type { Context } from "../shared/context.ts";
import { type Approval, decide } from "./approval.ts";
import { notAvailable, runClientTool } from "./tools.ts";

export interface DeskOptions {
  tools: ReadonlyMap<string, string>;
  approval: Approval;
  /** Aborted when belt is done with the turn, however. */
  signal: AbortSignal;
  /** As the API tells it. */
  turn: { readonly ended: boolean };
}

interface ToolCall {
  id: string;
  name: string;
  given: unknown;
  /** True for a tool that callers may give. */
  isForCallers: boolean;
}

/** Milliseconds for the agent to be told that its tools have gone. */
const LEAVE_PATIENCE = 5_000;

/** Answers what the agent asks of its caller, one after the other: tools to run, and calls to approve. */
export class ToolDesk {
  readonly denied: Denied[] = [];
  readonly #ctx: Context;
  readonly #api: Api;
  readonly #options: DeskOptions;
  readonly #seen = new Set<string>();
  /** Tools that the agent waits for, by the call, with what it is told of each. */
  readonly #unanswered = new Map<string, { name: string; result: string }>();
  /** By the call: aborted when somebody else has decided about it. */
  readonly #undecided = new Map<string, AbortController>();
  #queue: Promise<void> = Promise.resolve();
  #atWork = 0;
  readonly #failure = new AbortController();

  constructor(ctx: Context, api: Api, options: DeskOptions) {
    this.#ctx = ctx;
    this.#api = api;
    this.#options = options;
  }

  /** Aborts with what kept an answer from being given: the agent would wait for it without end. */
  get failed(): AbortSignal {
    return this.#failure.signal;
  }

  /** True while nothing waits for an answer from here. */
  get isIdle(): boolean {
    return this.#atWork === 0;
  }

  take(change: ToolChange): void {
    if (change.type === "approval") {
      const decided = new AbortController();
      this.#undecided.set(change.id, decided);
      this.#enqueue(`approval ${change.id || change.interrupt_id}`, () =>
        this.#decide(change, decided.signal),
      );
      return;
    }
    const { id, name, tool_type: type, status, arguments: given } = change;
    if (status !== "awaiting_approval") this.#undecided.get(id)?.abort();
    const waits = status === "awaiting_input" || (type === "client" && status === "in_progress");
    if (!waits || this.#seen.has(id)) return;
    this.#unanswered.set(id, { name, result: notAvailable(name) });
    const isForCallers = type === "client" && name !== "";
    this.#enqueue(id, () => this.#runTool({ id, name, given, isForCallers }));
  }

  /**
   * Belt goes, the agent goes on: what it waits for is answered, since nobody else will, with what a tool
   * gave before its result was lost on the way, else that it is not available.
   */
  async leave(): Promise<void> {
    await this.#queue;
    if (this.#unanswered.size === 0) return;
    const bound = deadline(LEAVE_PATIENCE);
    const give = async (id: string, result: string) => await this.#api.agents.giveResult(id, result, bound);
    const told = await Promise.allSettled(
      [...this.#unanswered].map(([id, { result }]) => answered(give(id, result))),
    );
    const names = [...new Set([...this.#unanswered.values()].map(({ name }) => name))].join(", ");
    const isTold = told.every(({ status }) => status === "fulfilled");
    this.#ctx.out.warn(
      isTold
        ? `the agent waited for ${names}, and was told that nobody runs it any more`
        : `the agent waits for ${names}, and could not be told that nobody runs it any more`,
    );
  }

  #enqueue(key: string, work: () => Promise<void>): void {
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#atWork++;
    this.#queue = this.#queue.then(async () => {
      const { signal } = this.#options;
      if (!signal.aborted && !this.failed.aborted)
        await work().catch(
          (thrown) => signal.aborted || this.#isInVain(thrown) || this.#failure.abort(thrown),
        );
      this.#atWork--;
    });
  }

  /** A turn that has ended waits for nothing; to leave is to leave all the same. */
  #isInVain(thrown: unknown): boolean {
    return this.#options.turn.ended && !(thrown instanceof BeltError && thrown.isStop);
  }

  async #runTool({ id, name, given, isForCallers }: ToolCall): Promise<void> {
    const { tools, signal } = this.#options;
    const command = tools.get(name);
    if (command === undefined) {
      this.denied.push({ id, name, reason: "not_available" });
      const hint = isForCallers ? `; --tool ${name}=<command> gives it one` : "";
      this.#ctx.out.warn(
        `the agent called ${name || "a tool without a name"}, which is not available${hint}`,
      );
    } else this.#ctx.out.progress.busy(`running ${name}`);
    const result =
      command === undefined
        ? notAvailable(name)
        : await runClientTool(this.#ctx, name, command, given, signal);
    this.#unanswered.set(id, { name, result });
    await answered(this.#api.agents.giveResult(id, result, signal));
    this.#unanswered.delete(id);
  }

  async #decide(
    { id, interrupt_id, name, arguments: given }: Extract<ToolChange, { type: "approval" }>,
    decided: AbortSignal,
  ): Promise<void> {
    const { approval, signal, tools } = this.#options;
    const until = AbortSignal.any([signal, decided]);
    // A tool that was given is allowed by that.
    const allowed =
      !until.aborted &&
      (tools.has(name) || (await decide(this.#ctx, approval, { name, arguments: given }, until)));
    if (until.aborted) {
      if (!signal.aborted) this.#ctx.out.note(`${name} was decided about elsewhere`);
      return;
    }
    if (!allowed) {
      this.denied.push({ id: id || interrupt_id!, name, reason: "denied" });
      this.#ctx.out.warn(
        `${name} was not approved${approval.kind === "never" ? `; --approve tool:${name} allows it` : ""}`,
      );
    }
    const { agents } = this.#api;
    if (id === "") await answered(agents.resolve(interrupt_id!, allowed ? "allow" : "deny", signal));
    else await answered(allowed ? agents.approve(id, signal) : agents.reject(id, reasonOf(approval), signal));
  }
}

/** Why a call was denied, as the agent is told. */
function reasonOf({ kind }: Approval): string {
  return kind === "ask" ? "denied by the user" : "not approved: nobody was there to be asked";
}

/** One that was answered meanwhile, by whomever, is answered. */
async function answered(answering: Promise<unknown>): Promise<void> {
  await answering.catch((thrown) => {
    const isOver = thrown instanceof BeltError && [409, 410].includes(thrown.facts.httpStatus ?? 0);
    if (!isOver) throw thrown;
  });
}

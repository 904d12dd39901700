import { type Estimate, formatUsd, type Microcents } from "../../api/resources/money.ts";
import { BeltError } from "../../errors.ts";
import { joinHints } from "../../hint.ts";
import { parseAmount } from "../../input/amount.ts";
import type { Context } from "../shared/context.ts";

export interface CostFlags {
  maxCost?: Microcents;
  allowUnknownCost?: boolean;
}

/** The most that a command may spend, and who said so. */
interface Cap {
  amount: Microcents;
  from: "--max-cost" | "BELT_MAX_COST";
  /** What is said of work that it keeps from being done. */
  refused?: string;
}

/** An upper bound set aside for one run, before it is submitted. */
export interface Reservation {
  /** The run was taken on, or may have been: the amount stays counted. */
  settle(): void;
  /** The run certainly was not taken on: the amount is free again. */
  release(): void;
}

/** What a run is about to cost, as far as is known, and why it is not. */
export interface RunCost {
  app: string;
  estimate: Estimate;
  /** What kept the estimate from being had. */
  failure: BeltError | null;
}

/**
 * The money of one command, in the order it is asked for: what is set aside and what is spent
 * never pass the cap together, however many runs are under way.
 */
export class Budget {
  readonly #cap: Cap | null;
  readonly #allowUnknown: boolean;
  #counted: Microcents = 0n;

  constructor(cap: Cap | null, allowUnknown: boolean) {
    this.#cap = cap;
    this.#allowUnknown = allowUnknown;
  }

  /** False where any cost will do, so that none need be asked for. */
  get isCapped(): boolean {
    return this.#cap !== null;
  }

  /** What is set aside and spent so far. */
  get counted(): Microcents {
    return this.#counted;
  }

  /** The most that may be spent; null without a cap. */
  get cap(): Microcents | null {
    return this.#cap?.amount ?? null;
  }

  /** Counts what was spent before this command, whatever the cap. */
  count(amount: Microcents): void {
    this.#counted += amount;
  }

  /** Sets the upper bound aside; throws exit 7 for more than is left, and for what is not known unless that is allowed. */
  reserve(cost: RunCost): Reservation {
    const { max } = cost.estimate;
    if (this.#cap === null) return reservation(0n, () => {});
    if (max === null && !this.#allowUnknown) throw unknownCost(cost, this.#cap);
    const amount = max ?? 0n;
    if (this.#counted + amount > this.#cap.amount) throw tooMuch(cost.app, amount, this.#counted, this.#cap);
    this.#counted += amount;
    return reservation(amount, (freed) => {
      this.#counted -= freed;
    });
  }

  /** For a run whose cost cannot be asked. */
  requireUncapped(what: string): void {
    if (this.#cap === null || this.#allowUnknown) return;
    throw notKnown(`what ${what} costs cannot be asked`, this.#cap);
  }
}

function reservation(amount: Microcents, free: (amount: Microcents) => void): Reservation {
  let left = amount;
  return {
    settle() {
      left = 0n;
    },
    release() {
      free(left);
      left = 0n;
    },
  };
}

const NOTHING_STARTED = "nothing was uploaded or submitted";

/** `--max-cost`, else BELT_MAX_COST; throws a usage error for what is no amount. */
export function budgetOf({ maxCost }: Pick<Context, "maxCost">, flags: CostFlags, refused?: string): Budget {
  return new Budget(capOf(maxCost, flags.maxCost, refused), flags.allowUnknownCost ?? false);
}

function capOf(variable: string | null, flag: Microcents | undefined, refused?: string): Cap | null {
  if (flag !== undefined) return { amount: flag, from: "--max-cost", ...(refused && { refused }) };
  if (variable === null) return null;
  return {
    amount: parseAmount(variable, "BELT_MAX_COST"),
    from: "BELT_MAX_COST",
    ...(refused && { refused }),
  };
}

function tooMuch(app: string, amount: Microcents, counted: Microcents, cap: Cap): BeltError {
  const before = counted === 0n ? "" : `, with ${formatUsd(counted)} USD counted already`;
  return overBudget(
    `${app} may cost ${formatUsd(amount)} USD, more than the ${capText(cap)} allows${before}`,
    `--max-cost ${formatUsd(counted + amount)} allows it`,
    cap,
  );
}

function unknownCost({ app, estimate, failure }: RunCost, cap: Cap): BeltError {
  // A key that is refused is that, whatever it was used for.
  if (failure?.facts.httpStatus === 401) return failure;
  const reason = failure?.message ?? estimate.reason ?? dependence(estimate);
  const error = notKnown(`what ${app} costs is not known${reason ? ` (${reason})` : ""}`, cap);
  const { hint, retryable = false } = failure?.facts ?? {};
  return error.with({ retryable, hint: hint ? joinHints(hint, ALLOW_UNKNOWN) : ALLOW_UNKNOWN });
}

const ALLOW_UNKNOWN = "--allow-unknown-cost runs it all the same";

function dependence({ dependsOn }: Estimate): string | null {
  return dependsOn.length === 0 ? null : `it depends on ${dependsOn.join(", ")}`;
}

function notKnown(what: string, cap: Cap): BeltError {
  return overBudget(`${what}, and there is a ${capText(cap)}`, ALLOW_UNKNOWN, cap);
}

function capText({ amount, from }: Cap): string {
  return `cap of ${formatUsd(amount)} USD (${from})`;
}

function overBudget(message: string, hint: string, { refused = NOTHING_STARTED }: Cap): BeltError {
  return new BeltError({
    code: "over_budget",
    message: `${message}; ${refused}`,
    hint,
    exit: "quota",
  });
}

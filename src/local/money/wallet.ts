/** The credit of this server: what runs cost is taken when they are submitted, and given back when they fail. */
import { ApiError } from "../errors.ts";
import type { Task } from "../tasks/task.ts";
import { usd } from "./usd.ts";

export class Wallet {
  #balance: number;

  /** In microcents. */
  constructor(balance: number) {
    this.#balance = balance;
  }

  get balance(): number {
    return this.#balance;
  }

  /** Throws the API's 402 when the balance is less than that. */
  require(cost: number): void {
    if (cost <= this.#balance) return;
    throw new ApiError(
      402,
      "payment_required",
      `this run costs ${usd(cost)} USD, which the credit does not cover`,
    );
  }

  take(cost: number): void {
    this.#balance -= cost;
  }

  /** A task that has ended is paid for if it completed. */
  settle({ status, cost = 0 }: Task): void {
    if (status !== "completed") this.#balance += cost;
  }
}

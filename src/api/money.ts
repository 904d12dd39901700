import { BeltError } from "../errors.ts";
import { belt, type Hint } from "../hint.ts";
import { isObject, type JsonObject } from "../wire/types.ts";
import { deadline } from "./http/network-errors.ts";
import type { ApiRequest } from "./http/request.ts";
import { notAsExpected, segment } from "./paths.ts";
import {
  type Estimate,
  formatUsd,
  type Microcents,
  readEstimate,
  readMicrocents,
  readUsage,
  type UsageDocument,
  type UsageRange,
} from "./resources/money.ts";

/** What an estimate is asked for. */
export interface Priced {
  input: JsonObject;
  function?: string;
}

/** Milliseconds that the balance in the message of a 402 is worth. */
const PATIENCE = 3_000;

const CREDIT_HINT: Hint = [
  "add credit at https://app.inference.sh/settings/team/billing; ",
  belt("balance"),
  " shows what there is",
];

const LOCAL_CREDIT_HINT: Hint = [
  "the credit of a local server is what it is started with: ",
  belt("dev", "--balance", "<usd>"),
];

/** The routes of the API that are about money (src/api/README.md, "Money"). */
export class MoneyApi {
  readonly #request: (what: ApiRequest) => Promise<unknown>;
  readonly #creditHint: Hint;

  constructor(request: (what: ApiRequest) => Promise<unknown>, isLocal: boolean) {
    this.#request = request;
    this.#creditHint = isLocal ? LOCAL_CREDIT_HINT : CREDIT_HINT;
  }

  /** One try, for whoever goes by "not known" where it fails. */
  async estimate(appId: string, priced: Priced, signal: AbortSignal): Promise<Estimate> {
    const path = `/store/apps/${segment(appId)}/estimate`;
    return readEstimate(await this.#request({ method: "POST", path, body: priced, retry: "never", signal }));
  }

  balance(): Promise<Microcents> {
    return this.#balance({ retry: "idempotent" });
  }

  async usage(range: UsageRange): Promise<UsageDocument> {
    const path = `/usage/breakdown?range=${range}`;
    const answer = await this.#request({ method: "GET", path, retry: "idempotent" });
    if (isObject(answer) && ("total_cost" in answer || "per_model" in answer)) return readUsage(answer);
    throw notAsExpected("its answer about the usage tells no cost");
  }

  /** A 402 with the balance, where that can be had, and with where credit is added. */
  async explainPayment(thrown: unknown): Promise<unknown> {
    if (!(thrown instanceof BeltError) || thrown.facts.httpStatus !== 402) return thrown;
    const error = thrown.with({ hint: this.#creditHint });
    try {
      const balance = await this.#balance({ retry: "never", deadline: deadline(PATIENCE) });
      return error.with({ message: `${error.message}; the balance is ${formatUsd(balance)} USD` });
    } catch {
      return error;
    }
  }

  async #balance(how: Pick<ApiRequest, "retry" | "deadline">): Promise<Microcents> {
    const answer = await this.#request({ method: "GET", path: "/billing/balance", ...how });
    const balance = readMicrocents(isObject(answer) ? answer["balance"] : null);
    if (balance !== null) return balance;
    throw notAsExpected("its answer about the balance has no amount");
  }
}

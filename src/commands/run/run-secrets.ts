import { isSecretPlace } from "../../input/schema/secret-places.ts";
import type { Context } from "../shared/context.ts";
import type { ParsedRun } from "./parse-run.ts";
import { apiWithKey } from "./prepare.ts";
import type { InputSchemas } from "./receipt-input.ts";
import { RanApp } from "./run-version.ts";

/** What of a run is secret, by the rule for receipts; what the app takes is asked for once, when that is needed. */
export class RunSecrets {
  readonly #ctx: Context;
  readonly #parsed: ParsedRun;
  #schemas: Promise<InputSchemas> | null = null;

  constructor(ctx: Context, parsed: ParsedRun) {
    this.#ctx = ctx;
    this.#parsed = parsed;
  }

  /** True for a secret place. */
  async ruleOf(root: keyof InputSchemas): Promise<(path: readonly string[]) => boolean> {
    this.#schemas ??= this.#read();
    const schema = (await this.#schemas)[root];
    return (path) => isSecretPlace(schema, path);
  }

  async #read(): Promise<InputSchemas> {
    const app = new RanApp(this.#ctx, await apiWithKey(this.#ctx), this.#parsed.app);
    return await app.secretSchemas(this.#parsed.function);
  }
}

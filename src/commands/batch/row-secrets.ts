import { define } from "../../input/raw-value.ts";
import { isSecretName } from "../../secret-names.ts";
import { Secrets } from "../../terminal/secrets.ts";
import { isNumber } from "../../wire/json.ts";
import { isObject, type JsonObject } from "../../wire/types.ts";
import type { InputSchemas } from "../run/receipt-input.ts";
import { REDACTED, redactInput } from "../run/redact-input.ts";
import type { CoercedRun } from "../run/validate-input.ts";

/**
 * What a row holds that is secret by the rules for receipts, which is blotted out of all that is written
 * down of it: an app may well send back what it was given, and an error quote it.
 */
export class RowSecrets {
  /** Long enough to be found within a text. */
  readonly #texts = new Secrets(REDACTED);
  readonly #values = new Set<string>();
  readonly #names = new Set<string>();

  constructor({ input, setup }: CoercedRun, schemas: InputSchemas) {
    const take = (name: string, secret: unknown) => this.#take(name, secret);
    redactInput(input.values, schemas.input, take);
    if (setup) redactInput(setup.values, schemas.setup, take);
  }

  /** A copy without them; short ones, and numbers, only where they stand alone in a field that may hold them. */
  clean<T>(value: T): T {
    return this.#values.size === 0 ? value : (this.#clean(value, false) as T);
  }

  #take(name: string, secret: unknown): void {
    if (isObject(secret) || Array.isArray(secret)) {
      for (const inner of Object.values(secret)) this.#take(name, inner);
    } else if (typeof secret === "string" || isNumber(secret)) {
      this.#names.add(name);
      this.#values.add(String(secret));
      if (typeof secret === "string") this.#texts.add(secret);
    }
  }

  #clean(value: unknown, isSecret: boolean): unknown {
    if (typeof value === "string" || isNumber(value)) {
      if (isSecret && this.#values.has(String(value))) return REDACTED;
      return typeof value === "string" ? this.#texts.redact(value) : value;
    }
    if (Array.isArray(value)) return value.map((item) => this.#clean(item, isSecret));
    if (!isObject(value)) return value;
    const copy: JsonObject = {};
    for (const [key, field] of Object.entries(value)) {
      const inner = isSecret || isSecretName(key) || this.#names.has(key);
      define(copy, this.#texts.redact(key), this.#clean(field, inner));
    }
    return copy;
  }
}

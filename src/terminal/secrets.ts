import { isObject } from "../wire/types.ts";

/** What is shorter is no key, and to blot it out would leave holes in every text. */
const SHORTEST = 8;

/** The keys in use, which are blotted out of everything that is written. */
export class Secrets {
  readonly #spellings = new Set<string>();
  /** Stands in their place. */
  readonly #mark: string;

  constructor(mark = "[key]") {
    this.#mark = mark;
  }

  add(secret: string): void {
    if (secret.length < SHORTEST) return;
    const spellings = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)];
    for (const spelling of spellings) this.#spellings.add(spelling);
  }

  readonly redact = (text: string): string => {
    let clean = text;
    for (const spelling of this.#spellings) clean = clean.replaceAll(spelling, this.#mark);
    return clean;
  };

  /** A value whose texts hold no secret: one that is cut or wrapped later could not be found any more. */
  redactAll<T>(value: T): T {
    return this.#spellings.size === 0 ? value : (this.#clean(value) as T);
  }

  #clean(value: unknown): unknown {
    if (typeof value === "string") return this.redact(value);
    if (Array.isArray(value)) return value.map((item) => this.#clean(item));
    // Only plain objects: what has a class of its own, such as a long number, has no text of the API's.
    if (!isObject(value) || Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, field]) => [this.redact(key), this.#clean(field)]),
    );
  }
}

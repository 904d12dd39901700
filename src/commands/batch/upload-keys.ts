import { closest } from "../../input/closest.ts";
import { hasFields, valueAt } from "../../input/raw-value.ts";
import type { JsonObject } from "../../wire/types.ts";
import { type Candidate, isProblem, type Problem } from "./source.ts";

/** Names to look for a mistyped one among; more help nobody. */
const MOST = 1_000;

/** The keys of `--upload`: one that no row has is a slip of the hand, and its path would be sent as a text. */
export class UploadKeys {
  readonly #unmet: Set<readonly string[]>;
  readonly #depth: number;
  readonly #names = new Set<string>();
  #isSure = true;

  constructor(uploads: readonly string[][]) {
    this.#unmet = new Set(uploads);
    this.#depth = Math.max(0, ...uploads.map(({ length }) => length));
  }

  look(row: Candidate | Problem): void {
    if (this.#unmet.size === 0) return;
    if (isProblem(row)) {
      // It may have them all.
      this.#isSure = false;
      return;
    }
    for (const path of this.#unmet) if (valueAt(row.input, path) !== undefined) this.#unmet.delete(path);
    if (this.#unmet.size > 0) this.#note(row.input, []);
  }

  /** What is wrong with the keys that no row has, a line each. */
  unmet(): string[] {
    return (this.#isSure ? [...this.#unmet] : []).map((path) => {
      const name = path.join(".");
      const near = closest(name, [...this.#names]);
      return `--upload ${name}: no row has it${near === null ? "" : `; did you mean ${near}?`}`;
    });
  }

  #note(fields: JsonObject, path: readonly string[]): void {
    if (path.length >= this.#depth) return;
    for (const [key, field] of Object.entries(fields)) {
      if (this.#names.size >= MOST) return;
      this.#names.add([...path, key].join("."));
      if (hasFields(field)) this.#note(field, [...path, key]);
    }
  }
}

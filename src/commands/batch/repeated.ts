/** Warnings that many rows may give: each is told once, with how many did. */
export class Repeated {
  readonly #counts = new Map<string, number>();

  readonly count = (text: string): void => {
    this.#counts.set(text, (this.#counts.get(text) ?? 0) + 1);
  };

  tell(warn: (text: string) => void): void {
    for (const [text, count] of this.#counts) warn(`${count} ${count === 1 ? "row" : "rows"}: ${text}`);
    this.#counts.clear();
  }
}

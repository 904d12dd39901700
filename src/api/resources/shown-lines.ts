/** Lines of a log that are surely remembered one by one; of a longer log the oldest are forgotten. */
const MOST = 50_000;

/** Lines that one list may tell in another order than they were shown in, far back. */
const SLACK = MOST / 2;

/** Names of lines, or hashes of those without one, with how often each was shown. */
export class ShownKeys<Key> {
  #counts = new Map<Key, number>();
  /** Those before; the next to be forgotten. */
  #older = new Map<Key, number>();
  #first: Key | null = null;
  #forgotten = 0;
  /** Forgotten lines that a log told again has still to bring. */
  #toCome = 0;

  add(key: Key): void {
    this.#first ??= key;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    if (this.#counts.size < MOST) return;
    for (const count of this.#older.values()) this.#forgotten += count;
    this.#older = this.#counts;
    this.#counts = new Map();
  }

  /** True when it was shown; that is then forgotten. */
  consume(key: Key): boolean {
    const counts = [this.#older, this.#counts].find((some) => some.has(key));
    const count = counts?.get(key) ?? 0;
    if (count > 1) counts?.set(key, count - 1);
    else counts?.delete(key);
    return count > 0;
  }

  /** True for what was shown, and in a log that may be told `again` for what comes before that. */
  has(key: Key, again: boolean): boolean {
    const known = this.#isKnown(key);
    if (known) this.#toCome = 0;
    else if (again && this.#forgotten > 0 && key === this.#first) this.#toCome = this.#forgotten;
    else if (this.#toCome > 0) this.#toCome--;
    return known || this.#toCome > 0;
  }

  /** How many entries of a list, from its start, are so far before the last one known that they were shown and forgotten. */
  forgottenIn<Item>(list: Item[], keyOf: (item: Item) => Key | null): number {
    if (this.#forgotten === 0) return 0;
    const last = list.findLastIndex((item) => {
      const key = keyOf(item);
      return key !== null && this.#isKnown(key);
    });
    return Math.max(0, last - SLACK);
  }

  #isKnown(key: Key): boolean {
    return this.#counts.has(key) || this.#older.has(key);
  }
}

/** Lines by which a log is known again. */
const HEAD = 1_000;

/** Hashes of lines in the order in which they were shown; of the forgotten ones the first, their number and a digest. */
export class ShownSequence {
  readonly #head: number[] = [];
  #recent: number[] = [];
  #forgotten = 0;
  #digest = 0;
  /** Where a log that is told again has come to; null for one that is not. */
  #again: number | null = null;

  push(hash: number): void {
    if (this.#length < HEAD) this.#head.push(hash);
    this.#recent.push(hash);
    if (this.#recent.length < 2 * MOST) return;
    this.#digest = digestOf(this.#recent.slice(0, MOST), this.#digest);
    this.#forgotten += MOST;
    this.#recent = this.#recent.slice(MOST);
  }

  /** The log may be told from its start. */
  reopened(): void {
    this.#again = 0;
  }

  /** How many of these lines, from the first, were shown; `older` when they may be a list that was longer since. */
  seenOf(next: number[], older: boolean): number {
    if (this.#beginsWhole(next)) return this.#length;
    const again = this.toldAgain(next);
    if (again > 0) return again;
    if (this.#forgotten > 0 && next.length > this.#recent.length) return lastEnd(this.#recent, next);
    return older && startsWith(this.#recent, next) ? next.length : overlap(this.#recent, next);
  }

  /** How many of these lines a log brings that is told from its start, after those that it has brought. */
  toldAgain(next: number[]): number {
    const from = this.#again ?? this.#length;
    const left = this.#length - from;
    const fits = next.every((hash, index) => index >= left || this.#mayBe(from + index, hash));
    this.#again = fits && next.length < left ? from + next.length : null;
    return fits ? Math.min(left, next.length) : 0;
  }

  get #length(): number {
    return this.#forgotten + this.#recent.length;
  }

  #mayBe(place: number, hash: number): boolean {
    const known = this.#head[place] ?? this.#recent[place - this.#forgotten];
    return known === undefined || known === hash;
  }

  /** True for the log from its start to its end, and what came since. */
  #beginsWhole(next: number[]): boolean {
    if (next.length < this.#length) return false;
    const isSame = this.#forgotten === 0 || digestOf(next.slice(0, this.#forgotten), 0) === this.#digest;
    return isSame && startsWith(next.slice(this.#forgotten), this.#recent);
  }
}

function digestOf(hashes: number[], before: number): number {
  return hashes.reduce((digest, hash) => Math.imul(digest ^ hash, 0x01000193) >>> 0, before);
}

function startsWith(list: number[], prefix: number[]): boolean {
  return list.length >= prefix.length && prefix.every((value, index) => list[index] === value);
}

/** Length of the longest end of `shown` that `next` begins with. */
function overlap(shown: number[], next: number[]): number {
  return matches(next, shown.slice(-next.length)).open;
}

/** Where in `next` the last of all `shown` ends; 0 when it is not there. */
function lastEnd(shown: number[], next: number[]): number {
  return matches(shown, next).end;
}

/** Where the pattern ends last in the text, and how much of it the text's end begins; linear (Knuth, Morris, Pratt). */
function matches(pattern: number[], text: number[]): { end: number; open: number } {
  const failure = [0];
  for (let index = 1, length = 0; index < pattern.length; index++) {
    while (length > 0 && pattern[index] !== pattern[length]) length = failure[length - 1]!;
    if (pattern[index] === pattern[length]) length++;
    failure[index] = length;
  }
  let [length, end] = [0, 0];
  for (const [index, value] of text.entries()) {
    while (length > 0 && (length === pattern.length || value !== pattern[length]))
      length = failure[length - 1]!;
    if (value === pattern[length]) length++;
    if (length === pattern.length) end = index + 1;
  }
  return { end, open: length };
}

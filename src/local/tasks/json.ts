/** Walks over inputs and outputs, which are JSON of any shape. */
import { isObject } from "../../wire/types.ts";

/** A copy in which every string went through `change`; the value itself if nothing changed. */
export function mapStrings<T>(value: T, change: (text: string) => string): T {
  if (typeof value === "string") return change(value) as T;
  if (!Array.isArray(value) && !isObject(value)) return value;
  let changed = false;
  const keep = (before: unknown) => {
    const after = mapStrings(before, change);
    changed ||= after !== before;
    return after;
  };
  const copy = Array.isArray(value)
    ? value.map(keep)
    : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, keep(inner)]));
  return changed ? (copy as T) : value;
}

/** Levels that a body or an output may nest; recursion over more would not end well. */
export const DEEPEST = 200;

export function isDeeperThan(value: unknown, limit: number): boolean {
  if (!Array.isArray(value) && !isObject(value)) return false;
  return limit === 0 || Object.values(value).some((inner) => isDeeperThan(inner, limit - 1));
}

/** The same text for the same value, whatever the order of its keys. */
export function stableJson(value: unknown): string {
  return JSON.stringify(value, (_, inner) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** Works on one value at a time; of those that come meanwhile only the latest is kept. */
export function latestOnly<T>(work: (value: T) => Promise<void>): {
  put(value: T): void;
  settled(): Promise<void>;
} {
  let next: { value: T } | null = null;
  let working: Promise<void> | null = null;
  const drain = async () => {
    for (let now = next; now; now = next) {
      next = null;
      // A partial output that cannot be kept is no reason to fail: the final one decides.
      await work(now.value).catch(() => {});
    }
    working = null;
  };
  return {
    put(value) {
      next = { value };
      working ??= drain();
    },
    settled: () => working ?? Promise.resolve(),
  };
}

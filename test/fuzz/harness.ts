import fc from "fast-check";

/** Inputs of one kind, and what must hold for each of them; a property that does not hold throws. */
export interface Harness<T> {
  name: string;
  /** In words; what `check` tests, in the same order. */
  properties: readonly string[];
  inputs: fc.Arbitrary<T>;
  check(input: T): Promise<void>;
  /** What the checks need; gives what clears it away. */
  prepare?(): Promise<() => Promise<void>>;
}

export interface Bounds {
  seed: number;
  /** Inputs at most. */
  runs: number;
  /** Milliseconds at most. */
  time: number;
  /** Called as each input begins. */
  onInput?(): void;
}

export interface Report {
  name: string;
  runs: number;
  ms: number;
  /** The smallest input that was found for which a property does not hold, and why; null for none. */
  failure: string | null;
}

/** Milliseconds that one input may take. */
const SLOW = 5_000;

/** Tries inputs until there are enough, or time is over, or one of them breaks a property. */
export async function fuzz<T>(harness: Harness<T>, { seed, runs, time, onInput }: Bounds): Promise<Report> {
  const clear = await harness.prepare?.();
  const start = performance.now();
  let tried = 0;
  try {
    const property = fc.asyncProperty(harness.inputs, async (input) => {
      tried++;
      onInput?.();
      const begun = process.cpuUsage();
      await harness.check(input);
      const { user, system } = process.cpuUsage(begun);
      if (user + system > SLOW * 1000)
        throw new Error(`one input took ${Math.round((user + system) / 1000)} ms`);
    });
    const found = await fc.check(property, { seed, numRuns: runs, interruptAfterTimeLimit: time });
    const failure = found.failed
      ? `${found.errorInstance instanceof Error ? found.errorInstance.stack : found.errorInstance}\n${fc.defaultReportMessage(found)}`
      : null;
    return { name: harness.name, runs: tried, ms: performance.now() - start, failure };
  } finally {
    await clear?.();
  }
}

/** Throws when what must hold does not. */
export function hold(truth: boolean, words: string): asserts truth {
  if (!truth) throw new Error(words);
}

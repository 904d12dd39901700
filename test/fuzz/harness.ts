import fc from "fast-check";

/** Inputs of one kind, and what must hold for each of them; a property that does not hold throws. */
export interface Harness<T> {
  name: string;
  /** In words; what `check` tests, in the same order. */
  properties: readonly string[];
  inputs: fc.Arbitrary<T>;
  /** How many there are in one try, where what they share takes longer to make than to use; 1 unless told. */
  each?: number;
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
  /** Called as each try begins. */
  onInput?(): void;
}

export interface Report {
  name: string;
  runs: number;
  ms: number;
  /** The smallest input that was found for which a property does not hold, and why; null for none. */
  failure: string | null;
}

/** Milliseconds that one try may take. */
const SLOW = 5_000;

/** Tries inputs until there are enough, or time is over, or one of them breaks a property. */
export async function fuzz<T>(harness: Harness<T>, { seed, runs, time, onInput }: Bounds): Promise<Report> {
  const clear = await harness.prepare?.();
  const each = harness.each ?? 1;
  const start = performance.now();
  let tried = 0;
  try {
    const property = fc.asyncProperty(harness.inputs, async (input) => {
      tried += each;
      onInput?.();
      const begun = process.cpuUsage();
      await harness.check(input);
      const { user, system } = process.cpuUsage(begun);
      if (user + system > SLOW * 1000)
        throw new Error(`one try took ${Math.round((user + system) / 1000)} ms`);
    });
    const found = await fc.check(property, {
      seed,
      numRuns: Math.ceil(runs / each),
      interruptAfterTimeLimit: time,
    });
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

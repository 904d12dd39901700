/** Milliseconds of the processor, the best of several: the machine is not alone. */
async function best(run: () => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round++) {
    const start = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

/** What is worth measuring, in milliseconds, and the largest size that is tried. */
const WORTH = 2;
const LARGEST = 2 ** 17;

/** Between linear, 4, and square, 16. */
export const LINEAR = 9;

/** From here on a doubt is settled with more. */
const DOUBTFUL = 6;

/**
 * How many times as long four times as much takes: about 4 where the time is linear, 16 where it
 * is the square. `make` gives what is measured for a size; preparing it does not count.
 */
export async function growth(make: (size: number) => () => unknown): Promise<number> {
  let size = 2 ** 9;
  while (size < LARGEST && (await best(make(size))) < WORTH) size *= 2;
  for (let tries = 0; ; tries++, size *= 2) {
    const [small, large] = [await best(make(size)), await best(make(4 * size))];
    const times = large / Math.max(small, 0.3);
    if (times < DOUBTFUL || tries === 4) return times;
  }
}

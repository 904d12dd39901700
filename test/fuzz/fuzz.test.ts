import { expect, test } from "vitest";
import { HARNESSES } from "./harnesses.ts";

/** Of what takes longer. */
const RUNS: Record<string, number> = { server: 300, schemas: 1_000 };

/** A short run of each; `npm run fuzz` goes on for as long as one likes. */
test.each(Object.entries(HARNESSES))("%s", { timeout: 60_000 }, async (name, harness) => {
  const { runs, failure } = await harness.run({
    seed: 13,
    runs: RUNS[name] ?? 1_500,
    time: 10_000,
  });
  expect(failure).toBeNull();
  expect(runs).toBeGreaterThan(20);
});

test.each(Object.entries(HARNESSES))("%s says what it tests", (_name, { properties }) => {
  expect(properties.length).toBeGreaterThan(2);
});

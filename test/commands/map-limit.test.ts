import { expect, it } from "vitest";
import { mapLimit } from "../../src/commands/shared/map-limit.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it("gives the results in the order of the items, however long each takes", async () => {
  const results = await mapLimit([30, 10, 20], 3, async (ms, index) => {
    await pause(ms);
    return `${index}: ${ms}`;
  });
  expect(results).toEqual(["0: 30", "1: 10", "2: 20"]);
  expect(await mapLimit([], 3, async () => 1)).toEqual([]);
});

it("has as many under way as it may, and never more", async () => {
  let [underWay, most] = [0, 0];
  await mapLimit([...Array(20).keys()], 4, async () => {
    most = Math.max(most, ++underWay);
    await pause(1);
    underWay--;
  });
  expect(most).toBe(4);
});

it("begins nothing more once something has failed", async () => {
  const begun: number[] = [];
  const working = mapLimit([...Array(20).keys()], 2, async (item) => {
    begun.push(item);
    await pause(item === 0 ? 1 : 20);
    if (item === 0) throw new Error("the first fails");
  });
  await expect(working).rejects.toThrow("the first fails");
  await pause(40);
  expect(begun).toEqual([0, 1]);
});

import { describe, expect, it } from "vitest";
import { parseVary } from "../../src/commands/batch/vary.ts";
import { batchScene } from "../support/batch-scene.ts";

function valuesOf(range: string): string[] {
  const [{ count, at }] = parseVary([`seed=${range}`]) as [ReturnType<typeof parseVary>[0]];
  return Array.from({ length: count }, (_, index) => at(index));
}

describe("a range of --vary", () => {
  it.each([
    ["1..3", ["1", "2", "3"]],
    ["3..1", ["3", "2", "1"]],
    ["-1..1", ["-1", "0", "1"]],
    ["01..03", ["1", "2", "3"]],
    ["-0..1", ["0", "1"]],
    ["999999999999999..1000000000000001", ["999999999999999", "1000000000000000", "1000000000000001"]],
    ["9007199254740992..9007199254740994", ["9007199254740992", "9007199254740993", "9007199254740994"]],
    ["-9007199254740993..-9007199254740994", ["-9007199254740993", "-9007199254740994"]],
    ["0000000000000000007..8", ["7", "8"]],
    ["18446744073709551615..18446744073709551614", ["18446744073709551615", "18446744073709551614"]],
  ])("%s is every number, with all its digits", (range, values) => {
    expect(valuesOf(range)).toEqual(values);
  });

  it.each([
    "0..1000000",
    "1..9007199254740993",
    `1..${"9".repeat(400)}`,
    "-18446744073709551615..18446744073709551615",
  ])("%s is more rows than may be", (range) => {
    expect(() => parseVary([`seed=${range}`])).toThrow("more than 1000000");
  });

  it(
    "of large numbers is as many rows, none the other's repeat",
    batchScene(async (scene) => {
      const vary = ["--vary", "seed=9007199254740992..9007199254740995"];
      const { code, stdout } = await scene.belt([...vary, "--out", scene.path("o"), "--dry-run", "--json"]);
      expect({ code, plan: JSON.parse(stdout) }).toMatchObject({ code: 0, plan: { rows: 4, repeats: 0 } });
    }),
  );
});

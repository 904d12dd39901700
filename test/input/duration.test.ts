import { expect, test } from "vitest";
import { parseDuration } from "../../src/input/duration.ts";
import { thrownBy } from "../support/thrown.ts";

test.each([
  ["500ms", 500],
  ["30s", 30_000],
  ["5m", 300_000],
  ["1h", 3_600_000],
  ["45", 45_000],
  ["1.5s", 1_500],
  ["0.5", 500],
  ["0.25h", 900_000],
  [" 30s ", 30_000],
  ["007s", 7_000],
  ["1ms", 1],
  ["2147483647ms", 2_147_483_647],
  ["576h", 2_073_600_000],
])("%s is %i ms", (text, ms) => {
  expect(parseDuration(text, "--timeout")).toBe(ms);
});

test.each([
  "",
  " ",
  "0",
  "0s",
  "0.0ms",
  "-5s",
  "+5s",
  "5 s",
  "5S",
  "5d",
  "5sec",
  "1h30m",
  "s",
  ".5s",
  "5.s",
  "1e3",
  "0x10",
  "1,5s",
  "Infinity",
  "NaN",
  "five",
  "5s\n6s",
  "٣s",
])("%j is refused, naming the flag and the text", async (text) => {
  const error = await thrownBy(() => parseDuration(text, "--timeout"));
  expect(error.exitCode).toBe(2);
  expect(error.message).toContain("--timeout");
  expect(error.message).toContain(`"${text}"`);
  expect(error.facts.hint).toContain("500ms");
});

test.each(["2147483648ms", "600h", "1".repeat(400)])("%s is longer than a timer can hold", async (text) => {
  expect((await thrownBy(() => parseDuration(text, "--timeout"))).exitCode).toBe(2);
});

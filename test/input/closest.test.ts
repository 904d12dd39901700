import { expect, test } from "vitest";
import { closest } from "../../src/input/closest.ts";

test.each([
  ["prodcution", ["staging", "production"], "production"],
  ["defualt", ["default"], "default"],
  ["WORK", ["work"], "work"],
  ["wrk", ["work", "home"], "work"],
  ["größ", ["größe"], "größe"],
  ["prod", ["staging"], null],
  ["x", [], null],
  ["*", ["n"], null],
  ["-", ["n", "ab"], null],
])("%s among %j is %s", (word, known, near) => {
  expect(closest(word, known)).toBe(near);
});

import { expect, it } from "vitest";
import { ROOT } from "../support/belt.ts";
import { readModules } from "./modules.ts";
import { brokenRules } from "./rules.ts";

it("keeps its floors: no circle, nothing upward, nothing through a wall, no file too large", () => {
  expect(brokenRules(readModules(ROOT))).toEqual([]);
});

import { expect, it } from "vitest";
import { ROOT } from "../support/belt.ts";
import { readModules } from "./modules.ts";
import { strayIn, strayReferences } from "./pages.ts";
import { brokenRules } from "./rules.ts";
import { strayTests } from "./test-files.ts";

it("keeps its floors: no circle, nothing upward, nothing through a wall, no file too large", () => {
  expect(brokenRules(readModules(ROOT))).toEqual([]);
});

it("keeps its tests short, in folders named like the rooms that they test, and skipped where they cannot run", () => {
  expect(strayTests(ROOT)).toEqual([]);
});

it("points in its comments at pages and headings of this project only", () => {
  expect(strayReferences(ROOT)).toEqual([]);
});

it("finds a page, a heading and a number of a section that are not there", () => {
  const headings = new Map([["src/cli/README.md", new Set(["Exit codes"])]]);
  const stray = (comment: string) => strayIn(comment, headings);
  expect(stray('Ends (src/cli/README.md,\n * "Exit codes").')).toEqual([]);
  expect(stray("as in plan.md")).toEqual(["there is no plan.md"]);
  expect(stray('(src/cli/README.md, "Exits")')).toEqual(['src/cli/README.md has no heading "Exits"']);
  expect(stray("the table of section 4")).toEqual(['"section 4" names no heading']);
});

import { afterAll, expect, it } from "vitest";
import { belt, Home } from "../support/belt.ts";

const home = new Home();
afterAll(() => home.remove());

it.each([
  ["[].id", "of a list the field of each element is printed: --field id"],
  [".[].output.text", "of a list the field of each element is printed: --field output.text"],
  [
    "output.list[].k",
    "--field output.list.0.k prints that of the first; --json and jq '.output.list[].k' those of all",
  ],
])("--field %s leads to what prints it", async (field, hint) => {
  const { code, stderr } = await belt(["task", "get", "t", "--field", field], { home });
  expect({ code, hint: /^hint: (.*)$/m.exec(stderr)?.[1] }).toEqual({ code: 2, hint });
});

it("an id that is none is quoted no further than it takes to know it", async () => {
  const { code, stderr } = await belt(["task", "get", `a/${"x".repeat(5000)}`, "--local"], { home });
  expect(code).toBe(2);
  expect(stderr).toMatch(/^error: "a\/x{58}…" is not a task id$/m);
});

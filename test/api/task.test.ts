import { describe, expect, test } from "vitest";
import { flattenBase, taskDocument } from "../../src/api/resources/task.ts";

const SUBMITTED = { app: "infsh/flux", input: { prompt: "x" } };

describe("flattenBase", () => {
  test("base fields come up; those already there win", () => {
    expect(
      flattenBase({ BaseModel: { id: "a", created_at: "then", status: 1 }, status: 7, app: "x" }),
    ).toEqual({ id: "a", created_at: "then", status: 7, app: "x" });
  });

  test.each([
    [{ id: "a" }],
    [{ id: "a", BaseModel: null }],
    [{ id: "a", BaseModel: "x" }],
    [{ id: "a", BaseModel: [] }],
  ])("%j has no base", (raw) => {
    expect(flattenBase(raw)).toEqual(raw);
  });
});

describe("the task document", () => {
  const READING = { word: "completed", code: 10, ambiguous: false } as const;

  test("has every field, in the order of the page", () => {
    const document = taskDocument({ id: "t" }, READING, null);
    expect(Object.entries(document)).toEqual([
      ["id", "t"],
      ["app", null],
      ["status", "completed"],
      ["status_code", 10],
      ["input", null],
      ["output", null],
      ["error", null],
      ["session_id", null],
      ["created_at", null],
      ["updated_at", null],
    ]);
  });

  test("status is the word, status_code the number, whatever was sent under these names", () => {
    const raw = { id: "t", status: 10, status_code: 99 };
    expect(taskDocument(raw, READING, null)).toMatchObject({ status: "completed", status_code: 10 });
    expect(taskDocument(raw, { ...READING, code: null }, null).status_code).toBeNull();
  });

  test("fields not listed stay as they are, after those that are", () => {
    const raw = { zeta: { a: [1] }, id: "t", short_id: "s", status_text: "Completed" };
    const document = taskDocument(raw, READING, null);
    expect(document).toMatchObject({ zeta: { a: [1] }, short_id: "s", status_text: "Completed" });
    expect(Object.keys(document).slice(-3)).toEqual(["zeta", "short_id", "status_text"]);
  });

  test.each([
    [{ app: "a/b@1" }, "a/b@1"],
    [{ app: { namespace: "a", name: "b" } }, "a/b"],
    [{ app: { name: "b" } }, "b"],
    [{ app: "" }, "infsh/flux"],
    [{ app: null }, "infsh/flux"],
    [{ app: { namespace: "a" } }, "infsh/flux"],
    [{}, "infsh/flux"],
  ])("app of %j", (raw, app) => {
    expect(taskDocument({ id: "t", ...raw }, READING, SUBMITTED).app).toBe(app);
  });

  test.each([
    [{ input: { prompt: "y" } }, { prompt: "y" }],
    [{ input: {} }, {}],
    [{ input: null }, { prompt: "x" }],
    [{}, { prompt: "x" }],
  ])("input of %j", (raw, input) => {
    expect(taskDocument({ id: "t", ...raw }, READING, SUBMITTED).input).toEqual(input);
  });

  test.each([[{ a: 1 }], ["text"], [0], [false], [""], [[]]])("output %j stays as it is", (output) => {
    expect(taskDocument({ id: "t", output }, READING, null).output).toEqual(output);
  });

  test.each([
    ["boom", "boom"],
    ["", null],
    [null, null],
    [{ code: "x", message: "boom" }, "boom"],
    [{ message: "" }, null],
  ])("error %j is %j", (error, text) => {
    expect(taskDocument({ id: "t", error }, READING, null).error).toBe(text);
  });

  test.each([["session_id"], ["created_at"], ["updated_at"]] as const)("%s empty or odd is null", (key) => {
    for (const odd of ["", null, 7, {}]) {
      expect(taskDocument({ id: "t", [key]: odd }, READING, null)[key]).toBeNull();
    }
    expect(taskDocument({ id: "t", [key]: "x" }, READING, null)[key]).toBe("x");
  });
});

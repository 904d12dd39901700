import { describe, expect, test } from "vitest";
import { parsePath, setAt } from "../../src/input/path.ts";
import type { JsonObject } from "../../src/wire/types.ts";
import { thrownBy } from "../support/thrown.ts";

describe("parsePath", () => {
  test.each([
    ["a", ["a"]],
    ["a.b.c", ["a", "b", "c"]],
    ["a.0", ["a", "0"]],
    ["tags[]", ["tags", "[]"]],
    ["a[].b", ["a", "[]", "b"]],
    ["a[][]", ["a", "[]", "[]"]],
    ["a\\.b", ["a.b"]],
    ["a\\.b.c\\.d", ["a.b", "c.d"]],
    ["a b", ["a b"]],
    ["a[0]", ["a[0]"]],
    ["__proto__", ["__proto__"]],
    ["ключ.🗼", ["ключ", "🗼"]],
  ])("%s", (key, segments) => {
    expect(parsePath(key)).toEqual(segments);
  });

  test.each(["", ".", "a..b", ".a", "a.", "[]", "a.[]"])(
    "%j has an empty part: refused by name",
    async (key) => {
      const error = await thrownBy(() => parsePath(key));
      expect(error.exitCode).toBe(2);
      expect(error.message).toContain(`"${key}"`);
    },
  );
});

describe("setAt", () => {
  function set(root: JsonObject, path: string[], value: unknown = 1): JsonObject {
    setAt(root, path, value, "--input spec");
    return root;
  }

  test.each([
    [{}, ["a"], { a: 1 }],
    [{ a: 0 }, ["a"], { a: 1 }],
    [{ a: { b: 0 } }, ["a"], { a: 1 }],
    [{}, ["a", "b"], { a: { b: 1 } }],
    [{ a: { c: 0 } }, ["a", "b"], { a: { c: 0, b: 1 } }],
    [{}, ["a", "0"], { a: [1] }],
    [{}, ["a", "1"], { a: { "1": 1 } }],
    [{ a: [0] }, ["a", "0"], { a: [1] }],
    [{ a: [0] }, ["a", "1"], { a: [0, 1] }],
    [{ a: [0] }, ["a", "[]"], { a: [0, 1] }],
    [{}, ["a", "[]", "b"], { a: [{ b: 1 }] }],
    [{}, ["a", "[]", "[]"], { a: [[1]] }],
    [{ a: null }, ["a", "b"], { a: { b: 1 } }],
  ])("%j at %j is %j", (root, path, expected) => {
    expect(set(structuredClone(root) as JsonObject, path)).toEqual(expected);
  });

  test.each([
    [{ a: "x" }, ["a", "b"]],
    [{ a: 0 }, ["a", "b"]],
    [{ a: false }, ["a", "b"]],
    [{ a: "" }, ["a", "b"]],
    [{ a: {} }, ["a", "[]"]],
    [{ a: [] }, ["a", "b"]],
    [{ a: [0] }, ["a", "2"]],
    [{ a: [0] }, ["a", "1.0"]],
    [{ a: [0] }, ["a", "99999999999"]],
    [{ a: [0] }, ["a", ""]],
    [{ a: [0] }, ["a", "length"]],
    [{}, ["[]"]],
  ])("%j at %j is refused, naming the spec", async (root, path) => {
    const error = await thrownBy(() => set(structuredClone(root) as JsonObject, path));
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain("--input spec");
  });

  test("an inherited key is not there yet", () => {
    const root = set({}, ["__proto__", "polluted"]);
    expect(Object.keys(root)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(root)).toBe(Object.prototype);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(Object.keys(set({}, ["toString", "name"]))).toEqual(["toString"]);
  });
});

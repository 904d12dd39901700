import { describe, expect, test } from "vitest";
import { isNumber, parseJson, stringifyJson } from "../../src/wire/json.ts";
import { LongNumber } from "../../src/wire/long-number.ts";
import { isObject } from "../../src/wire/types.ts";

describe("JSON with long numbers", () => {
  test.each([
    "6687881544318117707",
    '{"a":[1,2.5,-3e2],"seed":18446744073709551615}',
    '{"n":1e400,"m":1e-400,"d":0.12345678901234567890123}',
    '{"__proto__":{"x":12345678901234567890}}',
    '{"\\"":12345678901234567890,"b\\\\":"\\\\\\"1234567890123456789"}',
    '["1234567890123456789",9007199254740993]',
  ])("%s comes out as it went in", async (text) => {
    expect(stringifyJson(await parseJson(text))).toBe(text.replace("-3e2", "-300"));
  });

  test.each(['{"text":"12345678901234567890"}', "[1.50,1e2,9007199254740991]", '"\\\\"', '{"a":"\\""}'])(
    "%s has none, and is what JSON.parse makes of it",
    async (text) => {
      expect(await parseJson(text)).toEqual(JSON.parse(text));
      expect(stringifyJson(await parseJson(text), 2)).toBe(JSON.stringify(JSON.parse(text), null, 2));
    },
  );

  test("a number is no object, and rounds where it is computed with", async () => {
    const long = await parseJson("6687881544318117707");
    expect(long).toBeInstanceOf(LongNumber);
    expect([isNumber(long), isObject(long), isNumber(1), isNumber("1")]).toEqual([true, false, true, false]);
    expect(Number(long)).toBe(Number("6687881544318117707"));
    expect(`${long}`).toBe("6687881544318117707");
    expect(JSON.stringify({ long })).toBe('{"long":6687881544318118000}');
    expect(Number(await parseJson("-1e400"))).toBe(-Number.MAX_VALUE);
  });

  test.each(["", "{", "[1,]", '{"a":12345678901234567890', "12345678901234567890x"])(
    "%j is refused",
    async (text) => {
      await expect(parseJson(text)).rejects.toThrow(SyntaxError);
    },
  );

  test("3,000 levels are none too many", async () => {
    const text = `${"[".repeat(3_000)}12345678901234567890${"]".repeat(3_000)}`;
    expect(stringifyJson(await parseJson(text))).toBe(text);
  });

  test("ten times the text takes about ten times as long", async () => {
    const time = async (n: number) => {
      const text = `{"t":"${'\\\\\\"1'.repeat(n)}","n":[${"1234567890123456,".repeat(10)}1]}`;
      let best = Number.POSITIVE_INFINITY;
      for (let round = 0; round < 5; round++) {
        const start = performance.now();
        await parseJson(text);
        best = Math.min(best, performance.now() - start);
      }
      return best;
    };
    expect(await time(400_000)).toBeLessThan(60 * Math.max(5, await time(40_000)));
  });
});

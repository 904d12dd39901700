import { afterEach, expect, test } from "vitest";
import { parseYaml, stringifyYaml } from "../../src/input/yaml.ts";
import { parseJson, stringifyJson } from "../../src/wire/json.ts";

const warnings: Error[] = [];
const listen = (warning: Error) => void warnings.push(warning);

afterEach(() => void process.off("warning", listen));

test("keys that are lists or maps are texts, and node warns nobody of them", async () => {
  process.on("warning", listen);
  expect(await parseYaml("? [a, b]\n: 1\n? {c: d}\n: 2\n")).toEqual({ "[ a, b ]": 1, "{ c: d }": 2 });
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(warnings).toEqual([]);
});

test.each([
  ["12345678901234567890", "12345678901234567890"],
  ["+12345678901234567890", "12345678901234567890"],
  ["-0012345678901234567890", "-12345678901234567890"],
  ["0x1fffffffffffffffff", "590295810358705651711"],
  ["0o777777777777777777777777", "4722366482869645213695"],
  [".12345678901234567890", "0.12345678901234567890"],
  ["1e400", "1e400"],
  ["-1E+400", "-1E+400"],
  ["12345678901234567890.", "12345678901234567890"],
  ["0x1f", "31"],
  ["+.5e1", "5"],
  ["007", "7"],
])("%s is the number %s", async (written, json) => {
  expect(stringifyJson(await parseYaml(`a: [${written}]`))).toBe(`{"a":[${json}]}`);
});

test.each([".inf", "-.Inf", "+.INF", ".nan", ".NaN"])(
  "%s, which JSON has not, is refused in words",
  async (written) => {
    await expect(parseYaml(`a: ${written}`)).rejects.toThrow(`${written} is no number that JSON can hold`);
  },
);

test("what is written is read again, digit for digit", async () => {
  const json = '{"seed":6687881544318117707,"list":[-1.5e400,"6687881544318117707","0x1f"],"f":0.5}';
  expect(stringifyJson(await parseYaml(await stringifyYaml(await parseJson(json))))).toBe(json);
});

import { afterEach, expect, test } from "vitest";
import { parseYaml } from "../../src/input/yaml.ts";

const warnings: Error[] = [];
const listen = (warning: Error) => void warnings.push(warning);

afterEach(() => void process.off("warning", listen));

test("keys that are lists or maps are texts, and node warns nobody of them", async () => {
  process.on("warning", listen);
  expect(await parseYaml("? [a, b]\n: 1\n? {c: d}\n: 2\n")).toEqual({ "[ a, b ]": 1, "{ c: d }": 2 });
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(warnings).toEqual([]);
});

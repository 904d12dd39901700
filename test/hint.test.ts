import { expect, it } from "vitest";
import { belt, renderHint } from "../src/hint.ts";

it.each([
  ["hf_api_token=S3CRET", 'hf_api_token="…"'],
  ["--input=db.password:=S3CRET", '--input="db.password:=…"'],
  ["keys[].apiKey@=S3CRET", `'keys[].apiKey@=…'`],
  ['{"a":{"x-token":"S3CRET"}}', `'{…}'`],
  ['--setup={"secret":"S3CRET"}', '--setup="{…}"'],
])("leaves out what stands under a secret name in %s", (word, shown) => {
  expect(renderHint(belt("run", "infsh/flux", word))).toBe(`belt run infsh/flux ${shown}`);
});

it.each(["max_tokens=5", "prompt=token", "@params.json", '{"max_tokens":5}', "--token", "task_1"])(
  "leaves %s as it is",
  (word) => {
    expect(renderHint(belt("run", word)).replaceAll("'", "")).toBe(`belt run ${word}`);
  },
);

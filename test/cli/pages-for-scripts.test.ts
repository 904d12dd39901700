/** Pages that no command makes are documents under --json, and have fields, as every answer of belt's. */
import { afterAll, describe, expect, it } from "vitest";
import { belt, Home } from "../support/belt.ts";

const home = new Home();
afterAll(() => home.remove());

async function printed(line: string): Promise<string> {
  const { stdout, stderr } = await belt(line.split(" "), { home });
  expect(stderr).toBe("");
  return stdout;
}

describe("is one document with --json", () => {
  it.each([
    ["--json", { name: "", commands: expect.any(Array), error_codes: expect.any(Array) }],
    ["help --json", { name: "", topics: expect.any(Array) }],
    ["--help --json", { name: "" }],
    ["task --json", { name: "task", commands: expect.any(Array) }],
    ["task --help --json", { name: "task" }],
    ["run --help --json", { name: "run", options: expect.any(Array) }],
    ["--json run -h", { name: "run" }],
    ["help run --json", { name: "run" }],
    ["help exit-codes --json", { topic: "exit-codes", text: expect.stringContaining("success") }],
    ["help options --json", { topic: "options" }],
    ["completion bash --json", { shell: "bash", script: expect.stringContaining("COMPREPLY") }],
    ["--version --json", { version: expect.stringMatching(/^\d/) }],
    ["--json -V", { version: expect.stringMatching(/^\d/) }],
    ["--json --profile work --color never -V", { version: expect.stringMatching(/^\d/) }],
  ])("%s", async (line, document) => {
    expect(JSON.parse(await printed(line))).toMatchObject(document);
  });
});

it.each([
  ["help --field version", /^\d+\.\d+\.\d+\n$/],
  ["help run --field name", /^run\n$/],
  ["help --json --field topics.0.name", /^"exit-codes"\n$/],
  ["completion fish --field shell", /^fish\n$/],
])("%s prints the field", async (line, expected) => {
  expect(await printed(line)).toMatch(expected);
});

it("a field that is not there is exit 1 with those that are", async () => {
  const { code, stdout, stderr } = await belt(["completion", "bash", "--field", "nope"], { home });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toBe(
    "error: the result has no field nope; it has shell, script\nhint: leave --field out to see all there is\n",
  );
});

it.each([
  "run infsh/flux --version 1a2b",

  "task list -V",
  "app get a/b --version",
])("%s does not print belt's version as its answer", async (line) => {
  const { code, stdout, stderr } = await belt(line.split(" "), { home });
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain("that of an app stands behind its name, as in infsh/flux@1a2b3c4d");
});

it("a word behind a topic is told as that, and no topic is denied", async () => {
  const { code, stderr } = await belt(["help", "errors", "run"], { home });
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: "error: errors is a topic, of which belt help shows all at once\nhint: belt help errors\n",
  });
});

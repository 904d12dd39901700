import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { outputTopic } from "../../src/cli/help/documents.ts";
import type { JsonObject } from "../../src/wire/types.ts";
import { belt, Home } from "../support/belt.ts";

let home: Home;

beforeAll(async () => {
  home = new Home();
  writeFileSync(join(home.dir, "rows.jsonl"), '{"text":"a"}\n');
  await documentOf(["run", ...ECHO]);
});

afterAll(() => home.remove());

const ECHO = ["infsh/echo", "-i", "text=a"];

const rows = new Map(
  outputTopic()
    .split("\n")
    .map((line) => /^ +(\S.*?) {2,}(.*)$/.exec(line))
    .filter((found) => found !== null)
    .map(([, name = "", text = ""]) => [name, text]),
);

/** The names at the top of the document that `belt help output` tells of, and whether there are more of them. */
function told(name: string): { names: string[]; more: boolean } {
  const text = rows.get(name) ?? "";
  const from = text.indexOf("{");
  const names: string[] = [];
  let depth = 0;
  for (const [, mark, key] of text.slice(from).matchAll(/([{[\]}])|"(\w+)"/g)) {
    if (mark) depth += "{[".includes(mark) ? 1 : -1;
    else if (depth === 1 && key) names.push(key);
    if (depth === 0) break;
  }
  return { names, more: text.includes("…") };
}

async function documentOf(argv: string[]): Promise<JsonObject> {
  const { code, stdout, stderr } = await belt(
    [...argv.map((word) => word.replace(/^~/, home.dir)), "--local", "--json"],
    { home },
  );
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  const [line = ""] = stdout.split("\n");
  const value = JSON.parse(line);
  return Array.isArray(value) ? value[0] : value;
}

const CASES: [string, string[]][] = [
  ["task cancel", ["task", "cancel", "@last"]],
  ["task logs", ["task", "logs", "@last"]],
  ["task list --journal", ["task", "list", "--journal"]],
  ["app sample", ["app", "sample", "infsh/echo", "--save", "~/sample.json"]],
  ["app init", ["app", "init", "~/my-app"]],
  ["file upload", ["file", "upload", "~/rows.jsonl"]],
  ["batch", ["batch", "infsh/echo", "~/rows.jsonl"]],
  ["batch --dry-run", ["batch", "infsh/echo", "~/rows.jsonl", "--dry-run"]],
  ["agent run", ["agent", "run", "infsh/guide", "hello"]],
  ["run|rerun --dry-run", ["run", ...ECHO, "--dry-run"]],
  ["run|rerun --dry-run", ["rerun", "@last", "--dry-run"]],
  ["balance", ["balance"]],
  ["usage", ["usage"]],
  ["profile show", ["profile", "show"]],
  ["doctor", ["doctor"]],
  ["help", ["help"]],
  ["help <topic>", ["help", "output"]],
  ["completion", ["completion", "zsh"]],
  ["--version", ["--version"]],
];

it.each(CASES)("tells of the document of %s as %j prints it", async (name, argv) => {
  const { names, more } = told(name);
  const printed = Object.keys(await documentOf(argv));
  expect(printed).toEqual(expect.arrayContaining(names));
  if (!more) expect(printed.filter((key) => !names.includes(key))).toEqual([]);
  expect(names.length).toBeGreaterThan(0);
});

it("tells of receipts, estimates and stopped chats as they are", async () => {
  const painted = ["run", "infsh/flux", "-i", "prompt=fog", "-i", "width=64", "-i", "height=64"];
  await documentOf([...painted, "--save", "~/out", "--receipt"]);
  const receipt = readdirSync(join(home.dir, "out")).find((file) => file.endsWith(".belt.json"))!;
  const kept = JSON.parse(readFileSync(join(home.dir, "out", receipt), "utf8"));
  expect(Object.keys(kept).sort()).toEqual(told("a receipt").names.sort());
  expect(Object.keys(kept.estimate)).toEqual(told("estimate, in these").names);
  await documentOf(["agent", "run", "infsh/guide", "hello"]);
  expect(Object.keys(await documentOf(["chat", "stop", "@last"]))).toEqual(told("chat stop").names);
});

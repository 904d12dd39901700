import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { VARIABLES } from "../../src/cli/help-topics.ts";
import { processHost } from "../../src/cli/host.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { EXIT_CODES } from "../../src/errors.ts";
import { PacedWriter } from "../../src/terminal/paced-writer.ts";
import { belt, Home, ROOT } from "../support/belt.ts";

let home: Home;

beforeEach(() => {
  home = new Home();
});

afterEach(() => home.remove());

/** The real grammar; what would be run is only counted. */
async function grammar(): Promise<{ program: Command; printed: string[]; ran: () => number }> {
  let ran = 0;
  const printed: string[] = [];
  const target = { write: (text: string) => printed.push(text) };
  const host = { ...processHost(ROOT), stdout: target, stderr: target };
  const answer = new PacedWriter({ ...target, isTTY: true }, new AbortController().signal);
  const program = await buildProgram(host, answer, async () => void ran++);
  return { program, printed, ran: () => ran };
}

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

function path(command: Command): string[] {
  return command.parent ? [...path(command.parent), command.name()] : [];
}

const { program } = await grammar();
const commands = leaves(program).map((command) => path(command));

async function helpOf(words: string[]): Promise<string> {
  const { code, stdout, stderr } = await belt([...words, "--help"], { home });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

function examplesIn(help: string): string[] {
  const [, block = ""] = /\nExamples:\n((?: {2}.*\n)+)/.exec(help) ?? [];
  return block
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.trim());
}

/** The words of each `belt …` in a line of shell. */
function beltCalls(line: string): string[][] {
  const calls: string[][] = [];
  let words: string[] | null = null;
  for (const [, quoted, double, bare = ""] of line.matchAll(
    /'([^']*)'|"([^"]*)"|((?:[^\s'"|)<>]|"[^"]*"|'[^']*')+|[|)<>])/g,
  )) {
    const word = quoted ?? double ?? bare.replace(/["']/g, "");
    if (bare !== "" && /^[|)<>]$/.test(bare)) words = null;
    else if (/^(\w+=\$\()?belt$/.test(bare)) {
      words = [];
      calls.push(words);
    } else words?.push(word);
  }
  return calls;
}

describe("the help of every command", () => {
  it.each(commands.map((words) => [words.join(" "), words]))(
    "%s says what it is for, and how it can end",
    async (_name, words) => {
      const help = await helpOf(words);
      expect(help).toMatch(new RegExp(`^Usage: belt ${words.join(" ")}\\b.*\\n\\n\\S`));
      const [, codes = ""] = /\nExit codes:\n((?: .*\n)+)/.exec(help) ?? [];
      expect(codes).toContain("    0  success\n");
      for (const line of codes.trim().split("\n")) {
        const known = Object.values(EXIT_CODES).map(({ code, meaning }) => `${code}  ${meaning}`);
        expect(known).toContain(line.trim());
      }
    },
  );

  it.each(commands.map((words) => [words.join(" "), words]))(
    "%s has examples that parse",
    async (_name, words) => {
      const examples = examplesIn(await helpOf(words));
      expect(examples.length).toBeGreaterThan(0);
      for (const example of examples) {
        const calls = beltCalls(example);
        expect(calls.length, example).toBeGreaterThan(0);
        for (const call of calls) {
          const { program: fresh, printed, ran } = await grammar();
          await fresh.parseAsync(call, { from: "user" });
          expect(ran() + printed.length, `${example} does something`).toBeGreaterThan(0);
        }
      }
    },
  );

  it("finds fault with an example that does not parse", async () => {
    const { program: fresh } = await grammar();
    const [call] = beltCalls('id=$(belt run x --no-such "a b" -q)');
    expect(call).toEqual(["run", "x", "--no-such", "a b", "-q"]);
    await expect(fresh.parseAsync(call!, { from: "user" })).rejects.toThrow("--no-such");
  });

  it("tells of failure and success only where they can happen", async () => {
    expect(await helpOf(["run"])).toMatch(/^ +3 {2}the task failed$/m);
    expect(await helpOf(["task", "get"])).not.toMatch(/the task failed/);
    expect(await helpOf(["task", "get"])).toMatch(/^ +9 {2}partly done/m);
    expect(await helpOf(["dev"])).not.toMatch(/quota/);
  });
});

describe("belt help", () => {
  it("shows what --help shows", async () => {
    for (const words of [[], ["run"], ["task"], ["task", "get"]]) {
      expect((await belt(["help", ...words], { home })).stdout).toBe(
        (await belt([...words, "--help"], { home })).stdout,
      );
    }
  });

  it("knows its topics", async () => {
    const topic = async (name: string) => (await belt(["help", name], { home })).stdout;
    for (const { code, meaning } of Object.values(EXIT_CODES))
      expect(await topic("exit-codes")).toContain(`${code}  ${meaning}`);
    expect(await topic("environment")).toMatch(/^ {2}BELT_API_URL +base URL/m);
    expect(await topic("input")).toMatch(/^ {2}key:=json +/m);
  });

  it("tells of every variable that belt reads", () => {
    const files = ["cli", "store", "terminal", "commands", "api", "input"].flatMap((room) =>
      readdirSync(join(ROOT, "src", room), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => readFileSync(join(ROOT, "src", room, file), "utf8")),
    );
    const read = files.flatMap((text) => [...text.matchAll(/\benv\["(\w+)"\]/g)].map(([, name]) => name!));
    // Those of the system, which mean to belt what they mean to all.
    const common =
      /^(HOME|TERM|TMUX|STY|TMPDIR|KITTY_\w+|APPDATA|LOCALAPPDATA|XDG_\w+|NODE_\w+|.*_proxy|.*_PROXY)$/;
    for (const name of read.filter((name) => !common.test(name))) expect(VARIABLES).toHaveProperty(name);
  });

  it("has an idea of what was meant", async () => {
    expect(await belt(["help", "rnu"], { home })).toEqual({
      code: 2,
      stdout: "",
      stderr: "error: unknown command 'rnu'\nhint: Did you mean run?\n",
    });
    expect((await belt(["help", "task", "gte"], { home })).stderr).toMatch(/Did you mean get\?/);
    expect((await belt(["run", "x", "--inptu", "a=1"], { home })).stderr).toMatch(/Did you mean --input\?/);
  });

  it("is where the hint of a usage error leads, to the very command", async () => {
    const hinted = async (...argv: string[]) => (await belt(argv, { home })).stderr.split("\nhint: ")[1];
    expect(await hinted("task", "get")).toBe("belt task get --help shows how it is used\n");
    expect(await hinted("--profile", "task", "run")).toBe("belt run --help shows how it is used\n");
    expect(await hinted("completion", "tcsh")).toBe("belt completion --help shows how it is used\n");
  });

  it("takes no word for nothing", async () => {
    const { code, stderr } = await belt(["help", "run", "extra"], { home });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: belt run has no command "extra"\n/);
    expect((await belt(["completion", "tcsh"], { home })).stderr).toMatch(
      /^error: <shell>: "tcsh" is not one of bash, /,
    );
  });

  it("gives the whole grammar as one document", async () => {
    const { code, stdout } = await belt(["help", "--json"], { home });
    expect(code).toBe(0);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ schema_version: 1, name: "", version: expect.any(String) });
    const names = (node: { commands: never[]; name: string }): string[] =>
      node.commands.length === 0 ? [node.name] : node.commands.flatMap(names);
    expect(names(document)).toEqual(commands.map((words) => words.join(" ")));
    const run = document.commands.find(({ name }: { name: string }) => name === "run");
    expect(run.arguments).toMatchObject([{ name: "app", required: true, variadic: false }]);
    expect(run.options).toContainEqual(
      expect.objectContaining({
        long: "--on-interrupt",
        value: "what",
        choices: ["cancel", "detach"],
        default: "cancel",
      }),
    );
    expect(run.exit_codes).toContainEqual(EXIT_CODES.taskFailed);
    expect(document.options).toContainEqual(
      expect.objectContaining({ long: "--quiet", short: "-q", value: null }),
    );
  });

  it("gives one command as a document", async () => {
    const { stdout } = await belt(["help", "task", "get", "--json"], { home });
    expect(JSON.parse(stdout)).toMatchObject({ schema_version: 1, name: "task get", commands: [] });
  });
});

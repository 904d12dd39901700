import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ERROR_CODES } from "../../src/cli/help/error-codes.ts";
import { TOPICS as TEXTS, VARIABLES } from "../../src/cli/help/topics.ts";
import { processHost } from "../../src/cli/host.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { EXIT_CODES } from "../../src/errors.ts";
import { PacedWriter } from "../../src/terminal/paced-writer.ts";
import { belt, Home, ROOT } from "../support/belt.ts";
import { beltCalls, grammar, requireParsed } from "../support/grammar.ts";

let home: Home;

beforeEach(() => {
  home = new Home();
});

afterEach(() => home.remove());

function leaves(command: Command): Command[] {
  const own = command.commands.length === 0 || command.registeredArguments.length > 0 ? [command] : [];
  return [...own, ...command.commands.flatMap(leaves)];
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
  const [, block = ""] = /\nExamples:\n((?: {2}.*\n)+)/.exec(help.replaceAll(/ \\\n +/g, " ")) ?? [];
  return block
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.trim());
}

describe("the help of every command", () => {
  it.each(commands.map((words) => [words.join(" "), words]))(
    "%s says what it is for, and how it can end",
    async (_name, words) => {
      const help = await helpOf(words);
      const heads = help.split("\n").filter((line) => /^\S.*:$/.test(line));
      expect(heads.slice(0, 2)).toEqual(["Usage:", "Examples:"]);
      expect(help).toMatch(new RegExp(`^[A-Z].*\\n(.+\\n)*\\nUsage:\\n {2}belt ${words.join(" ")}\\b`));
      const [, codes = ""] = /\nExit codes: ([\d ]+) \(belt help exit-codes\)\n/.exec(help) ?? [];
      const known = Object.values(EXIT_CODES).map(({ code }) => String(code));
      expect(codes.split(" ")).toContain("0");
      for (const code of codes.split(" ")) expect(known).toContain(code);
      expect(help.trimEnd().split("\n").at(-1)).toMatch(/every command: belt help options$/);
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
        for (const call of calls) await requireParsed(call, example);
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
    const codes = async (...words: string[]) =>
      /Exit codes: ([\d ]+)/
        .exec(await helpOf(words))![1]!
        .trim()
        .split(" ")
        .map(Number);
    expect(await codes("run")).toEqual(expect.arrayContaining([3, 9, 11, 129]));
    expect(await codes("agent", "run")).toEqual(expect.arrayContaining([3, 8, 9, 10, 11]));
    expect(await codes("session", "exec")).toEqual(expect.arrayContaining([3, 10, 11]));
    expect(await codes("chat", "get")).not.toContain(11);
    expect(await codes("task", "get")).not.toContain(3);
    expect(await codes("task", "get")).toContain(9);
    expect(await codes("dev")).not.toContain(7);
  });

  it.each([80, 60, 40])("fits %i columns, words and tables", async (width) => {
    const printed: string[] = [];
    for (const words of [
      [],
      ["run"],
      ["task"],
      ["session", "exec"],
      ...TOPICS.map((topic) => ["help", topic]),
    ]) {
      const page = await shownAt(width, words, { NO_COLOR: "1" });
      printed.push(...page.split("\n"));
    }
    // A word that is longer stays whole, so that it can be copied; the code of the topics does, too.
    const wide = printed.filter((line) => line.length > width && line.trim().includes(" "));
    const code = new Set(Object.values(TEXTS).flatMap((topic) => topic.text().split("\n")));
    expect(wide.filter((line) => !code.has(line) && !line.startsWith("      '"))).toEqual([]);
  });

  it.each(["app-format", "scenarios"])(
    "fits %s, which is copied as it stands, into 80 columns",
    async (topic) => {
      const lines = (await shownAt(80, ["help", topic], { NO_COLOR: "1" })).split("\n");
      expect(lines.length).toBeGreaterThan(40);
      expect(lines.filter((line) => line.length > 80)).toEqual([]);
    },
  );

  it("has bold heads where there is color, and no escapes elsewhere", async () => {
    expect(await shownAt(80, ["run"])).toContain("\u001b[1mExamples:\u001b[22m\n");
    expect(await shownAt(80, ["run"], { NO_COLOR: "1" })).not.toContain("\u001b");
    expect(await shownAt(80, ["run", "--color", "never"])).not.toContain("\u001b");
    expect(await helpOf(["run"])).not.toContain("\u001b");
  });
});

/** A page on a terminal so many columns wide, without the marks of its heads unless it is asked with --color. */
async function shownAt(width: number, words: string[], env: Record<string, string> = {}): Promise<string> {
  const printed: string[] = [];
  const stdout = { write: (text: string) => printed.push(text), isTTY: true, columns: width };
  const argv = words[0] === "help" ? words : [...words, "--help"];
  const host = { ...processHost(ROOT), stdout, argv, env: { TERM: "xterm", ...env } };
  const answer = new PacedWriter(stdout, new AbortController().signal);
  const fresh = await buildProgram(host, answer, async () => {});
  await fresh.parseAsync(argv, { from: "user" }).catch(() => {});
  return printed.join("");
}

const TOPICS = [
  ...["exit-codes", "environment", "input", "output", "errors", "scripting"],
  ...["app-format", "scenarios", "options"],
];

describe("belt alone", () => {
  it("fits a terminal of 80 by 24 with its prompt, and names every command and topic", async () => {
    const page = await shownAt(80, [], { NO_COLOR: "1" });
    const lines = page.trimEnd().split("\n");
    expect(lines.length).toBeLessThan(24);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    for (const [noun = "", verb = ""] of commands) expect(page).toMatch(new RegExp(`\\b${noun}\\b.*${verb}`));
    for (const topic of TOPICS) expect(lines.slice(-2).join(" ")).toContain(topic);
    expect(examplesIn(page)).toHaveLength(3);
  });

  it("puts every command into a group", () => {
    for (const command of program.commands) expect([command.name(), command.helpGroup()]).not.toContain("");
  });
});

/** The text of a file of the program, or of all in a room. */
function sourcesOf(room: string): string[] {
  if (room.endsWith(".ts")) return [readFileSync(join(ROOT, "src", room), "utf8")];
  return readdirSync(join(ROOT, "src", room), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(join(ROOT, "src", room, file), "utf8"));
}

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
      expect((await topic("exit-codes")).replaceAll(/\n {6}/g, " ")).toContain(`${code}  ${meaning}`);
    expect(await topic("environment")).toMatch(/^ {2}BELT_API_URL +base URL/m);
    expect(await topic("input")).toMatch(/^ {2}key:=json +/m);
    expect(await topic("output")).toMatch(/^ {2}saved +after --save/m);
    expect(await topic("scripting")).toContain("belt session exec");
    expect(await topic("options")).toMatch(/^ {2}--request-timeout <dur> +bound/m);
    for (const { topics } of [JSON.parse(await topic("--json"))])
      expect(topics.map(({ name }: { name: string }) => name)).toEqual(TOPICS.slice(0, -1));
  });

  it("tells of every variable that belt reads", () => {
    const files = ["cli", "store", "terminal", "commands", "api", "input"].flatMap(sourcesOf);
    const read = files.flatMap((text) => [...text.matchAll(/\benv\["(\w+)"\]/g)].map(([, name]) => name!));
    // Those of the system, which mean to belt what they mean to all.
    const common =
      /^(HOME|TERM|TMUX|STY|TMPDIR|KITTY_\w+|APPDATA|LOCALAPPDATA|XDG_\w+|NODE_\w+|.*_proxy|.*_PROXY)$/;
    for (const name of read.filter((name) => !common.test(name))) expect(VARIABLES).toHaveProperty(name);
  });

  it("lists the topics for a word that is none, and leads from one that is near", async () => {
    const hint = async (...words: string[]) =>
      (await belt(["help", ...words], { home })).stderr.split("\n")[1];
    for (const topic of TOPICS) expect(await hint("nonsense")).toContain(topic);
    expect(await hint("exitcodes")).toBe("hint: belt help exit-codes");
    expect(await hint("logs")).toBe("hint: belt help task logs");
    expect(await hint("task", "gte")).toBe("hint: belt help task get");
  });

  it("tells every code of belt's own errors", () => {
    const files = ["cli", "store", "terminal", "commands", "api", "input", "errors.ts"].flatMap((room) =>
      sourcesOf(room),
    );
    const codes = files.flatMap((text) =>
      [...text.matchAll(/\bcode: (?:\w+ \? )?"([a-zA-Z_]+)"/g)].map(([, code]) => code!),
    );
    expect(codes.length).toBeGreaterThan(20);
    for (const code of codes.filter((code) => code !== "RegExp")) expect(ERROR_CODES).toHaveProperty(code);
  });

  it("is where the hint of a usage error leads, to the very command", async () => {
    const hinted = async (...argv: string[]) => (await belt(argv, { home })).stderr.split("\nhint: ")[1];
    expect(await hinted("task", "get", "x", "--no-such")).toBe("belt task get --help shows how it is used\n");
    expect(await hinted("--profile", "task", "balance", "--no-such")).toBe(
      "belt balance --help shows how it is used\n",
    );
    expect(await hinted("completion", "tcsh")).toBe("belt completion --help shows how it is used\n");
  });

  it("is that of a command that is named behind -h", async () => {
    const page = async (...argv: string[]) => (await belt(argv, { home })).stdout;
    expect(await page("-h", "run")).toBe(await page("run", "-h"));
    expect(await page("--help", "--local", "task", "get")).toBe(await page("help", "task", "get"));
    expect(await page("-h")).toBe(await page());
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
    const names = (node: { commands: never[]; name: string; arguments: unknown[] }): string[] => [
      ...(node.commands.length === 0 || node.arguments.length > 0 ? [node.name] : []),
      ...node.commands.flatMap(names),
    ];
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
    expect(document.error_codes).toContainEqual(
      expect.objectContaining({ code: "SESSION_EXPIRED", exit_code: 5 }),
    );
    expect(document.options).toContainEqual(
      expect.objectContaining({ long: "--quiet", short: "-q", value: null }),
    );
  });

  it("gives one command as a document", async () => {
    const { stdout } = await belt(["help", "task", "get", "--json"], { home });
    expect(JSON.parse(stdout)).toMatchObject({ schema_version: 1, name: "task get", commands: [] });
  });
});

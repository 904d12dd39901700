import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { COMMANDS, NOUNS, OPTIONS, VERBS } from "../../src/cli/guess/other-tools.ts";
import { processHost } from "../../src/cli/host.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { PacedWriter } from "../../src/terminal/paced-writer.ts";
import { belt, Home, ROOT } from "../support/belt.ts";

let home: Home;

beforeEach(() => {
  home = new Home();
});

afterEach(() => home.remove());

async function grammar(): Promise<Command> {
  const stdout = { write() {} };
  const answer = new PacedWriter(stdout, new AbortController().signal);
  return await buildProgram({ ...processHost(ROOT), stdout }, answer, async () => {});
}

/** The hint for a command line that belt refuses. */
async function hint(...argv: string[]): Promise<string | undefined> {
  const { code, stdout, stderr } = await belt(argv, { home });
  expect([argv, code, stdout]).toEqual([argv, 2, ""]);
  return /^hint: (.*)$/m.exec(stderr)?.[1];
}

/** Words as a shell makes them. */
function words(line: string): string[] {
  return [...line.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replace(/["']/g, ""));
}

const FOX = 'belt run infsh/flux --input prompt="a fox"';

describe("the first wrong guess is answered with the command that was meant", () => {
  it.each([
    [["run", "infsh/flux", "--prompt", "a fox"], FOX],
    [["run", "infsh/flux", "--prompt=a fox"], FOX],
    [["run", "infsh/flux", "prompt=a fox"], FOX],
    [["run", "infsh/flux", "a fox"], FOX],
    [["run", "infsh/flux", "a", "fox"], FOX],
    [["infsh/flux", "--prompt", "a fox"], FOX],
    [["app", "run", "infsh/flux", "--prompt", "a fox"], FOX],
    [["rnu", "infsh/flux", "--inptu", "prompt=a fox"], FOX],
    [
      ["run", "infsh/flux", "--prompt", "a fox", "--steps", "4", "--guidance-scale=7", "--local", "--async"],
      `${FOX} --input steps=4 --input guidance_scale=7 --local --no-wait`,
    ],
    [
      ["run", "infsh/flux", "--prompt", 'say "hi" to it\'s $HOME'],
      `belt run infsh/flux --input 'prompt=say "hi" to it'\\''s $HOME'`,
    ],
    [["run", "infsh/flux", "-i", "a=b", "--output", "out"], "belt run infsh/flux -i a=b --save out"],
    [["logs", "@last"], "belt task logs @last"],
    [["logs", "--local", "@last", "-f"], "belt task logs @last --local -f"],
    [["get"], "belt task get @last"],
    [["cancel"], "belt task cancel @last"],
    [["list"], "belt task list"],
    [["ps"], "belt task list"],
    [["version"], "belt --version"],
    [["--output", "json", "task", "list"], "belt task list --json"],
    [["task", "list", "-o", "json"], "belt task list --json"],
    [["app", "run"], "belt run infsh/flux"],
    [["task", "get", "-f", "x"], "belt task watch x"],
    [["me"], "belt profile show"],
    [["auth", "status"], "belt doctor"],
    [["task", "list", "failed"], "belt task list --status failed"],
    [["task", "list", "--state", "running"], "belt task list --status running"],
    [["search", "video"], "belt app list --search video"],
    [["app", "list", "video"], "belt app list --search video"],
    [["jobs", "ls", "--limit", "3"], "belt task list --limit 3"],
    [["session", "close", "@last"], "belt session end @last"],
    [["session", "new", "infsh/counter"], "belt run --session new infsh/counter"],
    [["profile", "rm", "work"], "belt profile remove work"],
    [["taks", "lits"], "belt task list"],
    [["task", "list", "--limti", "3"], "belt task list --limit 3"],
    [
      ["session", "exec", "a/b", "--by", "5", "--", "sh", "-c", "x y"],
      "belt session exec a/b --input by=5 -- sh -c 'x y'",
    ],
  ])("%j", async (argv, meant) => {
    expect(await hint(...argv)).toBe(meant);
  });

  it("by the app's own first text, when its schema has been seen", async () => {
    const properties = { voice: { enum: ["a"] }, text: { type: "string" }, style: { type: "string" } };
    const app = { version: { input_schema: { type: "object", required: ["text"], properties } } };
    mkdirSync(join(home.dir, "cache/schemas"), { recursive: true });
    writeFileSync(
      join(home.dir, "cache/schemas/x.json"),
      JSON.stringify({ api: "local", reference: "my/voice", fetched: 1, app }),
    );
    expect(await hint("run", "my/voice", "hello")).toBe("belt run my/voice --input text=hello");
    expect(await hint("run", "other/voice", "hello")).toBe("belt run other/voice --input prompt=hello");
  });

  it.each([["frobnicate"], ["task frobnicate"], ["task get x --frobnicate"], ["run infsh/flux -x 1"]])(
    "or with the help, where nobody can tell: %s",
    async (line) => {
      expect(await hint(...line.split(" "))).toMatch(/^belt .*help/);
    },
  );

  it("with the error as NDJSON where that is asked for", async () => {
    const { stderr } = await belt(["run", "infsh/flux", "a fox", "--json"], { home });
    expect(JSON.parse(stderr).error).toMatchObject({ code: "usage", hint: `${FOX} --json` });
  });
});

describe("a key in the arguments", () => {
  it.each([
    [["login", "inf_secret_canary"]],
    [["run", "infsh/flux", "--api-key", "inf_secret_canary"]],
    [["run", "infsh/flux", "--token=inf_secret_canary"]],
    [["task", "list", "--key", "secret_canary_of_another_form"]],
  ])("was seen by others, and is not repeated: %j", async (argv) => {
    const { code, stdout, stderr } = await belt(argv, { home });
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/is seen by all users of this machine/);
    expect(stderr).toMatch(/^hint: withdraw that key and make a new one; belt login /m);
    expect(stderr).not.toContain("canary");
  });

  it("is blotted out of any other refusal", async () => {
    const { stderr } = await belt(["frobnicate", "x=inf_secret_canary", "--no-such=inf_secret_canary"], {
      home,
    });
    expect(stderr).not.toContain("canary");
  });
});

describe("the table of words from other tools", () => {
  const typed = [
    ...Object.keys(COMMANDS),
    ...Object.keys(NOUNS),
    ...Object.keys(NOUNS).map((noun) => `${noun} ls`),
    ...Object.keys(VERBS).flatMap((verb) =>
      ["task", "session", "app", "profile"].map((noun) => `${noun} ${verb} x`),
    ),
  ];

  it("leads to command lines that belt takes", async () => {
    for (const line of typed) {
      const meant = await hint(...line.split(" "));
      if (!meant || /^belt help lists| shows /.test(meant)) continue;
      const program = await grammar();
      const parsed = program.parseAsync(words(meant).slice(1), { from: "user" });
      await parsed.catch((thrown) => {
        if (thrown.code !== "commander.version" && thrown.code !== "commander.help")
          throw new Error(`${line}: ${meant}`);
      });
    }
  });

  it("has an answer for each of its command lines and options", async () => {
    const none = [];
    for (const line of Object.keys(COMMANDS)) {
      const meant = await hint(...line.split(" "));
      if (!meant?.startsWith(`belt ${COMMANDS[line]!.split(" ")[0]}`)) none.push(line);
    }
    for (const option of Object.keys(OPTIONS)) {
      const all = await Promise.all([
        hint("run", "infsh/flux", ...option.split(" "), "a=b"),
        hint("task", "list", ...option.split(" "), "failed"),
        hint("task", "logs", "@last", ...option.split(" ")),
        hint("session", "end", "--all", ...option.split(" ")),
      ]);
      if (!all.some((meant) => meant?.includes(OPTIONS[option]!))) none.push(option);
    }
    expect(none).toEqual([]);
  });
});

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ADVICE } from "../../src/cli/guess/advice.ts";
import { BUILT_IN } from "../../src/cli/guess/known-apps.ts";
import { OPTIONS } from "../../src/cli/guess/other-options.ts";
import { COMMANDS } from "../../src/cli/guess/other-tools.ts";
import { NOUNS, VERBS } from "../../src/cli/guess/other-words.ts";
import { processHost } from "../../src/cli/host.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { PacedWriter } from "../../src/terminal/paced-writer.ts";
import { loadApp } from "../samples/load.ts";
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

/** The same where the line may be one that belt takes. */
async function hintIfRefused(...argv: string[]): Promise<string | undefined> {
  const { code, stderr } = await belt(argv, { home });
  return code === 2 ? /^hint: (.*)$/m.exec(stderr)?.[1] : undefined;
}

/** What an option is given that means one of these. */
const VALUE_FOR: [RegExp, string[]][] = [
  [/--(limit|max-cost|timeout|jobs|every)$/, ["3"]],
  [/--status$/, ["failed"]],
  [/--(save|field|out)$/, ["id"]],
  [/--(input|api-url)$/, ["a=b"]],
  [/--(search|chat)$/, ["x"]],
  [/--input @$/, ["x.json"]],
];

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
    [["app", "run"], 'belt run infsh/flux --input prompt="a lighthouse at dusk"'],
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
    [["session", "infsh/counter"], "belt run --session new infsh/counter"],
    [["session", "run", "sess_1", "infsh/counter"], "belt run --session sess_1 infsh/counter"],
    [["session", "extend", "sess_1"], "belt session keepalive sess_1"],
    [["session", "@last"], "belt session get @last"],
    [["tasks", "task_1"], "belt task get task_1"],
    [["task", "ids"], "belt task list -q"],
    [["ps", "-a"], "belt task list"],
    [["task", "list", "id,status"], "belt task list --field id,status"],
    [["inspect", "infsh/flux"], "belt app get infsh/flux"],
    [["inspect", "task_1"], "belt task get task_1"],
    [["app", "infsh/flux"], "belt app get infsh/flux"],
    [["chat", "infsh/guide", "hi"], "belt agent run infsh/guide hi"],
    [["chat", "history"], "belt chat get @last"],
    [["repeat", "@last"], "belt rerun @last"],
    [["save", "@last"], "belt task get --save . @last"],
    [["auth", "token"], "belt profile show"],
    [["login", "--with-token"], "belt login"],
    [["batch", "rows.csv", "infsh/echo", "--local"], "belt batch infsh/echo rows.csv --local"],
    [["--local", "batch", "-j", "4", "rows.jsonl", "a/b"], "belt batch a/b rows.jsonl --local -j 4"],
    [["run", "infsh/flux", "fox,night"], "belt run infsh/flux --input prompt=fox,night"],
    [["run", "a fox"], FOX],
    [["run", "prompt=a fox"], FOX],
    [["generate", "a fox"], FOX],
    [["ask", "hello", "there"], "belt agent run infsh/guide hello there"],
    [["chat", "hello there"], "belt agent run infsh/guide 'hello there'"],
    [["predictions", "create", "infsh/flux", "prompt=a"], "belt run infsh/flux --input prompt=a"],
    [["predictions"], "belt task list"],
    [["run", "view", "task_1"], "belt task get task_1"],
    [["view", "task_1"], "belt task get task_1"],
    [["show", "infsh/flux"], "belt app get infsh/flux"],
    [["retry", "task_1"], "belt rerun task_1"],
    [["task", "output", "task_1"], "belt task get --field output task_1"],
    [["task", "download", "task_1"], "belt task get --save . task_1"],
    [["task", "ls", "--failed"], "belt task list --status failed"],
    [["estimate", "infsh/flux", "-i", "prompt=a"], "belt run --dry-run infsh/flux -i prompt=a"],
    [["run", "infsh/flux", "prompt=a", "--cost"], "belt run infsh/flux --input prompt=a --dry-run"],
    [["batch", "a/b", "--file", "rows.csv"], "belt batch a/b rows.csv"],
    [["batch", "a/b", "--csv=rows.csv"], "belt batch a/b rows.csv"],
    [["batch", "a/b", "r.csv", "-o", "out.ndjson"], "belt batch a/b r.csv --out out.ndjson"],
    [["batch", "a/b", "r.csv", "--output=o.ndjson"], "belt batch a/b r.csv --out o.ndjson"],
    [["batch", "a/b", "r.csv", "--concurrency", "4"], "belt batch a/b r.csv --jobs 4"],
    [["batch", "a/b", "r.csv", "--resume"], "belt batch a/b r.csv"],
    [["run", "infsh/flux", "--file", "x.png"], "belt run infsh/flux --input file=x.png"],
    [["run", "infsh/flux", "-o", "out"], "belt run infsh/flux --save out"],
    [["profile", "rm", "work"], "belt profile remove work"],
    [["taks", "lits"], "belt task list"],
    [["task", "list", "--limti", "3"], "belt task list --limit 3"],
    [["run", "infsh/flux", "--promt", "2"], "belt run infsh/flux --input prompt=2"],
    [["run", "infsh/flux", "--prompt", "a", "red", "fox"], 'belt run infsh/flux --input prompt="a red fox"'],
    [["run", "infsh/flux", "--seed", "--local"], "belt run infsh/flux --help-app --local"],
    [["run", "infsh/flux", "--seed", "-1"], "belt run infsh/flux --input seed=-1"],
    [["run", "infsh/flux", "-s", "7"], "belt run infsh/flux --input seed=7"],
    [["run", "infsh/flux", "--wait"], "belt run infsh/flux"],
    [["run", "infsh/flux", "--watch"], "belt run infsh/flux"],
    [["run", "infsh/flux", "-d", "prompt=fog"], "belt run infsh/flux --input prompt=fog"],
    [["run", "-d", "infsh/flux"], "belt run infsh/flux --no-wait"],
    [["run", "infsh/flux", "--max-price", "1"], "belt run infsh/flux --max-cost 1"],
    [["run", "infsh/flux", "--budget=1"], "belt run infsh/flux --max-cost 1"],
    [["task", "get", "x", "--watch"], "belt task watch x"],
    [["logs", "x", "--tail", "5", "--local"], "belt task logs x --local | tail -n 5"],
    [["task", "list", "-n", "5"], "belt task list --limit 5"],
    [["task", "list", "--filter", "status=failed"], "belt task list --status failed"],
    [["task", "list", "--status", "done"], "belt task list --status completed"],
    [["task", "list", "--status=pending"], "belt task list --status queued"],
    [["task", "list", "--format", "tsv"], "belt task list --field id,status"],
    [["task", "list", "--csv"], "belt task list --field id,status"],
    [["task", "list", "--format=json"], "belt task list --json"],
    [["get", "tasks"], "belt task list"],
    [["get", "task", "x"], "belt task get x"],
    [["describe", "app", "infsh/flux"], "belt app get infsh/flux"],
    [["rm", "x"], "belt task cancel x"],
    [["agents"], "belt api POST /agents/list"],
    [["chat", "list"], "belt api POST /chats/list"],
    [["cost"], "belt usage"],
    [["init", "my-app"], "belt app init my-app"],
    [["app", "create", "my-app"], "belt app init my-app"],
    [["flux"], 'belt run infsh/flux --input prompt="a lighthouse at dusk"'],
    [["flux", "--prompt", "a fox"], FOX],
    [["echo", "hi"], "belt run infsh/echo --input text=hi"],
    [["examples"], "belt help scripting"],
    [["env"], "belt help environment"],
    [["local"], "belt dev"],
    [["dev", "start"], "belt dev"],
    [["dev", "stop"], "Ctrl-C in its own terminal ends a belt dev"],
    [["batch", "run"], "belt batch infsh/flux prompts.jsonl"],
    [["batch", "run", "a/b", "rows.csv"], "belt batch a/b rows.csv"],
    [
      ["run", "--local"],
      'belt app list --local shows the apps there are; belt run infsh/flux --input prompt="a lighthouse at dusk" --local',
    ],
    [["task", "wait"], "belt task wait @last"],
    [["completion"], "belt completion bash"],
    [
      ["session", "exec", "a/b", "belt", "session", "get", "@last", "--field", "id"],
      "belt session exec a/b -- belt session get @last --field id",
    ],
    [
      ["session", "exec", "a/b", "belt", "run", "a/b", "--local"],
      "belt session exec a/b --local -- belt run a/b --local",
    ],
    [["session", "exec", "a/b", "sh", "-c", "x y"], "belt session exec a/b -- sh -c 'x y'"],
    [["dev", "exec", "npm", "test"], "belt dev exec -- npm test"],
    [["dev", "exec", "--workers", "2", "npm", "-v"], "belt dev exec --workers 2 -- npm -v"],
    [
      ["session", "exec", "a/b", "--by", "5", "--", "sh", "-c", "x y"],
      "belt session exec a/b --input by=5 -- sh -c 'x y'",
    ],
  ])("%j", async (argv, meant) => {
    expect(await hint(...argv)).toBe(meant);
  });

  it("by the app's own first text, when its schema has been seen", async () => {
    const properties = {
      voice: { enum: ["a"] },
      text: { type: "string" },
      style: { type: "string" },
      loud: { type: "boolean" },
    };
    const app = { version: { input_schema: { type: "object", required: ["text"], properties } } };
    mkdirSync(join(home.dir, "cache/schemas"), { recursive: true });
    writeFileSync(
      join(home.dir, "cache/schemas/x.json"),
      JSON.stringify({ api: "local", reference: "my/voice@v1", fetched: 1, app }),
    );
    expect(await hint("run", "my/voice", "hello")).toBe("belt run my/voice --input text=hello");
    expect(await hint("run", "other/voice", "hello")).toBe("belt run other/voice --input prompt=hello");
    expect(await hint("run", "my/voice", "--stile", "x")).toBe("belt run my/voice --input style=x");
    expect(await hint("run", "my/voice", "--loud", "hi")).toBe(
      "belt run my/voice --input text=hi --input loud=true",
    );
    expect(await hint("run", "my/voice", "--frobnicate", "3")).toBe("belt run my/voice --help-app");
    expect(await hint("voice", "hello")).toBe("belt run my/voice --input text=hello");
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

it.each(Object.entries(BUILT_IN))(
  "the inputs of %s are known before it was ever run",
  async (name, inputs) => {
    const { RunInput } = await loadApp(name.split("/")[1]!);
    expect(Object.keys(RunInput!.shape)).toEqual(inputs);
  },
);

describe("the table of words from other tools", () => {
  const typed = [
    ...Object.keys(COMMANDS).map(refusable),
    ...Object.keys(NOUNS),
    ...Object.keys(NOUNS).map((noun) => `${noun} ls`),
    ...Object.keys(VERBS).flatMap((verb) =>
      ["task", "session", "app", "profile"].map((noun) => `${noun} ${verb} x`),
    ),
  ].filter((line) => !/^(task|session|app) get/.test(line));

  it("leads to command lines that belt takes", async () => {
    for (const line of typed) {
      const meant = await hintIfRefused(...line.split(" "));
      if (!meant?.startsWith("belt ") || /^belt help lists| shows /.test(meant)) continue;
      if (Object.values(ADVICE).includes(meant)) continue;
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
      const meant = await hint(...refusable(line).split(" "));
      if (!meant?.startsWith(`belt ${COMMANDS[line]!.split(" ")[0]}`)) none.push(line);
    }
    for (const [option, meanings] of Object.entries(OPTIONS)) {
      const [, own = "", bare = ""] = /^((?:[a-z]+ )*)(-.*)$/.exec(option)!;
      const value =
        own === "completion "
          ? ["bash"]
          : (VALUE_FOR.find(([meant]) => meant.test(meanings.join(" ")))?.[1] ?? []);
      const typed = bare.replace("<number>", "3").replace("<spec>", "status=failed");
      const [form, ...ofForm] = typed.split(" ");
      const given = [form!, ...(ofForm.length > 0 ? ofForm : value)];
      const lines = [
        ["batch", "a/b", ...(own === "batch " ? [...given, "rows.csv"] : ["rows.csv", ...given])],
        ...(own === ""
          ? []
          : [[...own.trim().split(" "), ...(own === "agent run " ? ["a/b", "hi"] : []), ...given]]),
        ["run", "infsh/flux", ...given],
        ["task", "list", ...given],
        ["task", "logs", "@last", ...given],
        ["session", "end", "--all", ...given],
        ["session", "keepalive", "@last", ...given],
      ];
      const all = await Promise.all(lines.map((line) => hintIfRefused(...line)));
      const isMeant = (meant: string | undefined, words: string) =>
        words === "" || words === "=" ? /^belt (?!.*help)/.test(meant ?? "") : meant?.includes(words);
      if (!meanings.every((words) => all.some((meant) => isMeant(meant, words)))) none.push(option);
    }
    expect(none).toEqual([]);
  });
});

/** What alone would be a command line of belt's gets more words than that takes. */
function refusable(line: string): string {
  if (/^run (list|ls)$/.test(line)) return `${line} --limit 3`;
  if (/^run (view|show|get|status|watch|wait|logs|cancel|stop|delete|download|rerun)$/.test(line))
    return `${line} task_1`;
  return /^(run|batch) /.test(line) ? `${line} infsh/flux rows.csv` : line;
}

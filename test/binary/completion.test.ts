import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { belt, Home, ROOT, spawnBelt, until } from "../support/belt.ts";

let home: Home;

beforeEach(() => {
  home = new Home();
  for (const dir of ["bin", "state", "config", "cache/schemas", "work/out"]) {
    mkdirSync(join(home.dir, dir), { recursive: true });
  }
});

afterEach(() => home.remove());

function remember(): void {
  const entry = (type: string, id: string) => ({
    type,
    id,
    app: "infsh/echo",
    api: "local",
    time: "2026-01-01",
  });
  const entries = [
    entry("task", "task_older"),
    { ...entry("task", "task_newer"), app: "echo" },
    entry("session", "sess_one"),
    entry("session", "sess_gone"),
    entry("ended", "sess_gone"),
  ];
  writeFileSync(
    join(home.dir, "state/journal.ndjson"),
    entries.map((line) => `${JSON.stringify(line)}\n`).join(""),
  );
  writeJson("config/profiles.json", { current: "work", profiles: [{ name: "work" }, { name: "private" }] });
  const properties = {
    mode: { enum: ["fast", "slow"] },
    voice: { $ref: "#/$defs/Voice" },
    ratio: { anyOf: [{ enum: ["16:9", "1:1"] }, { type: "null" }] },
    prompt: { type: "string", description: "what to\tpaint" },
  };
  const $defs = { Voice: { enum: ["Puck (Male)", "Zephyr (Female)"] } };
  const app = { version: { functions: { run: { input_schema: { properties, $defs } } } } };
  writeJson("cache/schemas/1.json", { api: "local", reference: "infsh/echo@v2", fetched: 1, app });
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(join(home.dir, path), JSON.stringify(value));
}

const FILES = { bash: "belt.bash", zsh: "_belt", fish: "belt.fish" };

describe("the completion scripts", () => {
  it.each(Object.entries(FILES))("for %s are current: npm run completions", async (shell, file) => {
    const { code, stdout } = await belt(["completion", shell], { home });
    expect(code).toBe(0);
    expect(readFileSync(join(ROOT, "completions", file), "utf8")).toBe(stdout);
  });

  it("are for shells that belt knows", async () => {
    expect(await belt(["completion", "tcsh"], { home })).toMatchObject({ code: 2, stdout: "" });
  });
});

describe("belt __complete", () => {
  const values = async (...argv: string[]) => {
    const { stdout, stderr, exitCode } = await spawnBelt(["__complete", ...argv], home);
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
    return stdout.split("\n").slice(0, -1);
  };

  it("knows what this machine submitted, the newest first", async () => {
    remember();
    expect(await values("task")).toEqual([
      "@last\ttask_newer",
      "task_newer\techo 2026-01-01",
      "task_older\tinfsh/echo 2026-01-01",
    ]);
    expect(await values("session-or-new")).toEqual([
      "new\topen a session",
      "@last\tsess_one",
      "sess_one\tinfsh/echo 2026-01-01",
    ]);
    expect(await values("session")).toContain("sess_gone\tinfsh/echo 2026-01-01");
    expect(await values("open-session")).toEqual(["@last\tsess_one", "sess_one\tinfsh/echo 2026-01-01"]);
  });

  it("knows profiles, apps and their inputs", async () => {
    remember();
    expect(await values("profile")).toEqual(["work\t", "private\t"]);
    expect(await values("app")).toEqual(["infsh/echo\t"]);
    expect(await values("input", "infsh/echo")).toEqual([
      "mode=\t",
      "mode=fast\t",
      "mode=slow\t",
      "voice=\t",
      "voice=Puck (Male)\t",
      "voice=Zephyr (Female)\t",
      "ratio=\t",
      "ratio=16:9\t",
      "ratio=1:1\t",
      "prompt=\twhat to paint",
    ]);
    expect(await values("input", "infsh/other")).toEqual([]);
  });

  it("says nothing where there is nothing, or what is there is damaged", async () => {
    for (const kind of ["task", "profile", "app", "input", "no such kind"])
      expect(await values(kind)).toEqual([]);
    writeJson("config/profiles.json", { profiles: [null, { name: 1 }] });
    writeJson("cache/schemas/1.json", [1]);
    writeFileSync(join(home.dir, "cache/schemas/2.json"), "{");
    expect(await values("profile")).toEqual([]);
    expect(await values("input", "infsh/echo")).toEqual([]);
  });

  it("reads no more of a schema than it needs: the newest's name where the rest is cut off", async () => {
    remember();
    const cut = join(home.dir, "cache/schemas/2.json");
    writeFileSync(cut, '{"api":"https://a.b","reference":"infsh/cut","fetched":2,"app":{');
    utimesSync(cut, 4e9, 4e9);
    expect(await values("app")).toEqual(["infsh/echo\t", "infsh/cut\t"]);
    expect(await values("input", "infsh/cut")).toEqual([]);
  });

  it("keeps names that would reach the terminal as commands to itself", async () => {
    writeJson("config/profiles.json", {
      profiles: [{ name: "a\u001b[2Jb" }, { name: "two\nlines" }, { name: "good" }],
    });
    expect(await values("profile")).toEqual(["good\t"]);
  });
});

const SHELLS = {
  bash: {
    start: "bash --norc --noprofile -i",
    load: `. '${ROOT}completions/belt.bash'; bind 'set enable-bracketed-paste off'`,
  },
  zsh: {
    start: "zsh -f -i",
    load: `autoload -U compinit; compinit -u -D; source '${ROOT}completions/_belt'; zstyle ':completion:*' insert-tab false`,
  },
  fish: { start: "fish --no-config -i", load: `source '${ROOT}completions/belt.fish'` },
};

/** Types into a real shell on a terminal of its own, and gives the arguments that the command got in the end. */
async function typed(shell: keyof typeof SHELLS, line: string, before = ""): Promise<string[]> {
  const { start, load } = SHELLS[shell];
  const file = join(home.dir, "bin/belt");
  writeFileSync(
    file,
    `#!/bin/sh\n[ "$1" = __complete ] && exec node '${ROOT}bin/belt.js' "$@"\nprintf '<%s>' AR''GS "$@"; echo\n`,
  );
  chmodSync(file, 0o755);
  const env = {
    ...home.env,
    PATH: `${join(home.dir, "bin")}:${process.env["PATH"]}`,
    TERM: "xterm",
    HISTFILE: "/dev/null",
  };
  const child = spawn("script", ["-qec", start, "/dev/null"], {
    cwd: join(home.dir, "work"),
    env,
    timeout: 15_000,
  });
  const gone = once(child, "close");
  try {
    let screen = "";
    child.stdout.on("data", (chunk) => {
      screen += chunk;
    });
    const seen = (what: RegExp) => until(() => what.exec(screen));
    child.stdin.write(`${load}; ${before} echo RE''ADY\n`);
    await seen(/READY/);
    child.stdin.write(`${line}\n`);
    const found = await seen(/<ARGS>((?:<[^<>\r]*>)+)\r/);
    expect(screen).not.toMatch(/command not found|unbound|parameter not set|not a valid/);
    return found![1]!.slice(1, -1).split("><");
  } finally {
    child.stdin.end("\u0003\nexit\n");
    await gone;
  }
}

/** Puts a belt on the way that the completion scripts take, and gives its folder. */
function shim(): string {
  const file = join(home.dir, "bin/belt");
  writeFileSync(file, `#!/bin/sh\nexec node '${ROOT}bin/belt.js' "$@"\n`);
  chmodSync(file, 0o755);
  return join(home.dir, "bin");
}

/** How a shell that has just read the line of help is asked what it knows. */
const ASKED = {
  bash: { argv: ["--norc", "--noprofile", "-c"], ask: "complete -p belt", known: /-F _belt belt/ },
  zsh: { argv: ["-f", "-c"], ask: "print $_comps[belt]", known: /^_belt$/m },
  fish: {
    argv: ["--no-config", "-c"],
    ask: "source $HOME/.config/fish/completions/belt.fish; complete -C 'belt ta'",
    known: /^task\t/m,
  },
};

describe.each(["bash", "zsh", "fish"] as const)("the line of help for %s", (shell) => {
  const isMissing = spawnSync(shell, ["--version"]).error !== undefined;

  it.skipIf(isMissing)("works in a home where nothing is", async () => {
    const { stdout: help } = await belt(["completion", "--help"], { home });
    const lines = help.replaceAll(/ \\\n +/g, " ").split("\n");
    const line = lines.find((line) => line.startsWith("  ") && line.includes(`belt completion ${shell}`))!;
    const { argv, ask, known } = ASKED[shell];
    const fresh = mkdtempSync(join(home.dir, "fresh-"));
    const env = { HOME: fresh, PATH: `${shim()}:${process.env["PATH"]}`, TERM: "dumb" };
    const read = readFileSync(join(ROOT, "README.md"), "utf8");
    expect(read).toContain(line.trim());
    const { stdout, stderr } = spawnSync(shell, [...argv, `${line}\n${ask}`], { env, encoding: "utf8" });
    expect({ stdout, stderr }).toEqual({ stdout: expect.stringMatching(known), stderr: "" });
  });
});

function arrange(): void {
  remember();
  mkdirSync(join(home.dir, "work/sub dir"));
  for (const name of ["params.json", "my cat.png", "sub dir/inner one.png", "sub dir/data.json"]) {
    writeFileSync(join(home.dir, "work", name), "{}");
  }
}

describe.each(["bash", "zsh", "fish"] as const)("in %s", (shell) => {
  const missing =
    spawnSync(shell, ["--version"]).error !== undefined || spawnSync("script", ["-V"]).error !== undefined;

  it.skipIf(missing).each([
    ["tas\tge\ttask_n\t", ["task", "get", "task_newer"]],
    ["task get @l\t", ["task", "get", "@last"]],
    ["--json sess\tend --y\tsess_\t", ["--json", "session", "end", "--yes", "sess_one"]],
    [
      "run infsh/echo --input mo\tf\t --col\tne\t",
      ["run", "infsh/echo", "--input", "mode=fast", "--color", "never"],
    ],
    ["run x --infra=private_\t -i @par\t", ["run", "x", "--infra=private_first", "-i", "@params.json"]],
    ["run x -i image=@par\t", ["run", "x", "-i", "image=@params.json"]],
    ["run x --events par\t --session n\t", ["run", "x", "--events", "params.json", "--session", "new"]],
    ["help exit\t", ["help", "exit-codes"]],
    ["help app-f\t", ["help", "app-format"]],
    ["help opt\t", ["help", "options"]],
    ["--field par\t --json task list", ["--field", "par", "--json", "task", "list"]],
    ["run infsh/echo -i voice=Ze\t -q", ["run", "infsh/echo", "-i", "voice=Zephyr (Female)", "-q"]],
    ["run infsh/echo -i ratio=16\t -q", ["run", "infsh/echo", "-i", "ratio=16:9", "-q"]],
    ["run x -i image=@my\t -q", ["run", "x", "-i", "image=@my cat.png", "-q"]],
    ["run x -i image=@sub\tin\t -q", ["run", "x", "-i", "image=@sub dir/inner one.png", "-q"]],
    ["run x -i @sub\tdat\t -q", ["run", "x", "-i", "@sub dir/data.json", "-q"]],
    ["run x -i prompt@=my\t -q", ["run", "x", "-i", "prompt@=my cat.png", "-q"]],
    ["run x --save su\t--json", ["run", "x", "--save", "sub dir/--json"]],
  ])("%j becomes %j", async (line, expected) => {
    arrange();
    expect(await typed(shell, `belt ${line}`)).toEqual(expected);
  });

  it.skipIf(missing)("nothing is printed where variables must be set", async () => {
    arrange();
    const strict = { bash: "set -u;", zsh: "setopt nounset;", fish: "" }[shell];
    expect(await typed(shell, "belt run x -i image=@my\t -q", strict)).toEqual([
      "run",
      "x",
      "-i",
      "image=@my cat.png",
      "-q",
    ]);
  });

  it.skipIf(missing || shell !== "bash")("a bash without compopt does as well", async () => {
    arrange();
    const line = "belt run infsh/echo -i mo\tf\t -i image=@sub\tin\t";
    expect(await typed(shell, line, "enable -n compopt;")).toEqual([
      "run",
      "infsh/echo",
      "-i",
      "mode=fast",
      "-i",
      "image=@sub dir/inner one.png",
    ]);
  });
});

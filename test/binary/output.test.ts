import { execFileSync, spawn } from "node:child_process";
import { existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { beforeEach, describe, expect, it } from "vitest";
import { ROOT, spawnBelt, until } from "../support/belt.ts";
import { needsLinux } from "../support/platform.ts";
import { json, ndjson, type Step, silence } from "../support/scripted-api.ts";
import { api, home, setStage } from "../support/stage.ts";

let env: Record<string, string>;

setStage({ words: true }, () => {
  env = { INFSH_API_KEY: "inf_secret_canary_1234", BELT_API_URL: api.url };
});

const environment = () => ({ PATH: process.env["PATH"] ?? "", ...home.env, ...env });

/** The real binary with streams of its own. */
function start(argv: string[], stdio: ("ignore" | "pipe" | number)[] = ["ignore", "pipe", "pipe"]) {
  const child = spawn("node", [join(ROOT, "bin/belt.js"), ...argv], {
    cwd: home.dir,
    env: environment(),
    stdio,
  });
  let stderr = "";
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", (code) => resolve(code)));
  return { child, ended, stderr: () => stderr };
}

describe.skipIf(!existsSync("/dev/full"))("a disk that is full", () => {
  it.each([
    [["--help"]],
    [["--version"]],
    [["help"]],
    [["help", "--json"]],
    [["help", "exit-codes"]],
    [["run", "--help"]],
    [["task"]],
    [["completion", "bash"]],
    [["profile", "list", "--json"]],
  ])("is an error, exit 1: %j", async (argv) => {
    const { ended, stderr } = start(argv, ["ignore", openSync("/dev/full", "w"), "pipe"]);
    expect(await ended).toBe(1);
    expect(stderr()).toMatch(/the answer could not be written: .*no space/);
    expect(stderr()).not.toContain("    at ");
  });

  it("does not take the place of how the command ended", async () => {
    api
      .on("GET /tasks/a", api.ok({ ...api.task("running"), id: "a" }))
      .on("GET /tasks/b", api.error(404, "not_found", "no such task"));
    const { ended, stderr } = start(
      ["task", "get", "a", "b"],
      ["ignore", openSync("/dev/full", "w"), "pipe"],
    );
    expect(await ended).toBe(9);
    expect(stderr()).toMatch(/^warning: the answer could not be written: no space is left on the disk/);
  });
});

it("cannot keep standard input: an error with the folder, and how to name another", async () => {
  env["TMPDIR"] = join(home.dir, "nope");
  const { exitCode, stderr } = await spawnBelt(["file", "upload", "-"], home, { env, input: "x" });
  expect(exitCode).toBe(1);
  expect(stderr).toBe(
    `error: cannot keep standard input in ${env["TMPDIR"]}: there is no such file or folder (ENOENT)\n` +
      "hint: TMPDIR names another folder for temporary files\n",
  );
});

describe("a reader that is slower than the API", () => {
  const LINES = 60_000;
  const line = "x".repeat(1_000);

  /** Sixty megabytes of log, as fast as they are taken. */
  const log: Step = async (_request, response) => {
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    for (let n = 0; n < LINES; n++) {
      const told = { data: { logs: [{ log_type: 2, content: `${n} ${line}` }] }, fields: ["logs"] };
      if (!response.write(`${JSON.stringify(told)}\n`))
        await new Promise((resolve) => response.once("drain", resolve));
    }
    api.on("GET /tasks/t", api.ok({ ...api.task("completed"), id: "t" }));
    response.end(`${JSON.stringify(api.task("completed"))}\n`);
  };

  beforeEach(() => {
    api.on("GET /tasks/t", api.ok({ ...api.task("running"), id: "t" })).on("GET /tasks/t/stream", log);
  });

  it("is waited for, and gets every line", async (context) => {
    needsLinux(context);
    const { child, ended } = start(["task", "logs", "-f", "t"]);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const resident = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]);
    let bytes = 0;
    let ends = 0;
    child.stdout!.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      ends += chunk.reduce((sum, byte) => sum + (byte === 10 ? 1 : 0), 0);
    });
    expect(await ended).toBe(0);
    expect(ends).toBe(LINES);
    expect(bytes).toBeGreaterThan(LINES * 1_000);
    expect(resident).toBeLessThan(170_000);
  });

  it("does not keep a command that is asked to leave", async () => {
    const { child, ended, stderr } = start(["task", "logs", "-f", "t"]);
    await until(() => api.count("GET /tasks/t/stream") === 1);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    child.kill("SIGTERM");
    const { promise, timer } = within(4_000);
    expect(await Promise.race([new Promise((resolve) => child.on("exit", resolve)), promise])).toBe(143);
    clearTimeout(timer);
    child.stdout!.destroy();
    await ended;
    expect(stderr()).toContain("stopped: terminated; task t goes on");
  });
});

function within(ms: number): { promise: Promise<string>; timer: NodeJS.Timeout | undefined } {
  let timer: NodeJS.Timeout | undefined;
  const promise = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve("too late"), ms);
  });
  return { promise, timer };
}

describe("--events to a named pipe", () => {
  let pipe: string;

  beforeEach((context) => {
    needsLinux(context);
    pipe = join(home.dir, "pipe");
    execFileSync("mkfifo", [pipe]);
    api
      .offer("POST /run", api.ok(api.task("queued")))
      .offer("GET /tasks/task_1/stream", ndjson([api.task("completed")]))
      .offer("GET /tasks/task_1", api.ok(api.task("completed", { output: { n: 1 } })));
  });

  it.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
    ["SIGHUP", 129],
  ] as const)("waits for a reader, says so, and hears %s", async (signal, code) => {
    const { child, ended, stderr } = start(["run", "infsh/flux", "--events", "pipe"]);
    await until(() => stderr().includes(`waiting for a reader of the pipe ${pipe}`));
    child.kill(signal);
    expect(await ended).toBe(code);
    expect(api.count("POST /run")).toBe(0);
  });

  it("gives up with --timeout, exit 6, and nothing is submitted", async () => {
    const { ended, stderr } = start(["run", "infsh/flux", "--events", "pipe", "--timeout", "300ms"]);
    expect(await ended).toBe(6);
    expect(stderr()).toContain("nobody reads the pipe");
    expect(api.count("POST /run")).toBe(0);
  });

  it("goes on when somebody reads", async () => {
    const { ended } = start(["run", "infsh/flux", "--events", "pipe"]);
    const { stdout } = await execa("cat", [pipe]);
    expect(await ended).toBe(0);
    expect(stdout.split("\n").map((text) => JSON.parse(text).type)).toEqual([
      "status",
      "link",
      "status",
      "result",
    ]);
  });
});

it.each([["watch"], ["wait"], ["logs", "-f"], ["get"], ["cancel"]])(
  "task %s of 40 tasks is quiet on stderr",
  async (...verb) => {
    const ids = Array.from({ length: 40 }, (_, n) => `t${n}`);
    for (const id of ids) {
      const running = api.ok({ ...api.task("running"), id });
      api
        .offer(`GET /tasks/${id}`, running, running, running, api.ok({ ...api.task("completed"), id }))
        .offer(`GET /tasks/${id}/stream`, json(404, {}))
        .offer(`POST /tasks/${id}/cancel`, api.ok({}));
    }
    const { exitCode, stderr } = await spawnBelt(["task", ...verb, ...ids, "--json", "-q"], home, { env });
    expect([exitCode, stderr]).toEqual([0, ""]);
  },
);

describe("a question on a terminal", () => {
  beforeEach((context) => {
    needsLinux(context);
    const input_schema = {
      type: "object",
      required: ["prompt"],
      properties: { prompt: { type: "string", description: "with inf_secret_canary_1234" } },
    };
    api
      .on("GET /apps/infsh/flux", api.ok({ version: { id: "v1", input_schema } }))
      .offer("GET /sessions", api.ok([{ id: "s", status: "active" }]))
      .offer("GET /tasks/t", silence);
  });

  /** Sends a signal once the question is there; what was shown, the exit code and whether the terminal is as before. */
  async function interrupted(argv: string[], question: string, signal: string) {
    const file = (name: string) => join(home.dir, name);
    writeFileSync(
      file("do.sh"),
      `stty -g > '${file("before")}'
sh -c 'echo $$ > "${file("pid")}"; exec node "${join(ROOT, "bin/belt.js")}" "$@"' belt ${argv.join(" ")}
code=$?
stty -g > '${file("after")}'
exit $code`,
    );
    const child = execa("script", ["-qec", `stty cols 100; sh '${file("do.sh")}'`, "/dev/null"], {
      env: { ...environment(), TERM: "xterm-256color" },
      extendEnv: false,
      reject: false,
      stdin: "pipe",
    });
    let shown = "";
    child.stdout.on("data", (chunk) => {
      shown += chunk;
    });
    await until(() => shown.includes(question));
    process.kill(Number(readFileSync(file("pid"), "utf8")), signal);
    const { exitCode } = await child;
    const restored = readFileSync(file("before"), "utf8") === readFileSync(file("after"), "utf8");
    return { exitCode, restored, shown };
  }

  it.each([
    ["SIGTERM", 143],
    ["SIGHUP", 129],
    ["SIGINT", 130],
  ] as const)("hears %s, and leaves the terminal as it was", async (signal, code) => {
    const questions = [
      [["run", "infsh/flux"], "prompt"],
      [["login", "--no-check"], "API key for"],
      [["session", "end", "--all"], "End the one active session?"],
    ] as const;
    for (const [argv, question] of questions) {
      const { exitCode, restored, shown } = await interrupted([...argv], question, signal);
      expect([argv, exitCode, restored]).toEqual([argv, code, true]);
      expect(shown).not.toContain("inf_secret_canary_1234");
    }
  });

  it("is without colors with --color never", async () => {
    const argv = ["run", "infsh/flux", "--color", "never"];
    const { shown } = await interrupted(argv, "prompt", "SIGTERM");
    expect(shown).toContain("? prompt (with [key])");
    expect(shown).not.toMatch(/\u001b\[[\d;]*m/);
  });
});

describe("no key reaches a terminal", () => {
  beforeEach(needsLinux);

  const key = "inf_secret_canary_1234";

  async function shown(columns: number, argv: string[]): Promise<string> {
    const words = ["node", join(ROOT, "bin/belt.js"), ...argv, "--color", "never"].join(" ");
    const { stdout } = await execa("script", ["-qec", `stty cols ${columns}; ${words}`, "/dev/null"], {
      env: { ...environment(), TERM: "xterm-256color" },
      extendEnv: false,
      reject: false,
      stdin: "ignore",
    });
    return stdout;
  }

  const parts = (text: string) => ["inf_s", "canary", "1234"].filter((part) => text.includes(part));

  it.each([20, 34, 100])("in the line of progress, %i columns wide", async (columns) => {
    const logs = `\u001b[31mkey \u001b[0m${key.slice(0, 6)}\u001b[1m${key.slice(6)}`;
    const done = api.task("completed", { output: { text: `${"word ".repeat(3)}${key}` } });
    api
      .on("POST /run", api.ok(api.task("running")))
      .on("GET /tasks/task_1/stream", async (_request, response) => {
        response.writeHead(200, { "content-type": "application/x-ndjson" });
        response.write(`${JSON.stringify({ data: { logs }, fields: ["logs"] })}\n`);
        await new Promise((resolve) => setTimeout(resolve, 800));
        response.end(`${JSON.stringify({ data: done, fields: ["status"] })}\n`);
      })
      .on("GET /tasks/task_1", api.ok(done));
    const text = await shown(columns, ["run", "infsh/flux"]);
    expect(parts(text)).toEqual([]);
    expect(text.includes("key [key]") || columns < 34).toBe(true);
  });

  it.each([50, 56, 62])("where a table is cut, %i columns wide", async (columns) => {
    const apps = [
      { namespace: "a", name: "b", category: "c", description: `${"word ".repeat(5)}${key} end` },
    ];
    api.on("POST /apps/list", api.ok({ items: apps, has_next: false }));
    const text = await shown(columns, ["app", "list"]);
    expect(text).toContain("word word");
    expect(parts(text)).toEqual([]);
  });
});

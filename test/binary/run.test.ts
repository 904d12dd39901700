import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { beforeEach, describe, expect, it } from "vitest";
import { ROOT, spawnBelt, until } from "../support/belt.ts";
import { needsLinux } from "../support/platform.ts";
import { ndjson } from "../support/scripted-api.ts";
import { api, home, setStage } from "../support/stage.ts";

setStage({ words: true });

function spawnAgainstApi(...argv: string[]) {
  return spawnBelt(argv, home, { env: { INFSH_API_KEY: "inf_canary", BELT_API_URL: api.url } });
}

/** Processes whose environment names this test's HOME: what a belt left running. */
function leftRunning(): string[] {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => environmentOf(pid).includes(`HOME=${home.dir}`));
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    return "";
  }
}

/** A run of thirty seconds, once it runs. */
async function slowRun() {
  const running = spawnBelt(["run", "infsh/echo", "-i", "text=slow", "-i", "seconds:=30", "--local"], home);
  let stderr = "";
  running.stderr!.on("data", (chunk) => {
    stderr += chunk;
  });
  await until(() => stderr.includes("\nrunning"));
  return { running, stderr: () => stderr };
}

describe("the local server inside one command", () => {
  it("runs the README's first example and leaves a picture that is still there afterwards", async () => {
    const readme = readFileSync(join(ROOT, "README.md"), "utf8");
    const first = /^npm ci && (node bin\/belt\.js run .*)$/m.exec(readme)![1]!;
    const { exitCode, stdout, stderr } = await execa("sh", ["-c", first], {
      cwd: ROOT,
      env: { PATH: process.env["PATH"] ?? "", ...home.env },
      extendEnv: false,
      reject: false,
    });
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    const path = /\S+\.png/.exec(stdout)![0];
    expect(readFileSync(path).subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
    expect(leftRunning()).toEqual([]);
  });

  it("passes through the real statuses, gives a document with a file: uri, and keeps the task", async () => {
    const { exitCode, stdout, stderr } = await spawnBelt(
      ["run", "infsh/flux", "-i", "prompt=fog", "--local", "--json"],
      home,
    );
    expect(exitCode).toBe(0);
    const task = JSON.parse(stdout);
    expect(task).toMatchObject({ app: "infsh/flux", status: "completed", status_code: 10, error: null });
    expect(existsSync(fileURLToPath(task.output.image.uri))).toBe(true);
    const told = stderr
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const shown = told.filter(({ status }) => status?.task_id === task.id).map(({ status }) => status.status);
    expect(shown.at(-1)).toBe("completed");
    expect(shown).toContain("running");
    const later = await spawnBelt(["task", "get", "@last", "--local", "--json"], home);
    expect(JSON.parse(later.stdout)).toMatchObject({ id: task.id, status: "completed", output: task.output });
  });

  it("exits 5 for an unknown app and names those it has", async () => {
    const { exitCode, stdout, stderr } = await spawnBelt(["run", "infsh/nope", "--local", "--json"], home);
    expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: "" });
    const { error } = JSON.parse(stderr);
    expect(error).toMatchObject({ code: "not_found", http_status: 404 });
    expect(error.message).toContain("infsh/flux");
    expect(error.hint).toBeTruthy();
  });

  it("refuses what cannot outlive the command, with the way out", async () => {
    for (const flag of [
      ["--no-wait"],
      ["--on-interrupt", "detach"],
      ["--session", "new"],
      ["--webhook", "http://localhost/x"],
    ]) {
      const { exitCode, stderr } = await spawnBelt(
        ["run", "infsh/flux", "-i", "prompt=x", "--local", ...flag],
        home,
      );
      expect(exitCode).toBe(2);
      expect(stderr).toContain("belt dev");
    }
  });

  it("cancels the task on Ctrl-C and leaves no process behind", async (context) => {
    needsLinux(context);
    const { running, stderr } = await slowRun();
    running.kill("SIGINT");
    expect(await running).toMatchObject({ exitCode: 130 });
    expect(stderr()).toContain("was cancelled");
    expect(leftRunning()).toEqual([]);
  });

  it("leaves no process behind after kill -9", async (context) => {
    needsLinux(context);
    const { running } = await slowRun();
    running.kill("SIGKILL");
    await running;
    await until(() => leftRunning().length === 0);
    const later = await spawnBelt(["task", "get", "@last", "--local", "--json"], home);
    expect(JSON.parse(later.stdout)).toMatchObject({ status: "failed" });
  });
});

describe("signals", () => {
  beforeEach(() => {
    api
      .on("POST /run", api.ok(api.task("queued")))
      .on("GET /tasks/task_1/stream", ndjson([api.task("running")], "open"))
      .offer("GET /tasks/task_1", api.ok(api.task("running")), api.ok(api.task("cancelled")))
      .offer("POST /tasks/task_1/cancel", api.ok({ id: "task_1", status: 12, cancelled: true }));
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("%s cancels the run and exits %i", async (signal, code) => {
    const running = spawnAgainstApi("run", "infsh/flux");
    await until(() => api.count("GET /tasks/task_1/stream") > 0);
    running.kill(signal);
    const { exitCode, stderr } = await running;
    expect(exitCode).toBe(code);
    expect(stderr).toContain("task task_1 was cancelled");
    expect(api.count("POST /tasks/task_1/cancel")).toBe(1);
  });

  it("loses no task to kill -9", async () => {
    const running = spawnAgainstApi("run", "infsh/flux");
    await until(() => api.count("GET /tasks/task_1/stream") > 0);
    running.kill("SIGKILL");
    await running;
    const { stdout } = await spawnAgainstApi("task", "get", "@last", "--field", "id");
    expect(stdout).toBe("task_1\n");
  });
});

describe("pipes", () => {
  const text = "0123456789".repeat(1_000_000);

  beforeEach(() => {
    const done = api.task("completed", { output: { text } });
    api.on("POST /run", api.ok(done)).on("GET /tasks/task_1", api.ok(done));
  });

  it("carry output of any size whole", async () => {
    const { stdout, exitCode } = await spawnAgainstApi("run", "infsh/echo", "-q");
    expect(exitCode).toBe(0);
    expect(stdout).toHaveLength(text.length + 1);
  });

  it("may be closed early without a word", async () => {
    const command = `set -o pipefail; node ${join(ROOT, "bin/belt.js")} run infsh/echo -q | head -c 10`;
    const { stdout, stderr, exitCode } = await execa("bash", ["-c", command], {
      env: { PATH: process.env["PATH"] ?? "", ...home.env, INFSH_API_KEY: "k", BELT_API_URL: api.url },
      extendEnv: false,
      reject: false,
    });
    expect({ stdout, stderr, exitCode }).toEqual({ stdout: "0123456789", stderr: "", exitCode: 0 });
  });

  it("that are full make it exit 9 and say so: the run was paid for", async () => {
    const command = `node ${join(ROOT, "bin/belt.js")} run infsh/echo -q > /dev/full`;
    const { stderr, exitCode } = await execa("sh", ["-c", command], {
      env: {
        PATH: process.env["PATH"] ?? "",
        ...home.env,
        INFSH_API_KEY: "inf_canary",
        BELT_API_URL: api.url,
      },
      extendEnv: false,
      reject: false,
    });
    expect(exitCode).toBe(9);
    expect(stderr).toContain("error: the answer could not be written");
  });

  it("take the events of --events fd:N", async () => {
    const command = `node ${join(ROOT, "bin/belt.js")} run infsh/echo -q --events fd:3 3>&1 >/dev/null`;
    const { stdout } = await execa("sh", ["-c", command], {
      env: {
        PATH: process.env["PATH"] ?? "",
        ...home.env,
        INFSH_API_KEY: "inf_canary",
        BELT_API_URL: api.url,
      },
      extendEnv: false,
    });
    const events = stdout.split("\n").map((line) => JSON.parse(line));
    expect(events.at(-1)).toMatchObject({ type: "result", task: { id: "task_1" } });
  });

  it("feed input to @-", async () => {
    const { exitCode } = await spawnBelt(["run", "infsh/echo", "--input", "@-", "-q"], home, {
      input: '{"text":"from a pipe"}',
      env: { INFSH_API_KEY: "k", BELT_API_URL: api.url },
    });
    expect(exitCode).toBe(0);
    expect(api.requests[0]!.body).toMatchObject({ input: { text: "from a pipe" } });
  });
});

describe("a terminal", () => {
  beforeEach(needsLinux);

  /** Runs belt on a pseudo terminal of `script`; gives the bytes that reached it. */
  function onTerminal(argv: string[], env: Record<string, string> = {}): string {
    const command = ["node", join(ROOT, "bin/belt.js"), ...argv].map((word) => `'${word}'`).join(" ");
    return execFileSync("script", ["-qec", `stty cols 80; ${command}`, "/dev/null"], {
      env: { PATH: process.env["PATH"] ?? "", TERM: "xterm", ...home.env, ...env },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  it("gets a spinner that leaves a clean screen", () => {
    const bytes = onTerminal(["run", "infsh/echo", "-i", "text=hi", "-i", "seconds:=1", "--local"]);
    expect(bytes).toContain("running");
    expect(bytes).toContain("\x1b[?25l");
    expect(bytes.lastIndexOf("\x1b[?25h")).toBeGreaterThan(bytes.lastIndexOf("\x1b[?25l"));
  });

  it("gets its prompt back when a watched task has ended", async () => {
    const done = { id: "t", status: "completed", output: { text: "done" } };
    api
      .on("GET /tasks/t", api.ok({ id: "t", status: "running" }), api.ok(done))
      .on("GET /tasks/t/stream", (_request, response) => {
        setTimeout(() => void ndjson([done])(_request, response), 500);
      });
    const command = `node ${join(ROOT, "bin/belt.js")} task watch t; echo "exit $?"`;
    const { stdout } = await execa("script", ["-qec", `stty cols 80; ${command}`, "/dev/null"], {
      env: {
        PATH: process.env["PATH"] ?? "",
        TERM: "xterm",
        ...home.env,
        INFSH_API_KEY: "inf_canary",
        BELT_API_URL: api.url,
      },
      extendEnv: false,
      stdin: "ignore",
    });
    expect(stdout).toContain("done");
    expect(stdout.trimEnd()).toMatch(/exit 0$/);
  });

  it.each([
    ["CI", { CI: "true" }],
    ["a dumb terminal", { TERM: "dumb" }],
  ])("gets plain lines in %s", (_name, env) => {
    const bytes = onTerminal(
      ["run", "infsh/echo", "-i", "text=hi", "-i", "seconds:=1", "--local", "--color", "never"],
      env,
    );
    expect(bytes).not.toContain("\x1b");
    expect(bytes).toMatch(/^running\r$/m);
  });
});

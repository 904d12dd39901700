import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { isAlive } from "../support/alive.ts";
import { Home, ROOT, spawnBelt, until } from "../support/belt.ts";
import { manyCalls } from "../support/many-calls.ts";
import { type DevProcess, spawnDev } from "./dev-process.ts";

const HELPER = join(ROOT, "test/local/agents/helper");

describe("with no account and no server", () => {
  let home: Home;

  beforeEach(() => {
    home = new Home();
  });
  afterEach(() => home.remove());

  test("infsh/guide paints, and the picture outlives the command", async () => {
    const { exitCode, stdout } = await spawnBelt(
      ["agent", "run", "infsh/guide", "paint a fox at night", "--local"],
      home,
    );
    expect(exitCode).toBe(0);
    const [, uri = ""] = /^I paint a fox at night\. \nHere it is: (file:\S+)\n$/.exec(stdout) ?? [];
    expect(statSync(fileURLToPath(uri)).size).toBeGreaterThan(1000);
  });

  test.each(["paint", "please draw!"])("infsh/guide, told %j alone, asks what", async (message) => {
    const { exitCode, stdout } = await spawnBelt(["agent", "run", "infsh/guide", message, "--local"], home);
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/^Hello! .* say: paint a fox at night\.\n$/),
    });
  });

  test("a later command goes on with the chat, shows it, and the model's task", async () => {
    const first = await spawnBelt(["agent", "run", "infsh/guide", "hi", "--local", "--json"], home);
    const { chat_id: chat, task_id: task } = JSON.parse(first.stdout);
    const second = await spawnBelt(
      ["agent", "run", "infsh/guide", "--chat", "@last", "hi", "--local", "--json"],
      home,
    );
    expect(JSON.parse(second.stdout)).toMatchObject({ chat_id: chat, status: "completed" });
    expect(JSON.parse(second.stdout).messages).toHaveLength(2);
    // The turn before it had ended, and is not told of.
    const told = second.stderr.split("\n").flatMap((line) => /"status":"(\w+)"/.exec(line)?.[1] ?? []);
    expect(told).toEqual(["working", "completed"]);
    const shown = await spawnBelt(["chat", "get", "@last", "--local", "--json"], home);
    expect(JSON.parse(shown.stdout)).toMatchObject({ id: chat, agent: "infsh/guide", status: "idle" });
    expect(JSON.parse(shown.stdout).messages).toHaveLength(4);
    const model = await spawnBelt(["task", "get", task, "--local", "--field", "output.response"], home);
    expect(model.stdout).toContain("Hello! I am the guide");
    // A chat is none of the tasks that this machine submitted.
    expect((await spawnBelt(["task", "get", "@last", "--local"], home)).exitCode).toBe(2);
  });

  test("a reader that has had enough is no failure", () => {
    const command = `node ${join(ROOT, "bin/belt.js")} agent run infsh/guide 'paint a cat' --local 2>err | head -1; echo $?`;
    const env = { PATH: process.env["PATH"] ?? "", ...home.env };
    const out = execFileSync("sh", ["-c", command], { cwd: home.dir, env, encoding: "utf8" });
    expect(out).toBe("I paint a cat. \n0\n");
    expect(readFileSync(join(home.dir, "err"), "utf8")).not.toMatch(/error|EPIPE/);
  });

  test("an agent that is broken says where", async () => {
    const dir = join(home.dir, "broken");
    mkdirSync(dir);
    writeFileSync(join(dir, "agent.yml"), "name: broken\nturns:\n  - steps:\n      - call: nothing\n");
    const server = await spawnDev(home, [dir, "--port", "0"]);
    const all = server.events[0]!["apps"] as { app: string; problem: { message: string } | null }[];
    const { app, problem } = all.find(({ problem }) => problem)!;
    expect(problem!.message).toContain('turns.0.steps.0.call names "nothing"');
    const { exitCode, stderr } = await spawnBelt(["agent", "run", app, "hi", "--local"], home);
    server.child.kill("SIGTERM");
    await server.child;
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`${app} cannot be loaded: `);
    expect(stderr).not.toContain("shows what it takes");
  });
});

describe("against belt dev", () => {
  let home: Home;
  let server: DevProcess;

  beforeAll(async () => {
    home = new Home();
    server = await spawnDev(home, [HELPER, manyCalls(home, 200), "--port", "0"]);
  });
  afterAll(async () => {
    server.child.kill("SIGTERM");
    await server.child;
    home.remove();
  });

  const helper = (...argv: string[]) =>
    spawnBelt(["agent", "run", "test/helper", ...argv, "--local", "--context", "language=en"], home);

  test("a tool that runs when time is up is ended, and the chat goes on without it", async () => {
    const tool = ["--tool", "clock=echo $$ > $HOME/clock; exec sleep 1000", "--timeout", "2s"];
    const late = await helper("what time is it?", ...tool);
    expect(late.exitCode).toBe(8);
    expect(late.stderr).toContain(
      "warning: the agent waited for clock, and was told that nobody runs it any more\n",
    );
    expect(isAlive(Number(readFileSync(join(home.dir, "clock"), "utf8")))).toBe(false);
    const next = await helper("fail", "--chat", "@last");
    expect(next).toMatchObject({ exitCode: 3, stdout: "I try. \n" });
  });

  test("tools, apps, structured output and failures", async () => {
    const time = await helper(
      "what time is it?",
      "--tool",
      'clock=cat >/dev/null; echo "{\\"time\\": \\"noon\\"}"',
    );
    expect(time).toMatchObject({ exitCode: 0, stdout: "Let me look. \nIt is noon.\n" });
    const clock = 'clock=echo "{\\"time\\": 12345678901234567890}"';
    expect((await helper("what time is it?", "--tool", clock)).stdout).toContain(
      "It is 12345678901234567890.",
    );
    expect((await helper("digits", "--tool", "clock=cat")).stdout).toContain("Zone 6687881544318117707.");
    expect(await helper("echo", "some words")).toMatchObject({
      exitCode: 0,
      stdout: "The app said some words.\n",
    });
    expect(await helper("a number", "--field", "output.answer")).toMatchObject({
      exitCode: 0,
      stdout: "42\n",
    });
    expect(await helper("a number", "--field", "output.nothing")).toMatchObject({ exitCode: 9, stdout: "" });
    expect(await helper("fail")).toMatchObject({ exitCode: 3, stdout: "I try. \n" });
    expect((await helper("publish")).exitCode).toBe(9);
    expect((await helper("publish", "--approve", "tool:publish")).exitCode).toBe(0);
  });

  test("200 tool calls in one message", async () => {
    const argv = ["agent", "run", "local/many", "go", "--local", "--json", "--tool", "count=cat"];
    const { exitCode, stdout } = await spawnBelt(argv, home);
    expect(exitCode).toBe(0);
    const { text, tool_calls: calls } = JSON.parse(stdout);
    expect(text).toBe("Counted to 199.");
    expect(calls.map(({ result }: { result: string }) => JSON.parse(result).at)).toEqual(
      Array.from({ length: 200 }, (_, at) => at),
    );
  }, 60_000);

  test("chat stop from elsewhere stops it: exit 10", async () => {
    const running = helper("slow", "--json");
    await until(() => journal().filter(({ type }) => type === "chat").length > 0 && busy());
    const stopped = await spawnBelt(["chat", "stop", "@last", "--local", "--json"], home);
    expect(JSON.parse(stopped.stdout)).toMatchObject({ stopped: true });
    const { exitCode, stdout } = await running;
    expect(exitCode).toBe(10);
    expect(JSON.parse(stdout)).toMatchObject({ status: "cancelled", text: "Slowly, " });
    const again = await spawnBelt(["chat", "stop", "@last", "--local", "--json"], home);
    expect(JSON.parse(again.stdout)).toMatchObject({ stopped: false });
  });

  const journal = () => {
    const path = join(home.dir, "state", "journal.ndjson");
    const lines = existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
    return lines.map((line) => JSON.parse(line));
  };
  const busy = async () => {
    const id = journal().findLast(({ type }) => type === "chat").id;
    const headers = { Authorization: `Bearer ${server.key}`, "X-API-Version": "2" };
    const { status } = (await (await fetch(`${server.url}/chats/${id}/status`, { headers })).json()) as {
      status: string;
    };
    return status === "busy";
  };

  test("a message to a busy chat waits, and is answered after the turn before it", async () => {
    const first = await helper("hi", "--json");
    const { chat_id: chat } = JSON.parse(first.stdout);
    const input = { role: "user", text: "slow" };
    await server.post("/agents/run", {
      agent: "test/helper",
      chat_id: chat,
      context: { language: "en" },
      input,
    });
    const queued = helper("number", "--chat", chat, "--json");
    await until(() => server.events.some(({ status }) => status === "running"));
    await new Promise((resolve) => setTimeout(resolve, 400));
    await server.post(`/chats/${chat}/stop`, {});
    const { exitCode, stdout } = await queued;
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ text: "Forty-two.", output: { answer: 42 } });
  });

  test("a message behind one that waits for nobody says so, and is taken back", async () => {
    const chat = JSON.parse((await helper("hi", "--json")).stdout).chat_id;
    const input = { role: "user", text: "time" };
    await server.post("/agents/run", { agent: "test/helper", chat_id: chat, context: {}, input });
    const late = helper("hello", "--chat", chat, "--json");
    let told = "";
    late.stderr!.on("data", (chunk) => {
      told += chunk;
    });
    await until(() => told.includes(`belt chat stop --local ${chat}`));
    expect(told.split("\n").filter((line) => line.includes("waits behind it"))).toHaveLength(1);
    expect(told).not.toContain('"working"');
    late.kill("SIGTERM");
    const { exitCode, stderr } = await late;
    expect(exitCode).toBe(143);
    expect(stderr).toContain("terminated; the message was taken back");
    const stopped = await spawnBelt(["chat", "stop", chat, "--local"], home);
    expect(stopped.stdout).toContain("stopped");
    const shown = JSON.parse((await spawnBelt(["chat", "get", chat, "--local", "--json"], home)).stdout);
    expect(shown.messages.map(({ status }: { status: string }) => status).slice(-2)).toEqual([
      "cancelled",
      "cancelled",
    ]);
  });

  test("a tool ends with belt, kill -9 included", async () => {
    const pidFile = join(home.dir, "tool-pid");
    const argv = ["agent", "run", "test/helper", "time", "--local", "--context", "language=en"];
    const child = spawn(
      "node",
      [join(ROOT, "bin/belt.js"), ...argv, "--tool", `clock=echo $$ > ${pidFile}; sleep 300 & sleep 300`],
      { env: { PATH: process.env["PATH"] ?? "", ...home.env }, stdio: "ignore" },
    );
    await until(() => existsSync(pidFile) && readFileSync(pidFile, "utf8").trim() !== "");
    child.kill("SIGKILL");
    await until(() => !isAlive(-Number(readFileSync(pidFile, "utf8"))));
  });
});

describe.each(["v1", "v2", "current"])("the dialect %s", (dialect) => {
  test("answers messages, chats and tools", async () => {
    const home = new Home();
    const server = await spawnDev(home, [HELPER, "--port", "0", "--dialect", dialect]);
    const argv = [
      "agent",
      "run",
      "test/helper",
      "time",
      "--local",
      "--context",
      "language=en",
      "--tool",
      "clock=date",
    ];
    expect((await spawnBelt(argv, home)).exitCode).toBe(0);
    const guide = await spawnBelt(["agent", "run", "infsh/guide", "bye", "--local"], home);
    expect(guide).toMatchObject({ exitCode: 0, stdout: "You are welcome. Goodbye!\n" });
    server.child.kill("SIGTERM");
    await server.child;
    home.remove();
  });
});

import { describe, expect, test } from "vitest";
import type { Host } from "../../src/cli/host.ts";
import { runTool } from "../../src/cli/run-tool.ts";
import { isAlive } from "../support/alive.ts";
import { needsLinux } from "../support/platform.ts";

const KEY = "inf_key_of_the_test";

describe.concurrent("a tool's process", () => {
  const host = (cwd: string) =>
    ({
      env: { PATH: process.env["PATH"], INFSH_API_KEY: KEY },
      platform: "linux",
      cwd,
      kill: (pid: number) => isAlive(pid) && process.kill(pid, "SIGKILL"),
    }) as unknown as Host;
  const tool = (command: string, bounds = {}, input = "{}") =>
    runTool(host("/tmp"), command, input, {
      timeout: 5_000,
      most: 1000,
      signal: new AbortController().signal,
      ...bounds,
    });

  test("that hangs is ended, with all that it started", async () => {
    const began = performance.now();
    const hung = await tool("sleep 61.25 & sleep 61.25", { timeout: 200 });
    expect(hung.ended).toBe("timeout");
    expect(performance.now() - began).toBeLessThan(3_000);
  });

  test("that floods is ended", async () => {
    const { ended, stdout } = await tool("yes", { most: 10_000 });
    expect(ended).toBe("flood");
    expect(stdout.length).toBeLessThanOrEqual(10_000);
  });

  test("that dies tells how", async () => {
    expect(await tool("kill -9 $$")).toMatchObject({ code: 137, ended: null });
    expect(await tool("no-such-command")).toMatchObject({ code: 127 });
    expect(await tool("exit 4")).toMatchObject({ code: 4, stdout: "" });
  });

  test("need not read what it is told", async () => {
    const told = await tool("echo ok", {}, "x".repeat(1_000_000));
    expect(told).toMatchObject({ code: 0, stdout: "ok\n", isWhole: true });
  });

  test("may leave something behind that says the rest, or nothing and keeps its output open", async (context) => {
    needsLinux(context);
    const late = await tool("(sleep 0.2; echo late) & echo ok");
    expect(late).toMatchObject({ code: 0, stdout: "ok\nlate\n", isWhole: true });
    const began = performance.now();
    const silent = await tool("setsid sleep 4 & echo ok; echo no >&2; exit 3");
    expect(silent).toMatchObject({ code: 3, stdout: "ok\n", stderr: "no\n", isWhole: false });
    expect(performance.now() - began).toBeLessThan(3_500);
  });

  test.for([
    ["without end", "echo x; sleep 0.1", "timeout"],
    ["without measure", "echo xxxxxxxxx", "flood"],
  ])(
    "that leaves something behind that talks %s is bounded as it is itself",
    async ([, talk, ended], context) => {
      needsLinux(context);
      const began = performance.now();
      const left = await tool(`setsid sh -c 'while :; do ${talk}; done' & echo ok`, { timeout: 1_500 });
      expect(left).toMatchObject({ ended, isWhole: false });
      expect(performance.now() - began).toBeLessThan(4_000);
    },
  );

  test("is heard to its end when belt was busy meanwhile", async (context) => {
    needsLinux(context);
    const running = tool("setsid sleep 4 & sleep 0.2; echo ok");
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (const until = performance.now() + 1_000; performance.now() < until; );
    expect((await running).stdout).toBe("ok\n");
  });

  test("has no descriptor of belt's, and no key", async () => {
    expect((await tool("env; ls /dev/fd | wc -l")).stdout).not.toContain(KEY);
    expect((await tool("true <&3")).code).not.toBe(0);
  });
});

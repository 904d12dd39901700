import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { spawnDev } from "../local/dev-process.ts";
import { Home, spawnBelt } from "../support/belt.ts";
import { manyCalls } from "../support/many-calls.ts";

const CALLS = 1_000;

test("1,000 tool calls in one message are answered in their order, each once", async () => {
  const home = new Home();
  const server = await spawnDev(home, [manyCalls(home, CALLS), "--port", "0"]);
  try {
    const tool = 'count=read -r given; echo "$given" >>calls; echo "$given"';
    const argv = ["agent", "run", "local/many", "go", "--local", "--json", "--tool", tool];
    const { exitCode, stdout } = await spawnBelt(argv, home, { cwd: home.dir });
    expect(exitCode).toBe(0);
    const { text, tool_calls: calls } = JSON.parse(stdout);
    expect(text).toBe(`Counted to ${CALLS - 1}.`);
    const numbers = Array.from({ length: CALLS }, (_, at) => at);
    expect(calls.map(({ result }: { result: string }) => JSON.parse(result).at)).toEqual(numbers);
    const ran = readFileSync(join(home.dir, "calls"), "utf8").trim().split("\n");
    expect(ran.map((line) => JSON.parse(line).at)).toEqual(numbers);
  } finally {
    server.child.kill("SIGTERM");
    await server.child;
    home.remove();
  }
});

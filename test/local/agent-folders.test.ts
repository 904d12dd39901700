import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { belt, Home } from "../support/belt.ts";
import { spawnDev } from "./dev-process.ts";
import { cleanup, startServer, temporaryFolder } from "./server-fixture.ts";

const AGENT = (name: string, said: string) =>
  `namespace: test\nname: ${name}\nturns: [{steps: [{say: ${said}}]}]\n`;

function writeAgent(folder: string, text: string): string {
  const dir = join(temporaryFolder(), folder);
  mkdirSync(dir);
  writeFileSync(join(dir, "agent.yml"), text);
  return dir;
}

test("of two agents with one name the first is served, and the second is told", async () => {
  const [first, second] = [writeAgent("a", AGENT("twin", "one")), writeAgent("b", AGENT("twin", "two"))];
  const server = await startServer({ appDirs: [first, second] });
  const summaries = (await server.apps()).filter(({ kind }) => kind === "agent");
  expect(summaries.slice(0, 2)).toMatchObject([
    { app: "test/twin", dir: first, problem: null },
    { app: "test/twin", dir: second, problem: { message: `not served: ${first} has this name, too` } },
  ]);
  const { body } = await server.call("POST", "/agents/list", {});
  expect(body.items.filter(({ name }: { name: string }) => name === "twin")).toHaveLength(1);
});

test.each([
  ["from the beginning", "namespace: test\nname: wrong\nturns: []\n"],
  ["by an edit", null],
])("an agent that is broken %s is told by its own name", async (_, text) => {
  const dir = writeAgent("folder", text ?? AGENT("wrong", "hi"));
  const server = await startServer({ appDirs: [dir] });
  const find = async () => (await server.apps()).find((one) => one.dir === dir);
  if (text === null) {
    expect(await find()).toMatchObject({ app: "test/wrong", problem: null });
    writeFileSync(join(dir, "agent.yml"), "namespace: test\nname: wrong\nturns: [\n");
  }
  const found = await find();
  expect(found).toMatchObject({ app: "test/wrong", problem: { message: expect.any(String) } });
});

test("belt dev serves the agent of the folder it is in", async () => {
  const home = new Home();
  cleanup(() => home.remove());
  const dir = writeAgent("mine", AGENT("mine", "hi"));
  const server = await spawnDev(home, ["--port", "0"], { cwd: dir });
  cleanup(async () => {
    server.child.kill("SIGINT");
    await server.child;
  });
  const { apps } = server.events[0] as { apps: { app: string }[] };
  expect(apps.map(({ app }) => app)).toContain("test/mine");
});

test("an agent in the place of an app is told as that", async () => {
  const home = new Home();
  cleanup(() => home.remove());
  for (const argv of [
    ["app", "get", "infsh/guide"],
    ["run", "infsh/guide", "-i", "text=hi"],
  ]) {
    const { code, stderr } = await belt([...argv, "--local"], { home });
    expect(code).toBe(5);
    expect(stderr).toMatch(
      /^hint: belt agent run --local infsh\/guide talks to it: it is an agent, not an app$/m,
    );
  }
});

import { execFileSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isAlive } from "../support/alive.ts";
import { Home } from "../support/belt.ts";
import { needsLinux } from "../support/platform.ts";
import { spawnDev } from "./dev-process.ts";
import {
  cleanup,
  copyOfProbe,
  type Json,
  shareServer,
  startServer,
  temporaryFolder,
  until,
} from "./server-fixture.ts";

const shared = shareServer();
const act = (name: string) => ({ function: "act", input: { act: name } });

test.each([
  ["garbage", "the app wrote into belt's channel to its worker, or more than it holds"],
  ["flood", "the app wrote into belt's channel to its worker, or more than it holds"],
  ["large", "the output is larger than 32 MiB; return large results as files"],
  ["deep", "the output is nested more than 200 levels deep"],
  ["fifo", expect.stringMatching(/^the app returned .*\/fifo$/)],
  ["folder", expect.stringMatching(/^the app returned /)],
  ["cycle", expect.stringContaining("circular")],
])("an app that does %s fails, and the server goes on", async (name, error) => {
  const server = shared();
  expect(await server.run(act(name))).toMatchObject({ status_text: "failed", error });
  expect(await server.run({})).toMatchObject({ status_text: "completed" });
});

const FORGED: object[] = [
  { kind: "log", text: { toString: 1 }, run: null },
  { kind: "log", text: null, run: null },
  { kind: "log", text: "x", run: { toString: 1 } },
  { kind: "error", id: 1, message: { toString: 1 } },
  { kind: "error", id: { valueOf: 1 }, message: "x" },
  { kind: "result", id: { toString: 1 }, value: {} },
  { kind: "partial", id: [[]], output: {} },
  { kind: "loaded", functions: [{ toString: 1 }], unloads: true },
  { kind: "loaded", functions: { map: 1 }, unloads: true },
  { kind: { toString: 1 } },
  {},
];

test.each(FORGED.map((message) => JSON.stringify(message)))(
  "a forged message ends its worker, and nothing else: %s",
  async (text) => {
    const server = shared();
    const { session_id: session } = await server.run({
      function: "set_value",
      input: { value: 4 },
      session: "new",
    });
    expect(await server.run(act(`forge ${text}`))).toMatchObject({
      status_text: "failed",
      error: "the app wrote into belt's channel to its worker, or more than it holds",
    });
    expect((await server.run({ function: "get_value", session })).output.value).toBe(4);
    await server.call("DELETE", `/sessions/${session}`);
  },
);

/** Code of an app that puts another value into each result which its worker sends. */
function forgingResults(value: unknown): string {
  return `
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
const send = fs.writeSync;
fs.writeSync = (descriptor, bytes) => {
  const message = JSON.parse(bytes);
  if (message.kind === "result") message.value = ${JSON.stringify(value)};
  send(descriptor, JSON.stringify(message) + "\\n");
  return bytes.length;
};
syncBuiltinESMExports();
`;
}

test.each([{ functions: null }, { functions: { run: 1 } }, { functions: {}, setup_schema: 1 }, 5])(
  "forged schemas are those of a broken app: %j",
  async (value) => {
    const dir = copyOfProbe();
    const file = join(dir, "inference.js");
    appendFileSync(file, forgingResults(value));
    const server = await startServer({ appDirs: [dir] });
    const [probe] = (await server.apps()).filter(({ app }) => app === "test/probe");
    expect(probe?.functions).toEqual([]);
    const { status, body } = await server.call("GET", "/apps/test/probe");
    expect([status, body.code]).toEqual([422, "invalid_app"]);
  },
);

test.each([3, 4])(
  "an app that closes descriptor %d does not leave a worker to the next task",
  async (descriptor) => {
    const server = await startServer({ workers: 1 });
    const { pid } = (await server.run(act("pid"))).output;
    const closed = await server.run(act(`close ${descriptor}`));
    if (descriptor === 4) expect(closed.status_text).toBe("failed");
    const next = await server.run(act("pid"));
    expect(next.error).toBe(null);
    expect(next.output.pid).not.toBe(pid);
    await until(() => !isAlive(pid));
  },
);

test("what an app says before it exits is in the log, all of it, in order", async () => {
  const server = shared();
  const task = await server.run(act("last words"));
  expect(task.error).toContain("the app called process.exit(3) at ");
  const { logs } = (await server.call("GET", `/tasks/${task.id}/logs`)).body;
  const said = logs.filter((log: Json) => log.log_type === 4);
  expect(said.map((log: Json) => log.content)).toEqual(Array.from({ length: 2000 }, (_, n) => `word ${n}`));
});

test("what bypasses node's streams is logged too, and is no message", async () => {
  const server = shared();
  const task = await server.run(act("raw"));
  expect(task.status_text).toBe("completed");
  const { logs } = (await server.call("GET", `/tasks/${task.id}/logs`)).body;
  expect(logs.at(-1)).toMatchObject({ log_type: 4, content: "past node's streams" });
});

/** Processes that have this folder's name in their environment. */
function marked(folder: string): string[] {
  const text = execFileSync("ps", ["-e", "e", "-o", "pid=,stat=,args="], { encoding: "latin1" });
  return text.split("\n").filter((line) => line.includes(`TMPDIR=${folder}`) && !/^ *\d+ +Z/.test(line));
}

test("a child that left its worker's process group ends with the worker", async (context) => {
  needsLinux(context);
  const stateDir = temporaryFolder();
  const server = await startServer({ stateDir });
  expect(await server.run(act("fleeing child"))).toMatchObject({ status_text: "completed" });
  expect(marked(stateDir).filter((line) => line.includes("sleep 2000"))).toHaveLength(1);
  await server.close();
  expect(marked(stateDir)).toEqual([]);
});

test.for(["SIGTERM", "SIGKILL"] as const)(
  "%s of belt dev reaches such a child, too",
  async (signal, context) => {
    needsLinux(context);
    const home = new Home();
    cleanup(() => home.remove());
    const server = await spawnDev(home, [copyOfProbe(), "--port", "0"]);
    cleanup(() => server.child.kill("SIGKILL"));
    await server.post("/apps/run", { app: "test/probe", ...act("fleeing child and block") });
    await until(() => marked(home.dir).some((line) => line.includes("sleep 2000")));
    const start = performance.now();
    server.child.kill(signal);
    await server.child;
    await until(() => marked(home.dir).length === 0);
    expect(performance.now() - start).toBeLessThan(2000);
  },
);

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";
import {
  APPS,
  cleanup,
  createTestClock,
  type Json,
  ROOT,
  startServer,
  temporaryFolder,
  until,
} from "./server-fixture.ts";

const act = (name: string) => ({ function: "act", input: { act: name } });

test("app code gets what it needs of the environment, and no key of the user's", async () => {
  const secrets = {
    INFSH_API_KEY: "inf_secret",
    BELT_PROFILE: "x",
    GITHUB_TOKEN: "t",
    AWS_SECRET_ACCESS_KEY: "s",
  };
  const server = await startServer();
  Object.assign(process.env, secrets);
  const { env, cwd } = (await server.run(act("environment"))).output;
  for (const name of Object.keys(secrets)) delete process.env[name];
  expect(env).toMatchObject({ PATH: process.env["PATH"], PROBE_SETTING: "from inf.yml" });
  expect(Object.keys(env).filter((name) => name in secrets || name.startsWith("npm_"))).toEqual([]);
  expect(cwd).toMatch(/test\/local\/apps\/probe$/);
});

test("the app's context names the task", async () => {
  const server = await startServer();
  const task = await server.run(act("context"));
  expect(task.output).toMatchObject({ cancelRequested: false, task_id: task.id, worker_id: task.worker_id });
});

test("one version and setup use one warm instance, another setup sets it up again", async () => {
  const server = await startServer({ workers: 1 });
  const first = await server.run({ setup: { greeting: "hi" } });
  const second = await server.run({ setup: { greeting: "hi" } });
  const third = await server.run({ setup: { greeting: "hey" } });
  expect([first, second, third].map(({ output }) => [output.said, output.calls, output.setups])).toEqual([
    ["hi nothing", 1, 1],
    ["hi nothing", 2, 1],
    ["hey nothing", 3, 2],
  ]);
  expect(new Set([first, second, third].map((task) => task.worker_id)).size).toBe(1);
});

test("a worker that dies fails its task with its last words, and the next task gets another", async () => {
  const server = await startServer({ workers: 1 });
  const crashed = await server.run(act("crash"));
  expect(crashed.error).toMatch(/the worker exited with code 1:[\s\S]*Error: a crash outside of run/);
  const logs = (await server.call("GET", `/tasks/${crashed.id}/logs`)).body.logs;
  expect(logs.map((log: Json) => log.content)).toContain("this is through node");
  expect(await server.run({})).toMatchObject({ status_text: "completed" });
});

test("a worker's memory is bounded", async () => {
  const server = await startServer({ workerMemoryMb: 48 });
  const { status_text, error } = await server.run(act("eat"));
  expect([status_text, error]).toEqual(["failed", "the worker ran out of memory (its bound is 48 MiB)"]);
});

test("a task that takes too long is cut off, even when it blocks", async () => {
  const clock = createTestClock();
  const server = await startServer({ clock, taskTimeoutMs: 5000 });
  const { id } = await server.submit(act("block"));
  await server.told((event) => event.type === "task" && event.status === "running");
  clock.advance(5000);
  expect(await server.finished(id)).toMatchObject({
    status_text: "failed",
    error: "the task took longer than 5 s and was stopped",
  });
});

test("an app that does not listen to a cancel is ended after the grace period", async () => {
  const clock = createTestClock();
  const server = await startServer({ clock });
  const { id } = await server.submit(act("hang"));
  await server.told((event) => event.type === "task" && event.status === "running");
  await server.call("POST", `/tasks/${id}/cancel`);
  clock.advance(1999);
  expect((await server.call("GET", `/tasks/${id}`)).body.status_text).toBe("cancelling");
  clock.advance(1);
  expect((await server.finished(id)).status_text).toBe("cancelled");
});

test("tasks begin in the order of their arrival, on no more workers than allowed", async () => {
  const server = await startServer({ workers: 2 });
  const tasks = await Promise.all(Array.from({ length: 30 }, () => server.submit({})));
  const ended = await Promise.all(tasks.map((task) => server.finished(task.id)));
  expect(ended.every((task) => task.status_text === "completed")).toBe(true);
  const told = (status: string) =>
    server.events.flatMap((event) => (event.type === "task" && event.status === status ? [event.id] : []));
  expect(told("dispatched")).toEqual(told("received"));
  expect(server.events.filter((event) => event.type === "worker" && event.state === "started")).toHaveLength(
    2,
  );
});

test("another app takes the place of an idle worker", async () => {
  const server = await startServer({ workers: 1 });
  await server.run({});
  expect(
    await server.run({ app: "infsh/flux", input: { prompt: "x", width: 64, height: 64 } }),
  ).toMatchObject({
    status_text: "completed",
  });
  expect((await server.run({})).output.setups).toBe(1);
});

test("closing cancels what runs and leaves no process, not even of an app that blocks", async () => {
  const dir = copyOfProbe();
  const server = await startServer({ appDirs: [dir], workers: 2 });
  const blocked = await server.submit(act("block with a child"));
  const opening = await server.submit({ ...act("hang"), session: "new" });
  const queued = await server.submit({});
  await server.told(
    (event) => event.type === "task" && event.id === opening.id && event.status === "running",
  );
  await until(() => processesOf(dir).length === 3);
  const start = performance.now();
  await server.close();
  expect(performance.now() - start).toBeLessThan(2000);
  expect(processesOf(dir)).toEqual([]);
  const ends = server.events.flatMap((event) =>
    event.type === "task" && event.status === "cancelled" ? [event.id] : [],
  );
  expect(ends.sort()).toEqual([blocked.id, opening.id, queued.id].sort());
  await expect(fetch(server.url)).rejects.toThrow();
});

test("after kill -9 of the server no process of an app is left, blocking or not", async () => {
  const dir = copyOfProbe();
  const server = await spawnServer(dir, temporaryFolder());
  const submit = (name: string) =>
    fetch(`${server.url}/run?wait=false`, {
      method: "POST",
      headers: { Authorization: `Bearer ${server.key}`, "Content-Type": "application/json" },
      body: JSON.stringify({ app: "test/probe", input: { act: name }, function: "act" }),
    });
  await submit("hang");
  await submit("block with a child");
  await until(() => processesOf(dir).length === 3);
  const start = performance.now();
  server.child.kill("SIGKILL");
  await until(() => processesOf(dir).length === 0);
  expect(performance.now() - start).toBeLessThan(2000);
  await expect(fetch(server.url)).rejects.toThrow();
});

/** A server in a process of its own, from the sources as they are. */
async function spawnServer(appDir: string, stateDir: string) {
  const program = join(stateDir, "server.mjs");
  await build({
    stdin: {
      contents: `
        import { startLocalServer } from "./src/local/server.ts";
        const server = await startLocalServer(JSON.parse(process.argv[2]));
        process.stdout.write(JSON.stringify({ url: server.url, key: server.key }));`,
      resolveDir: ROOT,
    },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: program,
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  });
  const options = {
    root: ROOT,
    stateDir,
    appDirs: [appDir],
    port: 0,
    workers: 2,
    taskTimeoutMs: 60_000,
    dialect: null,
    statusTable: "2026",
    fileUris: "http",
  };
  const child = spawn(process.execPath, [program, JSON.stringify(options)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  cleanup(() => child.kill("SIGKILL"));
  const [said] = await once(child.stdout, "data");
  return { child, ...(JSON.parse(String(said)) as { url: string; key: string }) };
}

/** A directory of its own tells this test's processes from all others. */
function copyOfProbe(): string {
  const dir = join(temporaryFolder(), "probe");
  cpSync(join(APPS, "probe"), dir, { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
  return dir;
}

/** Workers of the app in this directory, and what they started. */
function processesOf(dir: string): string[] {
  const lines = execFileSync("ps", ["-e", "-o", "pgid=,stat=,args="], { encoding: "utf8" })
    .trim()
    .split("\n");
  const alive = lines.map((line) => line.trim()).filter((line) => !/^\d+ +Z/.test(line));
  const groups = alive
    .filter((line) => line.includes(`${dir}/inference.js`))
    .map((line) => line.split(" ", 1)[0]);
  return alive.filter((line) => groups.includes(line.split(" ", 1)[0]));
}

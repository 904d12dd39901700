import { spawn } from "node:child_process";
import { appendFileSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isAlive } from "../support/alive.ts";
import { Home } from "../support/belt.ts";
import { processesOf, spawnDev } from "./dev-process.ts";
import {
  cleanup,
  copyOfProbe,
  createTestClock,
  type Json,
  startServer,
  type TestServer,
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
  expect(crashed.error).toMatch(/^the app crashed: a crash outside of run \(\S+probe.inference\.js:\d+\)$/);
  const logs = (await server.call("GET", `/tasks/${crashed.id}/logs`)).body.logs;
  expect(logs.map((log: Json) => log.content)).toContain("this is through node");
  expect(await server.run({})).toMatchObject({ status_text: "completed" });
});

test.each(["eat", "eat buffers"])("a worker's memory is bounded: %s", async (name) => {
  const server = await startServer({ workerMemoryMb: 48 });
  const { status_text, error } = await server.run(act(name));
  expect([status_text, error]).toEqual(["failed", "the worker ran out of memory (its bound is 48 MiB)"]);
});

test("a task that takes too long is cut off, even when it blocks", async () => {
  const clock = createTestClock();
  const server = await startServer({ clock, taskTimeoutMs: 5000 });
  const { id } = await server.submit(act("block"));
  await server.emitted((event) => event.type === "task" && event.status === "running");
  clock.advance(5000);
  expect(await server.finished(id)).toMatchObject({
    status_text: "failed",
    error: "the task took longer than 5 s and was stopped; belt dev --task-timeout allows more",
  });
});

test("an app that does not listen to a cancel is ended after the grace period", async () => {
  const clock = createTestClock();
  const server = await startServer({ clock });
  const { id } = await server.submit(act("hang"));
  await server.emitted((event) => event.type === "task" && event.status === "running");
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
  await server.emitted(
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

/** A process that belt has not started, with this setting in its environment. */
function startStranger(environment: Record<string, string>): number {
  const stranger = spawn("sleep", ["3000"], { env: { ...process.env, ...environment }, stdio: "ignore" });
  cleanup(() => stranger.kill("SIGKILL"));
  return stranger.pid!;
}

test("an app may set TMPDIR: no process that belt has not started ends with its worker", async () => {
  const shared = temporaryFolder();
  const dir = copyOfProbe();
  appendFileSync(join(dir, "inf.yml"), `  TMPDIR: ${shared}\n  BELT_WORKER_MARK: known\n`);
  const strangers = [
    startStranger({ TMPDIR: shared }),
    startStranger({ BELT_WORKER_MARK: "known" }),
    startStranger({ BELT_WORKER_MARK: "undefined" }),
  ];
  const server = await startServer({ appDirs: [dir] });
  expect((await server.run(act("environment"))).output.env.TMPDIR).toBe(shared);
  await server.close();
  expect(strangers.map(isAlive)).toEqual([true, true, true]);

  const home = new Home();
  cleanup(() => home.remove());
  const dev = await spawnDev(home, [dir, "--port", "0"]);
  await dev.post("/apps/run", { app: "test/probe", ...act("block") });
  await until(() => dev.events.some(({ status }) => status === "running"));
  dev.child.kill("SIGKILL");
  await dev.child;
  await until(() => processesOf(dir).length === 0);
  expect(strangers.map(isAlive)).toEqual([true, true, true]);
});

test.each([
  [
    "its folder cannot be made",
    ({ stateDir }: TestServer) => {
      const folder = join(stateDir, "local", "tmp");
      renameSync(folder, `${folder}-away`);
      return () => renameSync(`${folder}-away`, folder);
    },
  ],
  [
    "no process can have its environment",
    (_server: TestServer, dir: string) => {
      const file = join(dir, "inf.yml");
      const before = readFileSync(file);
      appendFileSync(file, '  BAD: "a\\0b"\n');
      return () => writeFileSync(file, before);
    },
  ],
])("a worker that cannot be started fails its task, and nothing else: %s", async (_name, obstruct) => {
  const dir = copyOfProbe();
  const clock = createTestClock();
  const server = await startServer({ appDirs: [dir], workers: 1, clock });
  const hanging = await server.submit(act("hang"));
  await server.emitted((event) => event.type === "task" && event.status === "running");
  const clear = obstruct(server, dir);
  // They are served in a callback of the exit of the worker before them.
  const waiting = [await server.submit({}), await server.submit({ session: "new" })];
  await server.call("POST", `/tasks/${hanging.id}/cancel`);
  clock.advance(2000);
  for (const { id } of waiting) {
    expect((await server.finished(id)).error).toMatch(
      /^the worker could not be started: .*(ENOENT|null bytes)/,
    );
  }
  const { body } = await server.call("GET", `/sessions/${waiting[1].session_id}`);
  expect(body.status).toBe("ended");
  clear();
  expect(await server.run({})).toMatchObject({ status_text: "completed" });
});

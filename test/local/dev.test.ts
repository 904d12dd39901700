import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isAlive } from "../support/alive.ts";
import { Home, spawnBelt } from "../support/belt.ts";
import { processesOf, spawnDev } from "./dev-process.ts";
import { cleanup, copyOfProbe, until } from "./server-fixture.ts";

function temporaryHome(): Home {
  const home = new Home();
  cleanup(() => home.remove());
  return home;
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
  ["SIGKILL", undefined],
] as const)(
  "after %s no process of an app is left and the port is free, within two seconds",
  async (signal, code) => {
    const dir = copyOfProbe();
    const home = temporaryHome();
    const server = await spawnDev(home, [dir, "--port", "0", "--workers", "3"]);
    cleanup(() => server.child.kill("SIGKILL"));
    const submit = (act: string, more = {}) =>
      server.post("/apps/run", { app: "test/probe", function: "act", input: { act }, ...more });
    await submit("hang", { session: "new" });
    await submit("block with a child");
    await submit("block with a child");
    await until(() => processesOf(dir).filter((line) => line.includes("sleep 1000")).length === 2);
    const start = performance.now();
    server.child.kill(signal);
    expect((await server.child).exitCode).toBe(code);
    await until(() => processesOf(dir).length === 0);
    expect(await isFree(Number(new URL(server.url).port))).toBe(true);
    expect(performance.now() - start).toBeLessThan(2000);
    expect(existsSync(join(home.dir, "state", "dev.json"))).toBe(signal === "SIGKILL");
  },
);

test("after SIGKILL nothing is left of what an app has started and forgotten", async () => {
  const dir = copyOfProbe();
  const home = temporaryHome();
  const server = await spawnDev(home, [dir, "--port", "0"]);
  cleanup(() => server.child.kill("SIGKILL"));
  const run = (act: string) => server.post("/run", { app: "test/probe", function: "act", input: { act } });
  const { data } = (await (await run("forgotten children")).json()) as {
    data: { output: { pids: number[] } };
  };
  const { pids } = data.output;
  expect(pids.map(isAlive)).toEqual([true, true]);
  server.child.kill("SIGKILL");
  await until(() => !pids.some(isAlive));
});

test("Ctrl-C ends a server whose apps have not loaded yet", async () => {
  const dir = copyOfProbe();
  const home = temporaryHome();
  writeFileSync(join(dir, "inference.js"), "await new Promise(() => setInterval(() => {}, 1000));\n");
  const child = spawnBelt(["dev", dir, "--port", "0", "--json"], home);
  cleanup(() => child.kill("SIGKILL"));
  await until(() => processesOf(dir).length > 0);
  const start = performance.now();
  child.kill("SIGINT");
  expect((await child).exitCode).toBe(130);
  expect(performance.now() - start).toBeLessThan(5000);
  expect(processesOf(dir)).toEqual([]);
});

test.each([
  ["dev", ["--port", "0"], []],
  ["dev exec", [], ["--", "true"]],
])(
  "Ctrl-C ends %s while its scenario waits for an app to load",
  async (verb, flags, behind) => {
    const dir = copyOfProbe();
    const home = temporaryHome();
    writeFileSync(join(dir, "inference.js"), "await new Promise(() => setInterval(() => {}, 1000));\n");
    const scenario = join(home.dir, "s.yaml");
    writeFileSync(
      scenario,
      "steps: [{on: submit, match: {app: test/probe, function: run}, do: {status: 500}}]",
    );
    const child = spawnBelt([...verb.split(" "), dir, "--scenario", scenario, ...flags, ...behind], home);
    cleanup(() => child.kill("SIGKILL"));
    await until(() => processesOf(dir).length > 0);
    child.kill("SIGINT");
    expect((await child).exitCode).toBe(130);
    expect(processesOf(dir)).toEqual([]);
  },
  20_000,
);

test("belt run says that its session is lost with its worker, and exits 5", async () => {
  const home = temporaryHome();
  const server = await spawnDev(home, ["--port", "0"]);
  cleanup(() => server.child.kill("SIGKILL"));
  const run = (...argv: string[]) => spawnBelt(["run", "infsh/counter", "--local", "--json", ...argv], home);
  expect(server.events[0]).toMatchObject({ type: "server", time: expect.stringMatching(/Z$/) });
  const session = JSON.parse((await run("--session", "new")).stdout).session_id;
  const crashed = await run("--session", session, "--function", "crash");
  const error = {
    code: "WORKER_LOST",
    message: expect.stringMatching(new RegExp(`^session ${session} is lost: .*process.exit.70`)),
    hint: "belt run --local infsh/counter --session new",
  };
  expect(crashed.exitCode).toBe(5);
  expect(JSON.parse(crashed.stdout)).toMatchObject({ status: "failed", session_id: session });
  expect(JSON.parse(crashed.stderr.trim().split("\n").at(-1)!)).toMatchObject({ error });
  const { id } = JSON.parse(crashed.stdout);
  const waited = await spawnBelt(["task", "wait", id, "--local", "--json"], home);
  expect(waited.exitCode).toBe(5);
  const later = await run("--session", session);
  expect(later).toMatchObject({ exitCode: 5, stdout: "" });
  expect(JSON.parse(later.stderr.trim().split("\n").at(-1)!)).toMatchObject({ error });
  const outside = await run("--function", "crash");
  expect(outside.exitCode).toBe(3);
});

test("belt dev speaks one dialect and the numbers of one year when told to", async () => {
  const server = await spawnDev(temporaryHome(), [
    "--port",
    "0",
    "--dialect",
    "v1",
    "--status-table",
    "2025",
  ]);
  cleanup(() => server.child.kill("SIGKILL"));
  const response = await server.post("/run", { app: "infsh/counter", input: {} });
  const answer = (await response.json()) as object;
  expect(Object.keys(answer).sort()).toEqual(["data", "status", "success"]);
  expect(answer).toMatchObject({ success: true, status: 200, data: { status: 9, output: { count: 1 } } });
});

test("a folder that is not there is no app", async () => {
  const { exitCode, stdout, stderr } = await spawnBelt(
    ["dev", "/no/such/app", "--port", "0"],
    temporaryHome(),
  );
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain("error: there is no folder /no/such/app\n");
});

test.each([
  ["BELT_STATE_DIR", ["dev", "--port", "0"], { BELT_STATE_DIR: "/proc/state" }],
  ["BELT_STATE_DIR", ["dev", "--port", "0"], { BELT_STATE_DIR: "/dev/null/state" }],
  ["BELT_STATE_DIR", ["run", "infsh/counter", "--local"], { BELT_STATE_DIR: "/dev/null/state" }],
])("a server that cannot start says what to change: %s", async (hint, argv, env) => {
  const { exitCode, stderr } = await spawnBelt([...argv, "--json"], temporaryHome(), { env });
  expect(exitCode).toBe(1);
  expect(JSON.parse(stderr).error).toMatchObject({
    code: "local_server",
    hint: expect.stringContaining(hint),
  });
});

describe("a second belt dev", () => {
  test("is refused on the same state folder, naming the first", async () => {
    const home = temporaryHome();
    const first = await spawnDev(home, ["--port", "0"]);
    cleanup(() => first.child.kill("SIGKILL"));
    const { exitCode, stderr } = await spawnBelt(["dev", "--port", "0", "--json"], home);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stderr).error).toMatchObject({
      code: "already_serving",
      message: `a belt dev with this state folder serves at ${first.url} already (process ${first.child.pid})`,
      hint: expect.stringContaining("BELT_STATE_DIR"),
    });
    const second = await spawnDev(temporaryHome(), ["--port", "0"]);
    second.child.kill("SIGTERM");
    expect((await second.child).exitCode).toBe(143);
    first.child.kill("SIGKILL");
    await first.child;
    const third = await spawnDev(home, ["--port", "0"]);
    third.child.kill("SIGTERM");
    expect((await third.child).exitCode).toBe(143);
  });

  test("of several that start at once beside what a killed one left, one serves", async () => {
    const home = temporaryHome();
    const state = join(home.dir, "state");
    const killed = await spawnDev(home, ["--port", "0"]);
    killed.child.kill("SIGKILL");
    await killed.child;
    expect(readdirSync(state)).toEqual(expect.arrayContaining(["dev.json", "dev.lock"]));
    const all = ["a", "b", "c", "d"].map(() => spawnBelt(["dev", "--port", "0", "--json"], home));
    cleanup(() => all.map((child) => child.kill("SIGKILL")));
    const ended: Awaited<(typeof all)[number]>[] = [];
    for (const child of all) void child.then((outcome) => ended.push(outcome));
    await until(() => ended.length === 3);
    const [winner] = all.filter((child) => child.exitCode === null);
    for (const { exitCode, stdout, stderr } of ended) {
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
      const { code, message } = JSON.parse(stderr).error;
      expect(code).toBe("already_serving");
      expect(message).toMatch(/^a belt dev with this state folder (is starting|serves at \S+) already/);
      expect(message).toContain(`(process ${winner!.pid})`);
    }
    await until(() => existsSync(join(state, "dev.json")));
    winner!.kill("SIGTERM");
    expect((await winner!).exitCode).toBe(143);
    expect(readdirSync(state).filter((name) => name.startsWith("dev."))).toEqual([]);
  });
});

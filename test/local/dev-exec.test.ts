import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isAlive } from "../support/alive.ts";
import { Home, ROOT, spawnBelt } from "../support/belt.ts";
import { needsLinux } from "../support/platform.ts";
import { pathWithBelt, processesOf } from "./dev-process.ts";
import { cleanup, copyOfProbe, until } from "./server-fixture.ts";

const README = readFileSync(join(ROOT, "README.md"), "utf8");

let home: Home;
let PATH: string;

beforeEach(() => {
  home = new Home();
  PATH = pathWithBelt(home);
});

afterEach(() => home.remove());

/** `belt dev exec` with `belt` on the PATH of what it runs. */
function exec(...argv: string[]) {
  return spawnBelt(["dev", "exec", ...argv], home, { env: { PATH, TMPDIR: home.dir }, cwd: home.dir });
}

/** A line of a shell, as README has it. */
function shell(script: string) {
  const env = { ...home.env, PATH, TMPDIR: home.dir };
  return execa("sh", ["-c", script], {
    cwd: home.dir,
    env,
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
  });
}

function write(name: string, text: string): string {
  writeFileSync(join(home.dir, name), text);
  return name;
}

const leftOver = () => readdirSync(home.dir).filter((name) => name.startsWith("belt-dev-exec-"));

describe("dev exec", () => {
  // Each paints pictures, which takes a busy machine long.
  const PAINTING = 60_000;
  const [blind = "", looking = ""] = [
    ...README.matchAll(/^```sh\n(belt dev exec --scenario .*?)^```/gms),
  ].map(([, script]) => script);

  it(
    "fails README's script that tries again blindly after a lost answer",
    async () => {
      const { exitCode, stdout, stderr } = await shell(blind);
      expect(exitCode).toBe(1);
      expect(stdout).toMatch(/^painted +fog$/m);
      expect(stderr).toContain(
        "\n  acted   step 1   once               submit: answer drop\n  failed  submits  expected 1, got 2\n",
      );
      expect(stderr).toMatch(/error: the rehearsal did not hold: submits: expected 1, got 2\n$/);
    },
    PAINTING,
  );

  it("refuses a folder that is no app before it runs anything", async () => {
    mkdirSync(join(home.dir, "empty"));
    const { exitCode, stdout, stderr } = await exec("empty", "--", "echo", "hi");
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toContain("empty is no app: it has no inf.yml\nhint: belt app init <dir> makes one\n");
  });

  it("tells where an app has failed, since nobody can ask its server afterwards", async () => {
    const app = copyOfProbe();
    const act = "belt run test/probe --function act -i act=fail -q";
    const { exitCode, stderr } = await exec(app, "--", "sh", "-c", act);
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/^task task_\w+ of test\/probe failed at \S+probe\/inference\.js:\d+$/m);
    const [, place] = /failed at (.*)$/m.exec(stderr)!;
    expect(place).toContain(join(app, "inference.js"));
    expect(stderr).toMatch(/^error: task task_\w+ failed: .+$/m);
    expect(/^error: .*$/m.exec(stderr)![0]).toContain(` (${place})`);
  });

  it(
    "passes README's script that looks before it tries again",
    async () => {
      const { exitCode, stdout, stderr } = await shell(looking);
      expect(stderr).toMatch(/held {3}submits {2}expected 1, got 1\n$/);
      expect(stdout).toMatch(/^task_\w+ {2}completed\n$/);
      expect(exitCode).toBe(0);
    },
    PAINTING,
  );

  it("waits a moment for what the command has left running, as far as that can still come about", async () => {
    const app = copyOfProbe();
    const linger = "belt run test/probe --function act -i act='chunks' --no-wait -q";
    const scenario = (expect: string) =>
      write("s.yaml", `steps: [{on: task, do: {phase: running, hold: 600ms}}]\nexpect: {tasks: {${expect}}}`);
    const ended = await exec(app, "--scenario", scenario("completed: 1"), "--", "sh", "-c", linger);
    expect(ended.stderr).toMatch(/held {3}tasks completed {2}expected 1, got 1\n$/);
    const failing = await exec(
      app,
      "--scenario",
      scenario("failed: 0"),
      "--",
      "sh",
      "-c",
      linger.replace("chunks", "fail"),
    );
    expect(failing).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/tasks failed {2}expected 0, got 1\n/),
    });
    const running = await exec(app, "--scenario", scenario("running: 1"), "--", "sh", "-c", linger);
    expect(running.stderr).toMatch(/tasks running {2}expected 1, got 1\n/);
  });

  it("says that a step never acted, unless the command itself has failed", async () => {
    const scenario = write("s.yaml", "steps: [{on: cancel, do: {status: 500}}]");
    const missed = await exec("--scenario", scenario, "--json", "--", "true");
    expect(missed.exitCode).toBe(1);
    expect(JSON.parse(missed.stderr.trim().split("\n").at(-1)!).error).toMatchObject({
      code: "rehearsal_failed",
      message: "the rehearsal did not hold: step 1 (cancel: status 500) never acted",
    });
    expect((await exec("--scenario", scenario, "--", "sh", "-c", "exit 7")).exitCode).toBe(7);
  });

  it.each([
    ["--api-url", "belt task list --api-url http://127.0.0.1:1"],
    ["--profile", "belt task list --profile work"],
    ["BELT_API_URL", "BELT_API_URL=http://127.0.0.1:1 belt task list"],
    ["BELT_PROFILE", "BELT_LOCAL=0 BELT_PROFILE=work belt run infsh/echo"],
    ["--api-url", "belt dev exec --api-url http://127.0.0.1:1 -- true"],
    ["--profile", "belt --profile work app init made"],
  ])("is a place in which %s is refused", async (name, command) => {
    const { exitCode, stderr } = await exec("--", "sh", "-c", command);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      `error: ${name} names another API, and inside belt dev exec every belt is local\n`,
    );
  });

  it("is local also where the command takes belt's settings away, and gives none of the user's keys", async () => {
    const env = {
      INFSH_API_KEY: "inf_paid",
      INFERENCE_API_KEY: "inf_paid",
      BELT_API_URL: "http://127.0.0.1:1",
      BELT_PROFILE: "work",
      HTTP_PROXY: "http://127.0.0.1:1",
      no_proxy: "intern.example",
    };
    const command = "BELT_LOCAL= BELT_STATE_DIR=$HOME/other belt run infsh/echo -i text=here -q; env";
    const { exitCode, stdout } = await spawnBelt(["dev", "exec", "--", "sh", "-c", command], home, {
      env: { ...env, PATH },
    });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^here\n/);
    expect(stdout).not.toContain("inf_paid");
    expect(stdout).toMatch(/^INFERENCE_BASE_URL=http:\/\/127\.0\.0\.1:\d+$/m);
    expect(stdout).toMatch(/^INFERENCE_API_KEY=inf_local_\S+$/m);
    for (const name of ["NO_PROXY", "no_proxy"])
      expect(stdout.split("\n")).toContain(`${name}=intern.example,127.0.0.1,localhost`);
  });

  it("leads apps to its files without a proxy, too", async () => {
    const run = ["belt", "run", "test/probe", "--function", "act", "-i", "act=environment"];
    const argv = [
      "dev",
      "exec",
      copyOfProbe(),
      "--",
      ...run,
      "--field",
      "output.env.NO_PROXY,output.env.no_proxy",
    ];
    const { stdout } = await spawnBelt(argv, home, { env: { PATH, no_proxy: "intern.example" } });
    expect(stdout).toBe("intern.example,127.0.0.1,localhost\tintern.example,127.0.0.1,localhost\n");
  });

  it.each([
    [[], "there is no command to run"],
    [["--"], "there is no command to run"],
    [["echo", "x"], "-- must stand before the command that is run"],
    [["/no/such/app", "--", "true"], "there is no folder /no/such/app"],
    [["--port", "4117", "--", "true"], "--port does not go with dev exec, which serves on any"],
    [
      ["--scenario", "nope", "--", "true"],
      "there is no scenario nope: it is no file, and none of rate-limited",
    ],
  ])("takes %j for a mistake", async (argv, message) => {
    const { exitCode, stderr } = await exec(...argv);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`error: ${message}`);
  });

  it.each([
    [["sh", "-c", "exit 44"], 44, ""],
    [["sh", "-c", "kill -SEGV $$"], 139, ""],
    [["no-such-command"], 127, "error: cannot run no-such-command: there is no such command\n"],
    [[""], 127, "error: cannot run '': there is no such command\n"],
    [["./note.txt"], 126, "error: cannot run ./note.txt: it is not executable\n"],
    [["."], 126, "error: cannot run .: it is not executable\n"],
    [["belt", "dev", "exec", "--", "sh", "-c", "exit 5"], 5, ""],
  ])("gives the exit code of %j, and leaves nothing behind", async (command, code, told) => {
    write("note.txt", "");
    const { exitCode, stderr } = await exec("--", ...command);
    expect({ exitCode, stderr }).toEqual({ exitCode: code, stderr: told });
    expect(leftOver()).toEqual([]);
  });

  it.for([
    ["ends when it is asked", "sh -c 'echo $$ > up; exec sleep 1000'"],
    [
      "does not",
      `node -e 'process.on("SIGTERM", () => {}); console.log(process.pid); setInterval(() => {}, 99)' > up`,
    ],
  ] as const)("ends what the command has left running, which %s", async ([, command], context) => {
    needsLinux(context);
    const { exitCode, stderr } = await exec(
      "--",
      "sh",
      "-c",
      `${command} & while [ ! -s up ]; do sleep 0.02; done`,
    );
    expect(exitCode).toBe(0);
    expect(stderr).toBe("ended a process that the command had left running\n");
    const pid = readFileSync(join(home.dir, "up"), "utf8").trim();
    // One that has ended may wait for its new parent to notice.
    const { stdout: state } = await execa("ps", ["-o", "stat=", "-p", pid], { reject: false });
    expect(state).toMatch(/^Z|^$/);
  });

  it("killed with -9 leaves no command, no worker and no server; the next one removes its state folder alone", async (context) => {
    needsLinux(context);
    const dir = copyOfProbe();
    const submit = "belt run test/probe --function act -i act=hang --no-wait -q";
    const wait = (name: string) => `echo $$ > ${name}; echo $INFERENCE_BASE_URL >> ${name}; exec sleep 1000`;
    const killed = exec(dir, "--", "sh", "-c", `${submit} && { ${wait("killed")}; }`);
    const living = exec("--", "sh", "-c", wait("living"));
    cleanup(() => [killed, living].map((child) => child.kill("SIGKILL")));
    const told = (name: string) => {
      const path = join(home.dir, name);
      return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
    };
    await until(() => ["killed", "living"].every((name) => told(name).length === 2));
    const commands = ["killed", "living"].map((name) => Number(told(name)[0]));
    cleanup(() => process.kill(commands[1]!, "SIGKILL"));
    await until(() => processesOf(dir).length > 0);
    killed.kill("SIGKILL");
    await once(killed, "exit");
    await until(() => processesOf(dir).length === 0 && !isAlive(commands[0]!));
    expect(isAlive(commands[1]!)).toBe(true);
    await expect(fetch(told("killed")[1]!)).rejects.toThrow("fetch failed");
    expect(leftOver()).toHaveLength(2);
    expect((await exec("--", "true")).exitCode).toBe(0);
    expect(leftOver()).toHaveLength(1);
    expect((await fetch(told("living")[1]!)).status).toBe(401);
  });

  it.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
    ["SIGHUP", 129],
  ] as const)("ends the command, its tasks and all it made on %s", async (signal, code) => {
    const dir = copyOfProbe();
    const begun = join(home.dir, "begun");
    const submit = "belt run test/probe --function act -i act=hang --no-wait -q";
    const child = exec(dir, "--", "sh", "-c", `${submit} && touch ${begun}; exec sleep 1000`);
    cleanup(() => child.kill("SIGKILL"));
    await until(() => existsSync(begun) && processesOf(dir).length > 0);
    child.kill(signal);
    expect((await child).exitCode).toBe(code);
    expect(processesOf(dir)).toEqual([]);
    expect(leftOver()).toEqual([]);
  });

  it("warns of an app that is broken, and leads whoever runs it to how apps are written", async () => {
    mkdirSync(join(home.dir, "empty"));
    write("empty/inf.yml", "namespace: local\nname: empty\n");
    const { exitCode, stderr } = await exec("empty", "--", "sh", "-c", "belt run local/empty -q");
    expect(exitCode).toBe(1);
    const [warning, error, hint] = stderr.split("\n");
    const problem = /^warning: local\/empty is broken: (\S+\/empty has neither inference\.js nor .*)$/;
    expect(error).toContain(`: local/empty cannot be loaded: ${problem.exec(warning!)![1]}`);
    expect(hint).toBe("hint: belt help app-format tells how apps are written");
  });

  it("runs npm test of README's project, which uses the official SDK", async () => {
    const [, script] = /`npm test` is `([^`]+)`/.exec(README) ?? [];
    const [, code] = /^```js\n(.*?)^```/ms.exec(README) ?? [];
    write("package.json", JSON.stringify({ scripts: { test: script!.replace("\n", " ") } }));
    write("greet.test.js", code!);
    symlinkSync(join(ROOT, "node_modules"), join(home.dir, "node_modules"));
    const { exitCode, stdout } = await exec("--", "npm", "test");
    expect(stdout).toMatch(/ pass 1$/m);
    expect(exitCode).toBe(0);
  });
});

it("belt dev serves the app of the folder it is in", async () => {
  const dir = copyOfProbe();
  const command = ["belt", "run", "test/probe", "-i", "text=me", "-q"];
  const { stdout } = await spawnBelt(["dev", "exec", "--", ...command], home, { cwd: dir, env: { PATH } });
  expect(stdout).toMatch(/^said +hello me\n/);
});

import { readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Home, ROOT, spawnBelt, until } from "../support/belt.ts";

let home: Home;
let dev: ReturnType<typeof spawnBelt>;

/** A `belt dev` of this test's own, and `belt` on the PATH. */
beforeEach(async () => {
  home = new Home();
  symlinkSync(join(ROOT, "bin/belt.js"), join(home.dir, "belt"));
  dev = spawnBelt(["dev", "--port", "0"], home);
  await until(
    () =>
      readdirSync(home.dir).includes("state") && readdirSync(join(home.dir, "state")).includes("dev.json"),
  );
});

afterEach(async () => {
  dev.kill("SIGTERM");
  await dev;
  home.remove();
});

function environment() {
  return { PATH: `${home.dir}:${process.env["PATH"]}`, ...home.env };
}

/** Sessions that are still active on the server. */
async function activeSessions(): Promise<string> {
  return (await spawnBelt(["session", "list", "--local", "--json"], home)).stdout;
}

it("goes from opening a session to its expiry, and starts over with exec, in one shell script", async () => {
  const { stdout, stderr } = await execa("sh", [join(ROOT, "test/scripts/sessions.sh")], {
    env: environment(),
    extendEnv: false,
    reject: false,
  });
  expect(stdout.split("\n")).toEqual([
    "count: 3",
    "session: active",
    "exit: 5",
    "count: 2",
    "exit: 7",
    "sessions left: []",
  ]);
  expect(stderr).toMatch(
    /^error: session sess_\S+ has expired: .*\nhint: belt run infsh\/counter --session new$/m,
  );
});

describe("session exec", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("killed with %s leaves no active session", async (signal, code) => {
    const running = spawnBelt(["session", "exec", "infsh/counter", "--local", "--", "sleep", "30"], home);
    let seen = "";
    running.stderr.on("data", (chunk) => {
      seen += chunk;
    });
    // The session is there before the command is; a signal in between must end it just as well.
    await until(() => /^session sess_/m.test(seen));
    running.kill(signal);
    const { exitCode, stderr } = await running;
    expect(exitCode).toBe(code);
    // A worker that is stopped while it sets up takes the session with it.
    expect(stderr).toMatch(/session sess_\S+ (ended|is lost)/);
    expect(await activeSessions()).toBe("[]\n");
  });

  it("side by side, without a belt dev, each have a server of their own", async () => {
    dev.kill("SIGTERM");
    await dev;
    const inside = `node ${join(ROOT, "bin/belt.js")} run infsh/counter --session "$BELT_SESSION" --field output.count -q`;
    const argv = [
      "session",
      "exec",
      "infsh/counter",
      "--local",
      "-q",
      "--",
      "sh",
      "-c",
      `${inside} && sleep 0.5 && ${inside}`,
    ];
    const both = await Promise.all([spawnBelt(argv, home), spawnBelt(argv, home)]);
    expect(both.map(({ exitCode, stdout, stderr }) => ({ exitCode, stdout, stderr }))).toEqual(
      both.map(() => ({ exitCode: 0, stdout: "2\n3\n", stderr: "" })),
    );
  });

  it("ends the session of a command that cannot be started, and exits 127 as a shell would", async () => {
    const { exitCode, stderr } = await spawnBelt(
      ["session", "exec", "infsh/counter", "--local", "--", "no-such-command"],
      home,
    );
    expect(exitCode).toBe(127);
    expect(stderr).toContain("error: cannot run no-such-command");
    expect(await activeSessions()).toBe("[]\n");
  });

  it("says how it is written when the command does not stand behind --", async () => {
    const hints = {
      "sh -c true": "belt session exec infsh/counter -- sh -c true",
      "--": "belt session exec <app> -- <command…> is the form",
    };
    for (const [words, hint] of Object.entries(hints)) {
      const argv = ["session", "exec", "infsh/counter", ...words.split(" ")];
      const { exitCode, stderr } = await spawnBelt(argv, home);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(`hint: ${hint}\n`);
    }
  });

  it("gives belt's own exit code when the session cannot be opened", async () => {
    const { exitCode, stdout } = await spawnBelt(
      ["session", "exec", "infsh/nope", "--local", "--", "echo", "ran"],
      home,
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: "" });
  });

  it("ends the session when its first call fails", async () => {
    const argv = [
      "session",
      "exec",
      "infsh/echo",
      "-i",
      "text=x",
      "-i",
      "fail=boom",
      "--local",
      "--",
      "echo",
      "ran",
    ];
    const { exitCode, stdout } = await spawnBelt(argv, home);
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: "" });
    expect(await activeSessions()).toBe("[]\n");
  });
});

describe("session end", () => {
  it("--all needs --yes where there is nobody to ask, and ends every session", async () => {
    for (let count = 0; count < 2; count++)
      await spawnBelt(["run", "infsh/counter", "--session", "new", "--local"], home);
    const refused = await spawnBelt(["session", "end", "--all", "--local"], home);
    expect(refused).toMatchObject({ exitCode: 2 });
    expect(refused.stderr).toContain("--yes");
    expect(JSON.parse(await activeSessions())).toHaveLength(2);
    const ended = await spawnBelt(["session", "end", "--all", "--yes", "--local", "--json"], home);
    expect(JSON.parse(ended.stdout)).toMatchObject([{ ended: true }, { ended: true }]);
    expect(await activeSessions()).toBe("[]\n");
  });

  it("of one that is already ended is success and says so", async () => {
    await spawnBelt(["run", "infsh/counter", "--session", "new", "--local"], home);
    await spawnBelt(["session", "end", "@last", "--local"], home);
    const { exitCode, stdout, stderr } = await spawnBelt(
      ["session", "end", "@last", "--local", "--json"],
      home,
    );
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ended: true });
    expect(stderr).toMatch(/session sess_\S+ had already been ended/);
  });
});

describe("session keepalive", () => {
  it("--every keeps a session alive past its timeout, until Ctrl-C", async () => {
    await spawnBelt(["run", "infsh/counter", "--session", "new", "--session-timeout", "1", "--local"], home);
    const keeping = spawnBelt(
      ["session", "keepalive", "@last", "--every", "300ms", "--local", "--json"],
      home,
    );
    let lines = 0;
    keeping.stdout!.on("data", (chunk) => (lines += String(chunk).split("\n").length - 1));
    await until(() => lines >= 6);
    expect(JSON.parse(await activeSessions())).toHaveLength(1);
    keeping.kill("SIGINT");
    expect(await keeping).toMatchObject({ exitCode: 130 });
  });

  it("--every says when the session is lost, and exits 5 when none is left", async () => {
    await spawnBelt(["run", "infsh/counter", "--session", "new", "--local"], home);
    const keeping = spawnBelt(["session", "keepalive", "@last", "--every", "200ms", "--local"], home);
    let seen = "";
    keeping.stdout!.on("data", (chunk) => (seen += chunk));
    await until(() => seen.includes("left"));
    await spawnBelt(["session", "end", "@last", "--local"], home);
    const { exitCode, stderr } = await keeping;
    expect(exitCode).toBe(5);
    expect(stderr).toMatch(/session sess_\S+ was ended/);
  });
});

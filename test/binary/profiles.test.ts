import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync } from "node:fs";
import { createServer } from "node:https";
import { isAbsolute, join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Home, ROOT, spawnBelt, until } from "../support/belt.ts";
import { listening } from "../support/listening.ts";
import { needsLinux } from "../support/platform.ts";
import { ForwardProxy } from "../support/proxy.ts";

let home: Home;

beforeEach(() => {
  home = new Home();
});

afterEach(() => home.remove());

function config(...path: string[]): string {
  return join(home.dir, "config", ...path);
}

function login(name: string, key: string) {
  return spawnBelt(["login", "--no-check", "--profile", name], home, { input: key });
}

describe("a HOME", () => {
  const bare = (env: Record<string, string>, ...argv: string[]) => {
    const { PATH = "" } = process.env;
    return execa(process.execPath, [join(ROOT, "bin/belt.js"), ...argv], {
      env: { PATH, ...env },
      extendEnv: false,
      cwd: home.dir,
      input: "inf_a_new_key",
      reject: false,
    });
  };

  it("that is no whole path is refused: a key is not written into the folder one happens to be in", async () => {
    const { exitCode, stderr } = await bare({ HOME: "some/where" }, "login", "--no-check");
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr:
        "error: HOME is some/where, which is no whole path\n" +
        "hint: set HOME, or BELT_CONFIG_DIR, BELT_STATE_DIR and BELT_CACHE_DIR",
    });
    expect(readdirSync(home.dir)).toEqual([]);
  });

  it("that is empty is none, and the folder one is in stays as it is", async () => {
    // It writes nothing: what is then home is that of whoever runs the tests.
    const env = { HOME: "", NODE_DISABLE_COMPILE_CACHE: "1" };
    const { exitCode, stdout } = await bare(env, "doctor", "--json");
    const { folders } = JSON.parse(stdout);
    expect(exitCode).toBe(4);
    expect(folders.map(({ path }: { path: string }) => isAbsolute(path))).toEqual([true, true, true]);
    expect(readdirSync(home.dir)).toEqual([]);
  });

  it("beside an XDG folder that is no whole path: the latter is passed over, as its specification says", async () => {
    const env = { HOME: home.dir, XDG_CONFIG_HOME: "here" };
    expect((await bare(env, "login", "--no-check")).exitCode).toBe(0);
    expect(readdirSync(home.dir)).toEqual(expect.not.arrayContaining(["here"]));
    expect(readdirSync(join(home.dir, ".config/belt"))).toContain("profiles.json");
  });
});

describe("many belts at once", () => {
  it("leave a valid file with nothing lost", { timeout: 120_000 }, async () => {
    await login("first", "inf_first_key");
    const names = Array.from({ length: 25 }, (_, index) => `profile ${index}`);
    const outcomes = await Promise.all(
      names.flatMap((name, index) => [
        login(name, `inf_key_${index}`),
        spawnBelt(["profile", "use", "first"], home),
      ]),
    );
    expect(outcomes.filter(({ exitCode }) => exitCode !== 0)).toEqual([]);
    const book = JSON.parse(readFileSync(config("profiles.json"), "utf8"));
    expect(book.current).toBe("first");
    const keys = new Map(book.profiles.map(({ name, key }: { name: string; key: string }) => [name, key]));
    expect(keys.size).toBe(26);
    for (const [index, name] of names.entries()) expect(keys.get(name)).toBe(`inf_key_${index}`);
    expect(statSync(config("profiles.json")).mode & 0o777).toBe(0o600);
    expect(readdirSync(config())).toEqual(["profiles.json"]);
  });

  it("are not held up for long by one that was killed with the lock in its hands", async () => {
    mkdirSync(config("profiles.json.lock"), { recursive: true, mode: 0o700 });
    const longAgo = Date.now() / 1000 - 60;
    utimesSync(config("profiles.json.lock"), longAgo, longAgo);
    expect(await login("first", "inf_first_key")).toMatchObject({ exitCode: 0 });
  });
});

describe("belt login on a terminal", () => {
  beforeEach(needsLinux);

  it("asks, and shows nothing of what is typed", async () => {
    const command = `node ${join(ROOT, "bin/belt.js")} login --no-check`;
    const terminal = execa("script", ["-qec", command, "/dev/null"], {
      env: { PATH: process.env["PATH"] ?? "", TERM: "xterm", ...home.env },
      extendEnv: false,
      reject: false,
    });
    let screen = "";
    terminal.stdout.on("data", (chunk) => (screen += chunk));
    await until(() => screen.includes("API key for https://api.inference.sh:"));
    // Ctrl-T is what others show it with.
    terminal.stdin.write("inf_typed_canary_1234\u0014");
    await new Promise((resolve) => setTimeout(resolve, 100));
    terminal.stdin.write("\r");
    await until(() => screen.includes("logged in"));
    terminal.stdin.end();
    expect(await terminal).toMatchObject({ exitCode: 0 });
    expect(screen).not.toContain("canary");
    expect(readFileSync(config("profiles.json"), "utf8")).toContain("inf_typed_canary_1234");
  });
});

describe("TLS", () => {
  it("trusts what NODE_EXTRA_CA_CERTS names, straight and through a proxy, and nothing else", async () => {
    const tls = join(ROOT, "test/support/tls");
    const certificate = readFileSync(join(tls, "cert.pem"));
    const server = createServer(
      { cert: certificate, key: readFileSync(join(tls, "key.pem")) },
      (_request, response) => response.writeHead(200, { "content-type": "application/json" }).end("[]"),
    );
    const proxy = await new ForwardProxy().listen();
    const port = (await listening(server)).split(":")[1];
    const env = { INFSH_API_KEY: "inf_canary", BELT_API_URL: `https://localhost:${port}` };
    const trusting = { ...env, NODE_EXTRA_CA_CERTS: join(tls, "cert.pem") };
    const list = (variables: Record<string, string>) =>
      spawnBelt(["session", "list", "--json"], home, { env: variables });
    const distrusting = await list(env);
    expect(distrusting.exitCode).toBe(6);
    expect(distrusting.stderr).toContain("NODE_EXTRA_CA_CERTS");
    expect(await list(trusting)).toMatchObject({ exitCode: 0, stdout: "[]\n" });
    expect(proxy.tunnels).toEqual([]);
    expect(await list({ ...trusting, https_proxy: proxy.url })).toMatchObject({
      exitCode: 0,
      stdout: "[]\n",
    });
    expect(proxy.tunnels).toEqual([`localhost:${port}`]);
    await proxy.close();
    server.closeAllConnections();
    server.close();
  });
});

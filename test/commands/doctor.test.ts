import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { DoctorDocument } from "../../src/views/doctor-document.ts";
import { spawnDev } from "../local/dev-process.ts";
import { belt } from "../support/belt.ts";
import { hangUp, json, ndjson, silence } from "../support/scripted-api.ts";
import { api, home, KEY, onStage, setStage, speaking } from "../support/stage.ts";

setStage({}, () => {
  api.offer("GET /sessions", api.ok([])).offer("POST /tasks/list", api.ok({ items: [] }));
});

function mkdirs(path: string): string {
  mkdirSync(path, { recursive: true });
  return path;
}

function ask(...argv: string[]) {
  return onStage(argv);
}

async function examine(): Promise<{ code: number; report: DoctorDocument }> {
  const { code, stdout } = await ask("doctor", "--json");
  return { code, report: JSON.parse(stdout) };
}

describe("belt doctor", () => {
  it.each(["v1", "v2", "current"] as const)("tells that the API speaks %s", async (dialect) => {
    await speaking({ dialect });
    const { code, report } = await examine();
    expect(code).toBe(0);
    expect(report).toMatchObject({
      ok: true,
      node: process.versions.node,
      key: { end: "…1234", from: "INFSH_API_KEY" },
      profile: { name: null },
      api: { url: api.url, from: "BELT_API_URL", reachable: true, http_status: 200, format: dialect },
      proxy: null,
      error: null,
    });
  });

  it.each(["2025", "2026"] as const)(
    "tells from the newest tasks that the numbers are of %s",
    async (table) => {
      await speaking({ table, words: true });
      api.on("POST /tasks/list", api.ok({ items: [api.task("completed")] }));
      expect((await examine()).report.api).toMatchObject({
        status_table: table,
        status_table_from: "its tasks",
      });
    },
  );

  it("tells how far the clocks are apart", async () => {
    const date = new Date(Date.now() - 3_600_000).toUTCString();
    api.on("GET /sessions", json(200, [], { date }));
    const { report } = await examine();
    expect(report.api.clock_skew_ms).toBeGreaterThan(3_590_000);
    expect(report.api.clock_skew_ms).toBeLessThan(3_610_000);
    expect((await ask("doctor")).stdout).toMatch(/! {2}clock +1h 00m ahead of the server's/);
  });

  it("exits 4 when the key is refused, with its report printed", async () => {
    api.on("GET /sessions", api.error(401, "unauthorized", "no such key"));
    const { code, report } = await examine();
    expect(code).toBe(4);
    expect(report).toMatchObject({ ok: false, api: { reachable: true, http_status: 401 } });
    expect((await ask("doctor")).stdout).toMatch(/✗ {2}key/);
  });

  it("takes an API without sessions for another address", async () => {
    api.on("GET /sessions", api.error(404, "not_found", "no such route"));
    const { code, report } = await examine();
    expect(code).toBe(5);
    expect(report.advice).toMatch(/^To do: check the base URL \(--api-url, BELT_API_URL\)/);
  });

  it("exits 4 without a key, and asks nobody", async () => {
    const { code, stdout } = await belt(["doctor", "--json"], { home, env: { BELT_API_URL: api.url } });
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, key: { from: null }, api: { reachable: null } });
    expect(api.requests).toEqual([]);
  });

  it("tells that BELT_API_URL is not where the key is for, exits 2, and asks nobody", async () => {
    const argv = ["login", "--no-check", "--api-url", "https://home.example"];
    await belt(argv, { home, stdin: KEY });
    const env = { BELT_API_URL: api.url };
    const { code, stdout, stderr } = await belt(["doctor", "--json"], { home, env });
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      profile: { name: "default", from: "current" },
      key: { end: "…1234" },
      api: { url: api.url, from: "BELT_API_URL", reachable: null },
      error: { code: "usage" },
    });
    expect(JSON.parse(stderr).error.hint).toContain("unset BELT_API_URL");
    expect((await belt(["doctor"], { home, env })).stdout).toMatch(
      /✗ {2}api .* is for https:\/\/home.example/,
    );
    const shown = await belt(["profile", "show", "--field", "api_url_from"], { home, env });
    expect(shown).toMatchObject({ code: 2, stdout: "BELT_API_URL\n" });
    expect(api.requests).toEqual([]);
  });

  it("exits 6 when nothing answers", async () => {
    api.on("GET /sessions", hangUp);
    const { code, report } = await examine();
    expect(code).toBe(6);
    expect(report).toMatchObject({ ok: false, api: { reachable: false }, error: { code: "network" } });
    expect(api.count("GET /sessions")).toBe(1);
    expect((await ask("doctor")).stdout).toMatch(/^✗ {2}answers +no {2}the connection to .* was closed/m);
    api.on(
      "GET /sessions",
      (_request, response) => void response.writeHead(502).end("<title>Bad Gateway</title>"),
    );
    expect((await ask("doctor")).stdout).toMatch(/^! {2}answers +in \d+ms {2}.*\(HTTP 502\)/m);
    api.on("GET /sessions", (_request, response) => void response.end("<title>Sign in</title>"));
    expect((await ask("doctor")).stdout).toMatch(/^! {2}answers +in \d+ms {2}the answer is not the API's/m);
  });

  describe("reports what others would give up at, with exit 2 and the one thing to do", () => {
    const look = async (env: Record<string, string>, ...argv: string[]) => {
      const json = await belt(["doctor", "--json", ...argv], { home, env });
      const page = await belt(["doctor", ...argv], { home, env });
      expect([json.code, page.code]).toEqual([2, 2]);
      expect(api.requests).toEqual([]);
      return { report: JSON.parse(json.stdout) as DoctorDocument, page: page.stdout };
    };
    const env = { INFSH_API_KEY: KEY };

    it("a BELT_API_URL that is none", async () => {
      const { report, page } = await look({ ...env, BELT_API_URL: "api.inference.sh" });
      expect(report).toMatchObject({ ok: false, trouble: "api", api: { from: "BELT_API_URL" } });
      expect(page).toMatch(/^✗ {2}api +api\.inference\.sh {2}BELT_API_URL: .* is not an http/m);
      expect(page.trimEnd().split("\n").at(-1)).toBe(
        "To do: write BELT_API_URL like https://api.inference.sh.",
      );
    });

    it.each([
      ["https://ada:s3cret@api.example.com", "https://api.example.com", "must not carry a name or password"],
      ["ada:s3cret@api.example.com", "api.example.com", "is not an http(s) URL"],
      ["https://ada:s3cret/x@api example.com", "https://api example.com", "is not an http(s) URL"],
    ])("a BELT_API_URL with a password in it, which is not shown: %s", async (url, shown, why) => {
      const { report, page } = await look({ ...env, BELT_API_URL: url });
      expect(report).toMatchObject({ trouble: "api", api: { url: shown }, key: { end: "…1234" } });
      expect(page).toContain(why);
      expect(page).toMatch(/^✓ {2}key +…1234 {2}from INFSH_API_KEY$/m);
      expect(JSON.stringify(report) + page).not.toContain("s3cret");
      const given = await belt(["task", "list", "--api-url", url], { home, env });
      expect(given.code).toBe(2);
      expect(given.stderr).not.toContain("s3cret");
    });

    it("a URL whose path holds an @ keeps it, in hints as well", async () => {
      const url = "http://127.0.0.1:9/a@b";
      const { stderr } = await belt(["profile", "list", "--api-url", url], { home, env });
      expect(stderr).toBe(`hint: belt login --api-url ${url} makes the first profile\n`);
      const shown = await belt(["profile", "show", "--api-url", url, "--field", "api_url"], { home, env });
      expect(shown.stdout).toBe(`${url}\n`);
    });

    it("a key that is none beside a base URL that is none", async () => {
      const { page } = await look({ INFSH_API_KEY: '"x"', BELT_API_URL: "ftp://x" });
      expect(page).toMatch(/^✗ {2}key +not usable {2}from INFSH_API_KEY/m);
      expect(page).toMatch(/^✗ {2}api +ftp:\/\/x {2}BELT_API_URL: /m);
    });

    it("a base URL in a profile that is none, whatever else is named", async () => {
      await belt(["login", "--no-check", "--profile", "work"], { home, stdin: KEY });
      const file = join(home.dir, "config/profiles.json");
      writeFileSync(file, readFileSync(file, "utf8").replace("https://api.inference.sh", "ftp://bad"));
      const { page, report } = await look({}, "--api-url", "http://127.0.0.1:1");
      expect(report.api).toMatchObject({ url: "ftp://bad", from: "profile work" });
      expect(page).toContain("To do: belt login --profile work --api-url");
    });

    it("a profile that is not there", async () => {
      const { report, page } = await look({ ...env, BELT_PROFILE: "wrok" });
      expect(report).toMatchObject({ trouble: "profile", profile: { name: "wrok", from: "BELT_PROFILE" } });
      expect(page).toMatch(/^✗ {2}profile +wrok {2}there is no profile "wrok"/m);
      expect(page).toContain("To do: belt profile list shows those there are.");
    });

    it.each(['"', "'"])("a key with %s around it, as of docker's --env-file", async (quote) => {
      const { report, page } = await look({ INFSH_API_KEY: `${quote}${KEY}${quote}` });
      expect(report).toMatchObject({ trouble: "key", error: { code: "usage" } });
      expect(page).toMatch(/^✗ {2}key +not usable {2}the key of INFSH_API_KEY has quotes around it/m);
      expect(page).toContain("To do: write the key without them: docker's --env-file");
      expect(page).not.toContain("canary");
    });

    it("a proxy that is none", async () => {
      const { report, page } = await look({ ...env, HTTPS_PROXY: "http://a b" });
      expect(report).toMatchObject({ trouble: "proxy", proxy: null });
      expect(page).toMatch(/^✗ {2}proxy +not usable {2}HTTPS_PROXY is not the URL/m);
      expect(report.key.end).toBe("…1234");
      expect(page).toContain("To do: write HTTPS_PROXY like http://proxy.example:3128, or unset it.");
    });
  });

  describe("looks whether streams come as they are sent", () => {
    const running = () =>
      api.on(
        "POST /tasks/list",
        api.ok({ items: [api.task("completed", { id: "a" }), api.task("running", { id: "b" })] }),
      );

    it("and says so where something holds them back, exit 0", async () => {
      running().on(
        "GET /tasks/b/stream",
        (_request, response) => void response.writeHead(200).flushHeaders(),
      );
      const { code, report } = await examine();
      expect([code, report.ok, report.api.streams]).toEqual([0, true, false]);
      expect(report.advice).toMatch(/^To do: have a proxy on the way pass streams as they come/);
      expect((await ask("doctor")).stdout).toMatch(/^! {2}streams +held back/m);
    });

    it("also before the first byte", async () => {
      running().on("GET /tasks/b/stream", silence);
      expect((await examine()).report.api.streams).toBe(false);
    });

    it("and is content with one that sends, or with a server without streams", async () => {
      running().on("GET /tasks/b/stream", ndjson([{ type: "heartbeat" }], "open"));
      expect((await examine()).report.api.streams).toBe(true);
      running().on("GET /tasks/b/stream", api.error(404, "not_found", "no such route"));
      expect((await examine()).report.api.streams).toBe(null);
    });
  });

  it("ends with a sentence: that all is well, or the one thing to do", async () => {
    const last = async () => (await ask("doctor")).stdout.trimEnd().split("\n").at(-1);
    expect(await last()).toBe(`All is well: runs get through to ${api.url}.`);
    api.on("GET /sessions", api.error(401, "unauthorized", "no such key"));
    expect(await last()).toBe("To do: set INFSH_API_KEY to another key.");
    chmodSync(mkdirs(join(home.dir, "state")), 0o755);
    api.on("GET /sessions", api.ok([]));
    expect(await last()).toBe(
      `To do: chmod go-rwx ${join(home.dir, "state")}, which is open to other users.`,
    );
  });

  it("is an aligned page", async () => {
    const { stdout } = await ask("doctor");
    const starts = stdout
      .split("\n\n")[0]!
      .split("\n")
      .map((line) => /^(. {2}[\w ]+? {2,})\S/.exec(line)?.[1]?.length);
    expect(new Set(starts).size).toBe(1);
  });

  it("tells a local server that goes on from one that ends with the command", async () => {
    const local = () => belt(["doctor", "--local"], { home });
    const alone = await local();
    expect([alone.code, alone.stdout]).toEqual([
      0,
      expect.stringMatching(/^· {2}api +http.* {2}from local server, of this command alone\n/m),
    ]);
    expect(alone.stdout).toMatch(/\nAll is well: no belt dev is running, so each command starts a server/);
    const server = await spawnDev(home, ["--port", "0"]);
    const { stdout } = await local().finally(() => server.child.kill("SIGTERM"));
    expect(stdout).toContain(`\n\nAll is well: runs get through to ${server.url}.\n`);
    await server.child;
  });
});

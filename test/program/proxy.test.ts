import { afterEach, describe, expect, it } from "vitest";
import { belt } from "../support/belt.ts";
import { ForwardProxy } from "../support/proxy.ts";
import { json, ndjson, ScriptedApi } from "../support/scripted-api.ts";
import { api, home, KEY, setStage } from "../support/stage.ts";

let proxy: ForwardProxy;

setStage({ words: true }, async () => {
  proxy = await new ForwardProxy().listen();
  api
    .offer("POST /run", api.ok(api.task("queued")))
    .offer("GET /tasks/task_1/stream", ndjson([api.task("completed", { output: { text: "done" } })]))
    .offer("GET /tasks/task_1", api.ok(api.task("completed", { output: { text: "done" } })))
    .offer("GET /sessions", api.ok([]));
});

afterEach(async () => {
  await proxy.close();
});

function run(env: Record<string, string>) {
  return belt(["run", "infsh/echo"], { home, env: { INFSH_API_KEY: KEY, BELT_API_URL: api.url, ...env } });
}

function host(): string {
  return new URL(api.url).host;
}

describe("a run through a forward proxy", () => {
  it.each(["HTTP_PROXY", "http_proxy"])("goes through that of %s, and works", async (name) => {
    expect(await run({ [name]: proxy.url })).toMatchObject({ code: 0, stdout: "done\n" });
    expect(new Set(proxy.tunnels)).toEqual(new Set([host()]));
    expect(api.requests[0]!.headers.authorization).toBe(`Bearer ${KEY}`);
  });

  it("gives the proxy its password, and the password to nobody else", async () => {
    const url = proxy.url.replace("://", "://ada:hunter%32@");
    api.on("POST /tasks/list", api.ok({ items: [] }));
    const { code, stdout, stderr } = await belt(["doctor", "-v", "--json"], {
      home,
      env: { INFSH_API_KEY: KEY, BELT_API_URL: api.url, HTTP_PROXY: url },
    });
    expect(JSON.parse(stdout).proxy).toEqual({ url: proxy.url, from: "HTTP_PROXY" });
    expect(code).toBe(0);
    expect(`${stdout}${stderr}`).not.toMatch(/hunter/);
    expect(proxy.credentials[0]).toBe(`Basic ${Buffer.from("ada:hunter2").toString("base64")}`);
  });

  it.each([
    ["an empty variable", { HTTP_PROXY: "" }],
    ["the other scheme's", { HTTPS_PROXY: "PROXY" }],
    ["NO_PROXY with the host", { HTTP_PROXY: "PROXY", NO_PROXY: "127.0.0.1" }],
    ["no_proxy among others, with the port", { HTTP_PROXY: "PROXY", no_proxy: "a.example, HOST" }],
    ["NO_PROXY=*", { HTTP_PROXY: "PROXY", NO_PROXY: "*" }],
  ])("is not asked for: %s", async (_name, variables) => {
    const env = Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [
        name,
        value.replace("PROXY", proxy.url).replace("HOST", host()),
      ]),
    );
    expect(await run(env)).toMatchObject({ code: 0 });
    expect(proxy.tunnels).toEqual([]);
  });

  it("is not bypassed for what NO_PROXY does not name", async () => {
    expect(await run({ HTTP_PROXY: proxy.url, NO_PROXY: "27.0.0.1,127.0.0.1:1" })).toMatchObject({ code: 0 });
    expect(proxy.tunnels.length).toBeGreaterThan(0);
  });

  it("is never used for the local server", async () => {
    const { code } = await belt(["session", "list", "--local"], { home, env: { HTTP_PROXY: proxy.url } });
    expect(code).toBe(0);
    expect(proxy.tunnels).toEqual([]);
  });

  it.each(["ftp://proxy.example", "http://", "not a proxy", "http://ada:hunter2@"])(
    "%j is exit 2, before any request",
    async (url) => {
      const { code, stderr } = await run({ HTTPS_PROXY: url });
      expect(code).toBe(2);
      expect(stderr).toContain("HTTPS_PROXY");
      expect(stderr).not.toContain("hunter2");
      expect(api.requests).toEqual([]);
    },
  );

  it("names the proxy when it is what fails, and may be tried again", async () => {
    const refusing = await new ForwardProxy(403).listen();
    const first = await run({ HTTP_PROXY: refusing.url });
    await refusing.close();
    const second = await run({ HTTP_PROXY: refusing.url });
    for (const { code, stderr } of [first, second]) {
      expect(code).toBe(6);
      expect(stderr).toContain(`through the proxy ${refusing.url}`);
      expect(stderr).not.toContain("may have started");
      expect(stderr).toContain("hint: check the proxy (HTTPS_PROXY, HTTP_PROXY) and the network");
    }
    expect(second.stderr).toContain("nothing answers there (connection refused)");
  });
});

describe("a redirect", () => {
  it("to another origin carries no key, and the same origin's does", async () => {
    const other = await new ScriptedApi().listen();
    other.on("GET /elsewhere", json(200, []));
    api
      .on("GET /sessions", json(302, {}, { location: "/moved" }))
      .on("GET /moved", json(302, {}, { location: `${other.url}/elsewhere` }));
    const env = { INFSH_API_KEY: KEY, BELT_API_URL: api.url };
    expect(await belt(["session", "list"], { home, env })).toMatchObject({ code: 0 });
    expect(api.requests.map(({ headers }) => headers.authorization)).toEqual([
      `Bearer ${KEY}`,
      `Bearer ${KEY}`,
    ]);
    expect(other.requests).toHaveLength(1);
    expect(other.requests[0]!.headers).not.toHaveProperty("authorization");
    expect(JSON.stringify(other.requests[0]!.headers)).not.toContain(KEY);
    await other.close();
  });
});

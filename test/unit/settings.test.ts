import { describe, expect, test } from "vitest";
import { resolveSettings } from "../../src/cli/settings.ts";
import { thrownBy } from "./thrown.ts";

const DEFAULT_URL = "https://api.inference.sh";

describe("base URL", () => {
  test.each([
    ["neither", {}, {}, DEFAULT_URL],
    ["the variable", {}, { BELT_API_URL: "https://env.example" }, "https://env.example"],
    ["an empty variable", {}, { BELT_API_URL: "" }, DEFAULT_URL],
    ["the flag", { apiUrl: "https://flag.example" }, {}, "https://flag.example"],
    [
      "the flag before the variable",
      { apiUrl: "https://flag.example" },
      { BELT_API_URL: "https://env.example" },
      "https://flag.example",
    ],
    [
      "the flag before a variable that is wrong",
      { apiUrl: "https://flag.example" },
      { BELT_API_URL: "nonsense" },
      "https://flag.example",
    ],
  ])("%s", (_name, flags, env, url) => {
    expect(resolveSettings(flags, env).baseUrl).toBe(url);
  });

  test.each([
    ["https://api.example/", "https://api.example"],
    ["https://api.example///", "https://api.example"],
    ["https://api.example/v2/", "https://api.example/v2"],
    ["HTTPS://API.Example:443", "https://api.example"],
    ["https://api.example:8443", "https://api.example:8443"],
    ["http://localhost:4117", "http://localhost:4117"],
    ["http://dev.localhost", "http://dev.localhost"],
    ["http://127.0.0.1:4117/", "http://127.0.0.1:4117"],
    ["http://127.8.9.10", "http://127.8.9.10"],
    ["http://[::1]:4117", "http://[::1]:4117"],
  ])("%s is taken as %s", (apiUrl, url) => {
    expect(resolveSettings({ apiUrl }, {}).baseUrl).toBe(url);
  });

  test.each([
    ["no scheme", "api.inference.sh"],
    ["no scheme, a port", "localhost:4117"],
    ["another scheme", "ftp://api.example"],
    ["a file", "file:///etc/passwd"],
    ["a script", "javascript:alert(1)"],
    ["nothing", ""],
    ["white space", " "],
    ["no host", "https://"],
    ["a name and password", "https://ada:secret@api.example"],
    ["a name", "https://ada@api.example"],
    ["http to another machine", "http://api.example"],
    ["http to a private address", "http://192.168.0.1"],
    ["http to every address", "http://0.0.0.0:4117"],
    ["http to a name that only looks local", "http://localhost.evil.example"],
    ["http to a name that begins like an address", "http://127.0.0.1.evil.example"],
    ["http to a local name's ending", "http://notlocalhost"],
    ["http to a mapped address", "http://[::ffff:8.8.8.8]"],
  ])("refused, from the flag and the variable, each named: %s", async (_name, url) => {
    const fromFlag = await thrownBy(() => resolveSettings({ apiUrl: url }, {}));
    expect(fromFlag.exitCode).toBe(2);
    expect(fromFlag.message).toContain("--api-url");
    if (url === "") return;
    const fromEnv = await thrownBy(() => resolveSettings({}, { BELT_API_URL: url }));
    expect(fromEnv.exitCode).toBe(2);
    expect(fromEnv.message).toContain("BELT_API_URL");
  });

  test.each(["https://api.example/?team=1", "https://api.example/#v2"])(
    "%s, to which no path can be added, is refused",
    async (apiUrl) => {
      expect((await thrownBy(() => resolveSettings({ apiUrl }, {}))).exitCode).toBe(2);
    },
  );

  test.each(["https://ada:hunter2@api.example", "ftp://ada:hunter2@api.example"])(
    "a password in %s is not repeated in the error",
    async (apiUrl) => {
      const { message, facts } = await thrownBy(() => resolveSettings({ apiUrl }, {}));
      expect(`${message} ${facts.hint}`).not.toContain("hunter2");
    },
  );
});

describe("key", () => {
  test.each([
    [{}, null],
    [{ INFSH_API_KEY: "a" }, "a"],
    [{ INFERENCE_API_KEY: "b" }, "b"],
    [{ INFSH_API_KEY: "a", INFERENCE_API_KEY: "b" }, "a"],
    [{ INFSH_API_KEY: "", INFERENCE_API_KEY: "b" }, "b"],
    [{ INFSH_API_KEY: "", INFERENCE_API_KEY: "" }, null],
  ])("%j gives %j", (env, key) => {
    expect(resolveSettings({}, env).key).toBe(key);
  });
});

describe("--local", () => {
  test.each([
    ["1", true],
    ["true", true],
    ["yes", true],
    ["0", false],
    ["false", false],
    ["FALSE", false],
    ["", false],
    [undefined, false],
  ])("BELT_LOCAL=%j is %s", (value, local) => {
    expect(resolveSettings({}, { BELT_LOCAL: value }).local).toBe(local);
  });

  test("the flag counts before the variable", () => {
    expect(resolveSettings({ local: true }, { BELT_LOCAL: "0" }).local).toBe(true);
  });

  test("takes no key and no address from elsewhere, not even a wrong one", () => {
    const env = { INFSH_API_KEY: "a", INFERENCE_API_KEY: "b", BELT_API_URL: "nonsense" };
    expect(resolveSettings({ local: true }, env)).toMatchObject({ local: true, baseUrl: null, key: null });
  });
});

test.each([
  [undefined, 30_000],
  [500, 500],
])("a request timeout of %j is %i ms", (given, ms) => {
  const flags = given === undefined ? {} : { requestTimeout: given };
  expect(resolveSettings(flags, {}).requestTimeout).toBe(ms);
});

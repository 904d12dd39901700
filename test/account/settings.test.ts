import { describe, expect, test } from "vitest";
import { describeKeySource } from "../../src/account/account.ts";
import type { GlobalFlags } from "../../src/account/flags.ts";
import { resolveSettings as resolveWith } from "../../src/account/settings.ts";
import type { Profile, ProfileBook } from "../../src/store/profiles.ts";
import { thrownBy } from "../support/thrown.ts";

const DEFAULT_URL = "https://api.inference.sh";

const resolve = (flags: GlobalFlags, env: Record<string, string | undefined>, book: ProfileBook) =>
  resolveWith(flags, env, () => book);

/** Where nobody has logged in. */
function resolveSettings(flags: GlobalFlags, env: Record<string, string | undefined>) {
  return resolve(flags, env, { current: null, profiles: [] });
}

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

const WORK: Profile = {
  name: "work",
  apiUrl: "https://work.example",
  key: "work-key",
  infra: "private",
  statusTable: "2025",
  insecure: false,
};
const HOME: Profile = {
  ...WORK,
  name: "home",
  apiUrl: DEFAULT_URL,
  key: "home-key",
  infra: null,
  statusTable: "auto",
};
const BARE: Profile = { ...WORK, name: "bare", apiUrl: "https://bare.example", key: null };
const LAN: Profile = { ...HOME, name: "lan", apiUrl: "http://10.0.0.5:80", insecure: true };
const BOOK = { current: "home", profiles: [WORK, HOME, BARE, LAN] };
const A = { INFSH_API_KEY: "a-key" };
const B = { INFERENCE_API_KEY: "b-key" };

/**
 * src/cli/README.md, "Whose key, and which API": the profile named, INFSH_API_KEY,
 * INFERENCE_API_KEY, the current profile; --local its own alone.
 */
describe("precedence, each with where it came from", () => {
  const PROFILE = { BELT_PROFILE: "work" };
  test.each<
    [string, GlobalFlags, Record<string, string>, string | null, string | null, string | null, string]
  >([
    [
      "--profile before all",
      { profile: "work" },
      { ...A, ...B, BELT_PROFILE: "home" },
      "work-key",
      "profile work (--profile)",
      "https://work.example",
      "profile work",
    ],
    [
      "BELT_PROFILE before the keys",
      {},
      { ...A, ...B, ...PROFILE },
      "work-key",
      "profile work (BELT_PROFILE)",
      "https://work.example",
      "profile work",
    ],
    ["INFSH_API_KEY before the other", {}, { ...A, ...B }, "a-key", "INFSH_API_KEY", DEFAULT_URL, "default"],
    [
      "INFERENCE_API_KEY before the current profile",
      {},
      B,
      "b-key",
      "INFERENCE_API_KEY",
      DEFAULT_URL,
      "default",
    ],
    [
      "an empty variable is none",
      {},
      { INFSH_API_KEY: "", ...B },
      "b-key",
      "INFERENCE_API_KEY",
      DEFAULT_URL,
      "default",
    ],
    [
      "a blank variable is none",
      {},
      { INFSH_API_KEY: " \n" },
      "home-key",
      "profile home (current)",
      DEFAULT_URL,
      "profile home",
    ],
    ["the current profile last", {}, {}, "home-key", "profile home (current)", DEFAULT_URL, "profile home"],
    ["--local alone", { local: true }, { ...A, ...B }, null, "local server", null, "local server"],
    [
      "--local with a profile",
      { local: true, profile: "work" },
      A,
      null,
      "local server",
      null,
      "local server",
    ],
    [
      "BELT_LOCAL with BELT_PROFILE",
      {},
      { BELT_LOCAL: "1", ...PROFILE, ...A },
      null,
      "local server",
      null,
      "local server",
    ],
    [
      "--profile before BELT_LOCAL",
      { profile: "work" },
      { BELT_LOCAL: "1" },
      "work-key",
      "profile work (--profile)",
      "https://work.example",
      "profile work",
    ],
    [
      "a named profile without a key",
      { profile: "bare" },
      A,
      "a-key",
      "INFSH_API_KEY",
      "https://bare.example",
      "profile bare",
    ],
    [
      "a named profile without a key, and no other",
      { profile: "bare" },
      {},
      null,
      null,
      "https://bare.example",
      "profile bare",
    ],
    [
      "--api-url with a profile's key",
      { apiUrl: "https://flag.example" },
      {},
      "home-key",
      "profile home (current)",
      "https://flag.example",
      "--api-url",
    ],
    [
      "--profile before BELT_API_URL",
      { profile: "work" },
      { BELT_API_URL: "https://env.example" },
      "work-key",
      "profile work (--profile)",
      "https://work.example",
      "profile work",
    ],
    [
      "BELT_API_URL with a key of the environment",
      {},
      { ...A, BELT_API_URL: "https://env.example" },
      "a-key",
      "INFSH_API_KEY",
      "https://env.example",
      "BELT_API_URL",
    ],
    [
      "BELT_API_URL in the same place",
      {},
      { BELT_API_URL: `${DEFAULT_URL}/v2` },
      "home-key",
      "profile home (current)",
      `${DEFAULT_URL}/v2`,
      "BELT_API_URL",
    ],
  ])("%s", (_name, flags, env, key, keyFrom, baseUrl, baseUrlFrom) => {
    const account = resolve(flags, env, BOOK);
    expect(account).toMatchObject({ key, baseUrl, baseUrlFrom });
    expect(describeKeySource(account.keyFrom)).toBe(keyFrom);
  });

  test.each([
    [{}, {}, "home", "current"],
    [{}, { BELT_PROFILE: "work" }, "work", "BELT_PROFILE"],
    [{ profile: "lan" }, { BELT_PROFILE: "work" }, "lan", "--profile"],
    [{}, A, null, null],
  ])("%j and %j: profile %s, %s", (flags, env, profile, profileFrom) => {
    expect(resolve(flags, env, BOOK)).toMatchObject({ profile, profileFrom });
  });

  test("a profile counts as a whole", () => {
    expect(resolve({ profile: "work" }, {}, BOOK)).toMatchObject({ infra: "private", statusTable: "2025" });
    const overridden = resolve({}, A, { ...BOOK, current: "work" });
    expect(overridden).toMatchObject({ infra: null, statusTable: null, baseUrl: DEFAULT_URL });
  });

  test.each([
    [{}, A, "home", "home"],
    [{}, A, "bare", null],
    [{}, A, null, null],
    [{}, {}, "home", null],
    [{ profile: "work" }, A, "home", null],
    [{ local: true }, A, "home", null],
  ])("%j and %j over %s: overridden is %s", (flags, env, current, overridden) => {
    expect(resolve(flags, env, { ...BOOK, current }).overridden).toBe(overridden);
  });

  test.each([
    [{}, {}],
    [{}, { BELT_PROFILE: "work" }],
  ])("a profile's key does not go to a BELT_API_URL of another place: %j %j", async (flags, env) => {
    const error = await thrownBy(() =>
      resolve(flags, { ...env, BELT_API_URL: "https://evil.example" }, BOOK),
    );
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain("BELT_API_URL");
    expect(error.message).not.toContain("-key");
  });

  test.each([{ profile: "wrok" }, { profile: "wrok", local: true }])("%j is exit 2", async (flags) => {
    const error = await thrownBy(() => resolve(flags, {}, BOOK));
    expect(error.exitCode).toBe(2);
    expect(error.facts.hint).toContain('did you mean "work"');
  });
});

describe("plain http to another machine", () => {
  test("is for the place that an insecure profile names, and no other", async () => {
    expect(resolve({ profile: "lan" }, {}, BOOK).baseUrl).toBe("http://10.0.0.5");
    const elsewhere = { profile: "lan", apiUrl: "http://10.0.0.6" };
    expect((await thrownBy(() => resolve(elsewhere, {}, BOOK))).exitCode).toBe(2);
  });

  test("is refused to a profile that does not say so", async () => {
    const book = { current: "lan", profiles: [{ ...LAN, insecure: false }] };
    expect((await thrownBy(() => resolve({}, {}, book))).exitCode).toBe(2);
  });
});

test.each(["two words", "line\nbreak", "ключ"])("%j is no key, and is not repeated", async (key) => {
  const { message, exitCode } = await thrownBy(() => resolveSettings({}, { INFSH_API_KEY: key }));
  expect(exitCode).toBe(2);
  expect(message).toContain("INFSH_API_KEY");
  expect(message).not.toContain(key);
});

import { describe, expect, test } from "vitest";
import { readProxies, withoutProxy } from "../../src/account/proxy.ts";
import { thrownBy } from "../support/thrown.ts";

const API = "https://api.example";
const PROXY = "http://proxy.example:3128";

function choose(env: Record<string, string>, url = API): string | null {
  const proxy = readProxies(env)(new URL(url));
  return proxy && `${proxy.from} ${proxy.url.href}`;
}

test.each([
  [{}, "127.0.0.1,localhost", "127.0.0.1,localhost"],
  [{ NO_PROXY: "a,b" }, "a,b,127.0.0.1,localhost", "a,b,127.0.0.1,localhost"],
  [{ no_proxy: "a b", NO_PROXY: " " }, "a b,127.0.0.1,localhost", "a b,127.0.0.1,localhost"],
  [{ no_proxy: "a", NO_PROXY: "b" }, "b,127.0.0.1,localhost", "a,127.0.0.1,localhost"],
  [{ NO_PROXY: "*" }, "*", "*"],
])("%j keeps what is there where this machine is added for other programs", (env, NO_PROXY, no_proxy) => {
  expect(withoutProxy(env)).toEqual({ NO_PROXY, no_proxy });
});

describe("which proxy", () => {
  test.each([
    [{}, API, null],
    [{ HTTPS_PROXY: PROXY }, API, "HTTPS_PROXY http://proxy.example:3128/"],
    [{ https_proxy: PROXY }, API, "https_proxy http://proxy.example:3128/"],
    [{ https_proxy: PROXY, HTTPS_PROXY: "http://other" }, API, "https_proxy http://proxy.example:3128/"],
    [{ https_proxy: "", HTTPS_PROXY: PROXY }, API, "HTTPS_PROXY http://proxy.example:3128/"],
    [{ HTTPS_PROXY: " " }, API, null],
    [{ HTTP_PROXY: PROXY }, API, null],
    [{ HTTP_PROXY: PROXY }, "http://lan.example", "HTTP_PROXY http://proxy.example:3128/"],
    [{ HTTPS_PROXY: "proxy.example:3128" }, API, "HTTPS_PROXY http://proxy.example:3128/"],
    [{ HTTPS_PROXY: "https://proxy.example" }, API, "HTTPS_PROXY https://proxy.example/"],
    [{ HTTP_PROXY: PROXY }, "http://127.0.0.1:4117", null],
    [{ HTTP_PROXY: PROXY }, "http://localhost", null],
    [{ HTTP_PROXY: "http://[::1]:8080" }, "http://localhost", "HTTP_PROXY http://[::1]:8080/"],
  ])("%j to %s: %s", (env, url, proxy) => {
    expect(choose(env, url)).toBe(proxy);
  });

  test.each([
    ["*", true],
    ["api.example", true],
    ["API.Example", true],
    ["example", true],
    [".example", true],
    ["*.example", true],
    ["a.example, api.example", true],
    ["a.example api.example", true],
    ["api.example:443", true],
    ["api.example:8443", false],
    ["pi.example", false],
    ["api.example.com", false],
    ["xapi.example", false],
    [",", false],
  ])("NO_PROXY=%s bypasses it: %s", (list, bypassed) => {
    expect(choose({ HTTPS_PROXY: PROXY, NO_PROXY: list }) === null).toBe(bypassed);
  });

  test("an IPv6 address may be written with brackets or without", () => {
    for (const list of ["::1", "[::1]", "[::1]:80"]) {
      expect(choose({ HTTP_PROXY: "http://[::1]:8080", NO_PROXY: list }, "http://[::1]/")).toBe(null);
    }
  });

  test.each([
    "socks5://proxy.example",
    "ftp://proxy.example",
    "http://",
    "a b",
    "http://ada:hunter2@",
    "http://p/path",
  ])("%j is a usage error that names the variable alone", async (value) => {
    const { exitCode, message, facts } = await thrownBy(() => readProxies({ http_proxy: value }));
    expect(exitCode).toBe(2);
    expect(message).toContain("http_proxy");
    expect(`${message}${facts.hint}`).not.toContain("hunter2");
  });
});

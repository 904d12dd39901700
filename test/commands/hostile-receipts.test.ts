import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { put, receiptIn, sentBody, withReceipt } from "../support/receipt-scene.ts";
import { lastError, patientScene as scene } from "../support/scene.ts";

// biome-ignore lint/suspicious/noExplicitAny: somebody may have written anything
type Hostile = [name: string, change: (receipt: any) => void, message: string];

const HOSTILE: Hostile[] = [
  ["a webhook", (r) => (r.webhook = "https://evil.test"), "it holds webhook"],
  ["a worker within", (r) => (r.sent.workers = ["w"]), "it holds sent.workers"],
  ["a session", (r) => (r.session = "s1"), "it holds session"],
  ["a path out of the folder", (r) => (r.files.in[0].path = "../cat.png"), "../cat.png is not below"],
  ["one with backslashes", (r) => (r.files.in[0].path = "..\\cat.png"), "is not below"],
  ["one through a folder", (r) => (r.files.in[0].path = "out/../../cat.png"), "is not below"],
  ["an absolute path", (r) => (r.files.in[0].path = "/etc/passwd"), "/etc/passwd is not below"],
  ["an absolute path of Windows", (r) => (r.files.in[0].path = "C:\\cat.png"), "is not below"],
  ["standard input", (r) => (r.files.in[0].path = "-"), "is not below"],
  ["the folder itself", (r) => (r.files.in[0].path = "."), "is not below"],
  ["a folder", (r) => (r.files.in[0].path = "out"), "it is a folder"],
  ["a secret file", (r) => (r.files.in[0].path = ".env"), "a .env file holds secrets"],
  ["a path with an escape", (r) => (r.files.in[0].path = "a\u001b[2Jb"), "files.in.0.path"],
  ["a name with an escape", (r) => (r.files.in[0].name = "\u001b]0;x\u0007"), "files.in.0.name"],
  ["an app with an escape", (r) => (r.app = "infsh/\u001b[31mpaint"), "app must match"],
  ["an app that is a path", (r) => (r.app = "../../billing"), "app must match"],
  ["a version that is a path", (r) => (r.version.short_id = "../x"), "version.short_id"],
  ["a file at no place", (r) => (r.files.in[0].field = ["input", "nothing"]), "is damaged"],
  ["a file at a prototype", (r) => (r.files.in[0].field = ["input", "__proto__", "x"]), "is damaged"],
  ["a hash that is none", (r) => (r.files.in[0].sha256 = "x"), "files.in.0.sha256"],
  ["a secret at no place", (r) => (r.redacted = ["input.nothing"]), "input.nothing was left out"],
  ["a secret at a prototype", (r) => (r.redacted = ["input.__proto__.x"]), "is damaged"],
  ["a secret that is kept", (r) => (r.redacted = ["input.prompt"]), "input.prompt was left out"],
  ["a secret with an escape", (r) => (r.redacted = ["input.\u001b[2J"]), "was left out"],
  ["no input", (r) => delete r.given, "'given'"],
  ["a newer schema", (r) => (r.schema = 2), "newer belt"],
  ["another schema", (r) => (r.schema = "1"), "schema must be"],
];

describe.concurrent("a receipt that somebody made", () => {
  test.for(HOSTILE)("with %s: nothing leaves, nothing is written", async ([_name, change, message]) => {
    await scene(async (one) => {
      await withReceipt(one, change);
      put(one, ".env", "a cat");
      const before = readdirSync(one.home.dir, { recursive: true }).sort();
      const { code, stderr } = await one.belt("rerun", "r.json", "--yes", "--save", "new", "--json");
      expect(lastError(stderr).message).toContain(message);
      expect(code).toBe(2);
      expect(stderr).not.toMatch(/[\u001b\u0007]/);
      expect(one.api.requests).toEqual([]);
      expect(readdirSync(one.home.dir, { recursive: true }).sort()).toEqual(before);
    })();
  });

  test.for([
    ["100 MB", "x".repeat(100_000_000), "larger than 16 MB"],
    ["no JSON", "{", "not a JSON object"],
    ["a list", "[]", "not a JSON object"],
    ["nothing", "", "not a JSON object"],
  ])("of %s is refused", async ([_name, text = "", message]) => {
    await scene(async (one) => {
      put(one, "r.json", text);
      const { code, stderr } = await one.belt("rerun", "r.json", "--yes", "--json");
      expect([code, lastError(stderr).message]).toEqual([2, expect.stringContaining(message!)]);
    })();
  });

  test(
    "nested without end is refused",
    scene(async (one) => {
      await withReceipt(one);
      const deep = `${'{"a":'.repeat(200_000)}1${"}".repeat(200_000)}`;
      put(
        one,
        "r.json",
        JSON.stringify({ ...receiptIn(one), given: 0 }).replace(
          '"given":0',
          `"given":{"input":${deep},"setup":null}`,
        ),
      );
      const { code, stderr } = await one.belt("rerun", "r.json", "--yes", "--json");
      expect([code, lastError(stderr).message]).toEqual([2, expect.stringContaining("4000 levels")]);
    }),
  );

  test(
    "that hides what it left out has its mark sent, and nothing of what is typed shown",
    scene(async (one) => {
      await withReceipt(one, (receipt) => (receipt.given.input["code"] = "<redacted>"));
      expect((await one.belt("rerun", "r.json", "--yes")).code).toBe(0);
      expect(sentBody(one)?.input["code"]).toBe("<redacted>");
      const { stderr } = await one.belt("rerun", "r.json", "--yes", "-i", "code=five");
      expect(stderr).toContain("differs: code is another");
      expect(stderr).not.toContain("five");
    }),
  );

  test(
    "of another API runs on the account in force, and says so",
    scene(async (one) => {
      await withReceipt(one, (receipt) => (receipt.api = "http://127.0.0.1:1"));
      const { code, stderr } = await one.belt("rerun", "r.json", "--yes");
      expect(code).toBe(0);
      expect(stderr).toContain("it ran on http://127.0.0.1:1, and runs on");
      expect(one.api.count("POST /run")).toBe(1);
    }),
  );

  test(
    "keys in its texts stay texts",
    scene(async (one) => {
      await withReceipt(one, (receipt) => (receipt.given.input["prompt"] = "@/etc/passwd"));
      await one.belt("rerun", "r.json", "--yes");
      expect(sentBody(one)?.input["prompt"]).toBe("@/etc/passwd");
    }),
  );
});

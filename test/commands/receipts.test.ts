import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Receipt } from "../../src/commands/run/receipt-document.ts";
import { isSecretName } from "../../src/commands/run/redact-input.ts";
import type { StatusWord } from "../../src/wire/status.ts";
import { lastError, type Scene, type SceneOptions, scene as shortScene } from "../support/scene.ts";
import { ndjson, type ScriptedApi } from "../support/scripted-api.ts";

/** Many tests at once: what is late here is the machine, not the API. */
const PATIENT = { giveUp: 20_000, finalRead: 10_000, estimate: 10_000, silence: 10_000, newTask: 10_000 };

const scene = (test: (one: Scene) => Promise<void>, options: SceneOptions = {}) =>
  shortScene(test, { ...options, policy: PATIENT });

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

const APP = {
  id: "app_1",
  version: {
    id: "ver_long_1",
    short_id: "v1",
    input_schema: {
      type: "object",
      properties: {
        prompt: { type: "string" },
        seed: { type: "integer" },
        image: { type: "string", format: "file" },
        code: { type: "string", format: "password" },
        pin: { type: "integer", writeOnly: true },
        hf_api_token: { type: "string" },
        max_tokens: { type: "integer" },
        apiKey: { type: "string" },
        nested: { type: "object", properties: {}, additionalProperties: true },
        list: { type: "array", items: { type: "object", additionalProperties: true } },
      },
    },
    setup_schema: { type: "object", properties: { db_password: { type: "string" } } },
  },
};

/** An app whose output is one file with these bytes. */
function serve(
  api: ScriptedApi,
  {
    bytes = "pixels",
    task = {},
    version = "ver_long_1" as string | null,
    status = "completed" as StatusWord,
  } = {},
): void {
  const told = version === null ? {} : { app_version_id: version };
  const done = api.task(status, {
    app: "infsh/paint",
    output: { image: { uri: `${api.url}/out.png`, content_type: "image/png" }, seed: 7 },
    ...told,
    ...task,
  });
  api
    .on("GET /apps/infsh/paint", api.ok(APP))
    .on("POST /store/apps/app_1/estimate", api.ok({ confidence: "exact", microcents: 1_000_000 }))
    .on("POST /files", api.ok([{ upload_url: `${api.url}/put`, uri: "https://cdn.test/in.png?sig=abc" }]))
    .on("PUT /put", api.ok(null))
    .on("POST /run", api.ok(api.task("queued", { ...told, ...task })))
    .on("GET /tasks/task_1", api.ok(done))
    .on("GET /tasks/task_1/stream", ndjson([done]))
    .on("POST /tasks/task_1/cancel", api.ok({ id: "task_1", cancelled: true }))
    .on("GET /out.png", (_request, response) => void response.end(bytes));
}

const RUN = ["run", "infsh/paint", "--save", "out", "--receipt", "--json"];
const RECEIPT = "out/image.png.belt.json";

function receiptIn({ home }: Scene, name = RECEIPT): Receipt {
  return JSON.parse(readFileSync(join(home.dir, name), "utf8"));
}

function put({ home }: Scene, name: string, content: string): void {
  writeFileSync(join(home.dir, name), content);
}

/** A receipt as belt wrote it, of a run with a file, changed. */
async function withReceipt(
  one: Scene,
  change: (receipt: Receipt & Record<string, unknown>) => void = () => {},
) {
  serve(one.api);
  put(one, "cat.png", "a cat");
  const { code, stderr } = await one.belt(...RUN, "-i", "image=@cat.png", "-i", "seed=7", "-i", "prompt=fog");
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const receipt = receiptIn(one) as Receipt & Record<string, unknown>;
  change(receipt);
  put(one, "r.json", JSON.stringify(receipt));
  one.api.requests.length = 0;
}

const sentBody = ({ api }: Scene) =>
  api.requests.findLast(({ method, url }) => method === "POST" && url.startsWith("/run"))?.body as
    | { app: string; input: Record<string, unknown>; setup?: unknown; webhook?: unknown; workers?: unknown }
    | undefined;

describe.concurrent("run --receipt", () => {
  test(
    "names version, input and files, each with its hash",
    scene(async (one) => {
      serve(one.api);
      put(one, "cat.png", "a cat");
      const { code, stdout } = await one.belt(
        ...RUN,
        "-i",
        "image=@cat.png",
        "-i",
        "seed=12345678901234567890",
      );
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ saved: ["out/image.png"], receipt: RECEIPT });
      expect(readFileSync(join(one.home.dir, RECEIPT), "utf8")).toContain('"seed": 12345678901234567890');
      expect(receiptIn(one)).toMatchObject({
        schema: 1,
        api: one.api.url,
        task_id: "task_1",
        app: "infsh/paint",
        version: { id: "ver_long_1", short_id: "v1" },
        given: { input: { image: "@cat.png" }, setup: null },
        sent: { input: { image: "https://cdn.test/in.png" } },
        redacted: [],
        status: "completed",
        estimate: { confidence: "exact", max_usd: "0.01" },
        files: {
          in: [{ field: ["input", "image"], path: "cat.png", size: 5, sha256: sha256("a cat") }],
          out: [{ field: ["image"], name: "image.png", size: 6, sha256: sha256("pixels") }],
        },
      });
    }),
  );

  test(
    "holds no canary: of variables, keys, profiles, secret fields, webhooks, folders",
    scene(
      async (one) => {
        serve(one.api);
        const folder = join(one.home.dir, "canary-folder");
        mkdirSync(folder);
        writeFileSync(join(folder, "cat.png"), "a cat");
        const secrets = [
          "code",
          "hf_api_token",
          "apiKey",
          "nested.a.client_secret",
          "nested.token.0",
          "list[].password",
        ];
        const specs = secrets.flatMap((key) => ["-i", `${key}=canary-${key}`]);
        const { code } = await one.belt(
          ...RUN,
          ...specs,
          ...["-i", "pin=31337", "-i", "max_tokens=512", "--setup", "db_password=canary-setup"],
          ...["-i", `image=@${folder}/cat.png`, "--worker", "canary-worker"],
          ...["--webhook", "https://canary.test/hook"],
          ...["-i", "prompt=inf_canary_key"],
        );
        expect(code).toBe(0);
        const kept = [RECEIPT, "state/journal.ndjson"].map((name) =>
          readFileSync(join(one.home.dir, name), "utf8"),
        );
        expect(kept.filter((text) => /canary|31337/.test(text))).toEqual([]);
        const receipt = receiptIn(one);
        expect(receipt.given.input).toMatchObject({ max_tokens: 512, image: "@cat.png", pin: "<redacted>" });
        expect(receipt.files.in).toMatchObject([{ name: "cat.png", path: null }]);
        expect(receipt.redacted).toEqual([
          ...["input.code", "input.hf_api_token", "input.apiKey", "input.nested.a.client_secret"],
          ...["input.nested.token.0", "input.list.0.password", "input.pin", "setup.db_password"],
        ]);
      },
      { env: { INFSH_API_KEY: "inf_canary_key", INFERENCE_API_KEY: "canary-other", CANARY: "canary-env" } },
    ),
  );

  test(
    "a version that nobody tells is null, and said; nothing saved and sessions have no receipt",
    scene(async (one) => {
      serve(one.api, { version: null });
      const { stderr } = await one.belt(...RUN);
      expect(stderr).toContain("does not tell which version ran");
      expect(receiptIn(one).version).toEqual({ id: null, short_id: null });
      const taken = readdirSync(join(one.home.dir, "out"));
      serve(one.api, { task: { session_id: "s1" } });
      one.api.on("GET /sessions/s1", one.api.ok({ id: "s1", status: "ended" }));
      const inSession = await one.belt(...RUN, "--session", "new");
      expect(inSession.code).toBe(0);
      expect(inSession.stderr).toContain("cannot be repeated");
      serve(one.api, { task: { output: { n: 1 } } });
      expect((await one.belt(...RUN)).stderr).toContain("there is no receipt: no file was saved");
      expect(readdirSync(join(one.home.dir, "out")).sort()).toEqual([...taken, "image-1.png"].sort());
      expect((await one.belt("run", "infsh/paint", "--receipt")).code).toBe(2);
    }),
  );
});

describe.concurrent("rerun", () => {
  test(
    "sends the same to the same version, with what is given over it",
    scene(async (one) => {
      await withReceipt(one);
      const same = await one.belt("rerun", "./r.json", "--yes", "--expect-same");
      expect(same).toMatchObject({ code: 0 });
      expect(sentBody(one)).toEqual({
        app: "infsh/paint@v1",
        input: { image: "https://cdn.test/in.png?sig=abc", seed: 7, prompt: "fog" },
      });
      const other = await one.belt(
        "rerun",
        "r.json",
        "-i",
        "image=https://x.test/y.png",
        "-i",
        "seed=8",
        "--latest",
      );
      expect(other.code).toBe(0);
      expect(other.stderr).toContain("differs: seed is 8, was 7");
      expect(sentBody(one)).toEqual({
        app: "infsh/paint",
        input: { image: "https://x.test/y.png", seed: 8, prompt: "fog" },
      });
    }),
  );

  test(
    "takes what is typed for what it was where no schema is known",
    scene(async (one) => {
      await withReceipt(one);
      one.api.on(
        "GET /apps/infsh/paint",
        one.api.ok({ id: "app_1", version: { id: "ver_2", short_id: "v2" } }),
      );
      await one.belt("rerun", "r.json", "--yes", "-i", "seed=8", "-i", "prompt=9");
      expect(sentBody(one)?.input).toMatchObject({ seed: 8, prompt: "9" });
    }),
  );

  test(
    "a file is asked for, must be there and must be what it was",
    scene(async (one) => {
      await withReceipt(one);
      const unasked = await one.belt("rerun", "r.json", "--json");
      expect(unasked.code).toBe(2);
      expect(lastError(unasked.stderr)).toMatchObject({ hint: expect.stringContaining("--yes") });
      expect(lastError(unasked.stderr).message).toContain("cat.png");
      put(one, "cat.png", "a bat");
      const flipped = await one.belt("rerun", "r.json", "--yes", "--json");
      expect(flipped.code).toBe(2);
      expect(lastError(flipped.stderr).message).toContain("cat.png is not the file that was uploaded");
      expect(lastError(flipped.stderr).hint).toContain("-i image=@<path>");
      rmSync(join(one.home.dir, "cat.png"));
      const missing = await one.belt("rerun", "r.json", "--yes", "--json", "--dry-run");
      expect(missing.code).toBe(2);
      expect(lastError(missing.stderr).message).toContain("cat.png: there is no such file");
      expect(one.api.requests).toEqual([]);
      put(one, "dog.png", "a dog");
      expect((await one.belt("rerun", "r.json", "-i", "image=@dog.png")).code).toBe(0);
    }),
  );

  test(
    "what was redacted must be given again",
    scene(async (one) => {
      serve(one.api);
      await one.belt(
        ...RUN,
        "-i",
        "hf_api_token=one",
        "-i",
        "nested.a\\.b.secret=two",
        "--setup",
        "db_password=three",
      );
      one.api.requests.length = 0;
      const { code, stderr } = await one.belt("rerun", RECEIPT, "--json");
      expect(code).toBe(2);
      expect(lastError(stderr).hint).toBe(
        "add -i hf_api_token=… -i nested.a\\.b.secret=… --setup db_password=…",
      );
      expect(one.api.requests).toEqual([]);
      const given = [
        "-i",
        "hf_api_token=one",
        "-i",
        "nested.a\\.b.secret=two",
        "--setup",
        "db_password=three",
      ];
      const again = await one.belt("rerun", RECEIPT, ...given);
      expect(again.code).toBe(0);
      expect(sentBody(one)).toMatchObject({
        input: { hf_api_token: "one", nested: { "a.b": { secret: "two" } } },
        setup: { db_password: "three" },
      });
      expect(again.stderr).not.toMatch(/one|two|three/);
    }),
  );

  test(
    "another version than the one asked for is cancelled and refused; one that is gone is refused",
    scene(async (one) => {
      await withReceipt(one);
      serve(one.api, { version: "ver_long_2" });
      one.api.on(
        "GET /tasks/task_1",
        one.api.ok(one.api.task("running")),
        one.api.ok(one.api.task("cancelled")),
      );
      const other = await one.belt("rerun", "r.json", "--yes", "--json");
      expect(other.code).toBe(5);
      expect(one.api.count("POST /tasks/task_1/cancel")).toBe(1);
      expect(lastError(other.stderr).message).toContain(
        "ver_long_2 of infsh/paint was started, not ver_long_1",
      );
      expect(lastError(other.stderr).message).toContain("was cancelled");
      expect(lastError(other.stderr).hint).toContain("rerun r.json --latest");
      one.api.on("POST /run", one.api.error(404, "not_found", "no such version"));
      one.api.on("POST /apps/list", one.api.ok({ items: [] }));
      const gone = await one.belt("rerun", "r.json", "--yes", "--json");
      expect(gone.code).toBe(5);
      expect(lastError(gone.stderr).hint).toContain("rerun r.json --latest");
    }),
  );

  test(
    "a cancel that fails is told as a task that may still be running",
    scene(async (one) => {
      await withReceipt(one);
      serve(one.api, { version: "ver_long_2" });
      one.api.on("GET /tasks/task_1", one.api.ok(one.api.task("running")));
      one.api.on("POST /tasks/task_1/cancel", one.api.error(403, "forbidden", "no"));
      const { code, stderr } = await one.belt("rerun", "r.json", "--yes", "--json");
      expect(code).toBe(8);
      expect(lastError(stderr)).toMatchObject({ task_id: "task_1", retryable: false });
      expect(lastError(stderr).message).toContain("may still be running");
    }),
  );

  test.for([
    ["other bytes", { bytes: "pixelz" }, "image has SHA-256"],
    ["another value", { task: { output: { image: { uri: "/out.png" }, seed: 8 } } }, "the values beside"],
    ["no file", { task: { output: { seed: 7 } } }, "image is gone"],
  ] as const)("--expect-same is exit 1 for %s, saved or not", async ([_name, served, message]) => {
    await scene(async (one) => {
      await withReceipt(one);
      const task: Record<string, unknown> = "task" in served ? structuredClone(served.task) : {};
      const image = (task["output"] as { image?: { uri: string } })?.image;
      if (image) image.uri = one.api.url + image.uri;
      serve(one.api, { ...served, task });
      for (const more of [[], ["--save", "again"]]) {
        const { code, stderr } = await one.belt(
          "rerun",
          "r.json",
          "--yes",
          "--expect-same",
          "--json",
          ...more,
        );
        expect(code).toBe(1);
        expect(lastError(stderr).message).toContain(message);
      }
    })();
  });

  test(
    "a task's id takes what the API recorded, and says what it does not tell",
    scene(async (one) => {
      serve(one.api, {
        task: { input: { seed: 7, prompt: "fog" }, function: "run", setup: { db_password: "x" } },
      });
      const { code, stderr } = await one.belt("rerun", "task_1", "--expect-same", "--dry-run");
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stderr).toContain("does not tell of task task_1: variant, infra");
      expect((await one.belt("rerun", "task_1", "--expect-same")).code).toBe(0);
      expect(sentBody(one)).toEqual({
        app: "infsh/paint@v1",
        input: { seed: 7, prompt: "fog" },
        function: "run",
        setup: { db_password: "x" },
      });
      expect((await one.belt("rerun", "@last", "--dry-run")).code).toBe(0);
      serve(one.api, { task: { input: {}, session_id: "s1" } });
      expect((await one.belt("rerun", "task_1")).stderr).toContain("ran in a session");
      serve(one.api, { task: { input: { seed: 7 } }, status: "failed" });
      expect((await one.belt("rerun", "task_1", "--expect-same")).code).toBe(2);
    }),
  );

  test(
    "a cap holds here, too",
    scene(async (one) => {
      await withReceipt(one);
      expect((await one.belt("rerun", "r.json", "--yes", "--max-cost", "0.001")).code).toBe(7);
      expect(one.api.count("POST /run") + one.api.count("POST /files")).toBe(0);
    }),
  );
});

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

describe("secret names", () => {
  const secret = [
    "password",
    "db_password",
    "hf_api_token",
    "token",
    "API_KEY",
    "apiKey",
    "openai-api-key",
    "clientSecret",
    "x.secret",
    "HFToken",
  ];
  const plain = [
    "max_tokens",
    "tokens",
    "token_count",
    "secretary",
    "passwords",
    "key",
    "tokenizer",
    "api_key_id",
    "broken",
  ];
  test.each(secret)("%s is secret", (name) => expect(isSecretName(name)).toBe(true));
  test.each(plain)("%s is not", (name) => expect(isSecretName(name)).toBe(false));
});

import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { belt, Home } from "../support/belt.ts";
import { json, ScriptedApi, silence } from "../support/scripted-api.ts";

const KEY = "inf_secret_canary_1234";
const RUN = "POST /run";

const INPUT_SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  required: ["prompt"],
  properties: {
    prompt: { type: "string", minLength: 1, description: "What to paint" },
    steps: { type: "integer", minimum: 1, maximum: 50 },
    scale: { type: "number" },
    hd: { type: "boolean" },
    style: { type: "string", enum: ["plain", "upper"] },
    level: { enum: [1, 2, 3] },
    tags: { type: "array", items: { type: "string" } },
    sizes: { type: "array", items: { type: "integer" } },
    photo: { type: "string", format: "file" },
    photos: { type: "array", items: { type: "string", format: "file" } },
    seed: { anyOf: [{ type: "integer" }, { type: "null" }] },
    either: { anyOf: [{ type: "number" }, { type: "string" }] },
    size: { $ref: "#/$defs/Size" },
    extra: { type: "object", additionalProperties: { type: "integer" } },
  },
  $defs: { Size: { type: "object", properties: { w: { type: "integer" }, h: { type: "integer" } } } },
};

let home: Home;
let api: ScriptedApi;

beforeEach(async () => {
  home = new Home();
  api = await new ScriptedApi().listen();
  api.on(RUN, api.ok({ id: "task_1", status: "queued" }));
});

afterEach(async () => {
  await api.close();
  home.remove();
  expect(api.unexpected).toEqual([]);
});

function knowing(schema: unknown = INPUT_SCHEMA, version = "v1"): void {
  api.on("GET /apps/infsh/flux", api.ok(appOf(schema, version)));
}

function appOf(schema: unknown, version: string) {
  return {
    namespace: "infsh",
    name: "flux",
    version: { id: version, input_schema: schema, default_function: "run" },
  };
}

function run(argv: string[], stdin = "") {
  return belt(["run", "infsh/flux", "--no-wait", ...argv], {
    home,
    stdin,
    env: { INFSH_API_KEY: KEY, BELT_API_URL: api.url },
  });
}

function inputs(...specs: string[]) {
  return run(specs.flatMap((spec) => ["--input", spec]));
}

function sent() {
  return api.requests.filter(({ url }) => url.startsWith("/run")).map(({ body }) => body);
}

function accepting(uri = "https://files.example/a"): void {
  api.on("POST /files", (request, response) => {
    const { files } = request.body as { files: { filename: string }[] };
    const slots = files.map(({ filename }) => ({
      uri: `${uri}/${filename}`,
      upload_url: `${api.url}/put/${filename}?signed=1`,
    }));
    return api.ok(slots)(request, response);
  });
}

describe("every row of the grammar, with no schema known", () => {
  it.each([
    [["a=4"], { a: "4" }],
    [["a=x", "a=y"], { a: "y" }],
    [["a:=4"], { a: 4 }],
    [["a:=[1,null]"], { a: [1, null] }],
    [["a=@@x"], { a: "@x" }],
    [["a.b=1"], { a: { b: "1" } }],
    [["a.0=x"], { a: ["x"] }],
    [["tags[]=x", "tags[]=y"], { tags: ["x", "y"] }],
    [["a\\.b=1"], { "a.b": "1" }],
    [['{"a":1}', "b=2"], { a: 1, b: "2" }],
    [["@params.json", "n:=2"], { p: "json", n: 2 }],
    [["params.json"], { p: "json" }],
    [["@params.yaml"], { p: "yaml" }],
    [["@params.json", "@params.yaml"], { p: "yaml" }],
    [["a=params.json"], { a: "params.json" }],
  ])("%j", async (specs, input) => {
    writeFileSync(join(home.dir, "params.json"), '{"p":"json"}');
    writeFileSync(join(home.dir, "params.yaml"), "p: yaml\n");
    expect((await inputs(...specs)).code).toBe(0);
    expect(sent()).toEqual([{ app: "infsh/flux", input }]);
    expect((await run(specs.flatMap((spec) => ["--setup", spec]))).code).toBe(0);
    expect(sent()[1]).toEqual({ app: "infsh/flux", input: {}, setup: input });
  });

  it("@- is an object from standard input", async () => {
    expect((await run(["-i", "@-"], '{"a":1}')).code).toBe(0);
    expect(sent()).toEqual([{ app: "infsh/flux", input: { a: 1 } }]);
  });

  it.each(["@-", "prompt@=-", "photo=@-"])(
    "says that standard input is empty, and sends nothing: %s",
    async (spec) => {
      const { code, stderr } = await inputs(spec);
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /^error: .*: standard input is empty\nhint: the command before the pipe wrote nothing/,
      );
      expect(sent()).toEqual([]);
    },
  );

  it("refuses to read standard input twice", async () => {
    expect(await run(["-i", "@-", "-i", "photo=@-"])).toMatchObject({ code: 2 });
    expect(sent()).toEqual([]);
  });
});

describe("text takes the type that the schema declares", () => {
  beforeEach(() => knowing());

  it.each([
    [["prompt=7"], { prompt: "7" }],
    [["prompt=a", "steps=4"], { prompt: "a", steps: 4 }],
    [["prompt=a", "scale=-.5e1"], { prompt: "a", scale: -5 }],
    [["prompt=a", "hd=true"], { prompt: "a", hd: true }],
    [["prompt=a", "hd=no"], { prompt: "a", hd: false }],
    [["prompt=a", "style=upper"], { prompt: "a", style: "upper" }],
    [["prompt=a", "level=2"], { prompt: "a", level: 2 }],
    [["prompt=a", "tags=x"], { prompt: "a", tags: ["x"] }],
    [["prompt=a", "tags=x", "tags=y"], { prompt: "a", tags: ["x", "y"] }],
    [["prompt=a", 'tags=["x"]'], { prompt: "a", tags: ["x"] }],
    [["prompt=a", "sizes=1", "sizes=2"], { prompt: "a", sizes: [1, 2] }],
    [["prompt=a", "sizes[]=1"], { prompt: "a", sizes: [1] }],
    [["prompt=a", "sizes.0=1"], { prompt: "a", sizes: [1] }],
    [["prompt=a", "prompt=b"], { prompt: "b" }],
    [["prompt=a", "seed=5"], { prompt: "a", seed: 5 }],
    [["prompt=a", "seed=null"], { prompt: "a", seed: null }],
    [["prompt=a", "either=5"], { prompt: "a", either: "5" }],
    [["prompt=a", "size.w=5"], { prompt: "a", size: { w: 5 } }],
    [["prompt=a", 'size={"w":5}'], { prompt: "a", size: { w: 5 } }],
    [["prompt=a", "extra.anything=5"], { prompt: "a", extra: { anything: 5 } }],
    [["prompt=a", "photo=https://x/y"], { prompt: "a", photo: "https://x/y" }],
    [["prompt=a", "photo=cat.png"], { prompt: "a", photo: "cat.png" }],
  ])("%j", async (specs, input) => {
    const { code, stderr } = await inputs(...specs);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(sent()).toEqual([{ app: "infsh/flux", input }]);
  });

  it.each([
    [
      "draft-07",
      {
        $schema: "http://json-schema.org/draft-07/schema#",
        properties: { at: { items: [{ type: "integer" }, { type: "boolean" }], type: "array" } },
      },
    ],
    [
      "2020-12",
      {
        $schema: "https://json-schema.org/draft/2020-12/schema",
        properties: { at: { prefixItems: [{ type: "integer" }, { type: "boolean" }], type: "array" } },
      },
    ],
    [
      "no $schema",
      { properties: { at: { items: [{ type: "integer" }, { type: "boolean" }], type: "array" } } },
    ],
  ])("reads tuples of %s", async (_name, more) => {
    knowing({ type: "object", ...more });
    expect((await inputs("at=1", "at=yes")).code).toBe(0);
    expect(sent()).toEqual([{ app: "infsh/flux", input: { at: [1, true] } }]);
    expect((await inputs("at=yes")).code).toBe(2);
  });
});

describe("what does not fit", () => {
  beforeEach(() => knowing());

  async function refusal(...specs: string[]): Promise<string> {
    const { code, stdout, stderr } = await run([...specs.flatMap((spec) => ["-i", spec]), "--json"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(sent()).toEqual([]);
    const { error } = JSON.parse(stderr.trim().split("\n").at(-1)!);
    expect(error.hint).toContain("--help-app");
    return error.message;
  }

  it.each([
    [["prompt=a", "stepz=4"], "--input stepz is unknown; did you mean steps?"],
    [["prompt=a", "size.x=4"], "--input size.x is unknown; did you mean w?"],
    [["prompt=a", "quite-different=4"], "there are prompt, steps"],
    [["prompt=a", "steps=four"], "--input steps must be a whole number, not four"],
    [["prompt=a", 'steps:="4"'], '--input steps must be a whole number, not "4"'],
    [["prompt=a", "steps=51"], "--input steps must be 1 to 50, not 51"],
    [["prompt=a", "seed=x"], "--input seed must be a whole number, not x"],
    [["prompt=a", "style=uper"], "--input style must be one of plain, upper, not uper; did you mean upper?"],
    [["prompt=a", "sizes=1", "sizes=x"], "--input sizes.1 must be a whole number, not x"],
    [["prompt:=5"], "--input prompt must be text, not 5"],
    [[], "--input prompt is required: What to paint"],
    [["steps=4"], "--input prompt is required"],
  ])("%j is refused, nothing sent", async (specs, reason) => {
    expect(await refusal(...specs)).toContain(reason);
  });

  it("is told all together, a slip of the key once", async () => {
    const message = await refusal("promt=a", "steps=four", "style=loud", "size.w=x", "hd=maybe");
    expect(message.split("\n")).toEqual([
      "the input does not fit infsh/flux",
      "  --input promt is unknown; did you mean prompt?",
      "  --input steps must be a whole number, not four",
      "  --input hd must be true or false, not maybe",
      "  --input style must be one of plain, upper, not loud",
      "  --input size.w must be a whole number, not x",
    ]);
  });

  it("may be in the setup or the function, too", async () => {
    const app = {
      version: {
        id: "v1",
        functions: { run: { input_schema: {} }, talk: { input_schema: INPUT_SCHEMA } },
        setup_schema: { type: "object", properties: { model: { enum: ["a", "b"] } } },
      },
    };
    api.on("GET /apps/infsh/flux", api.ok(app));
    expect((await run(["--setup", "model=c"])).stderr).toContain("--setup model must be one of a, b");
    expect((await run(["--function", "tlak"])).stderr).toContain(
      "--function tlak is no function of infsh/flux; it has run, talk",
    );
    expect((await run(["--function", "talk"])).stderr).toContain("--input prompt is required");
    expect(sent()).toEqual([]);
    expect((await run(["--function", "talk", "-i", "prompt=a", "-i", "steps=2"])).code).toBe(0);
    expect(sent()).toEqual([{ app: "infsh/flux", function: "talk", input: { prompt: "a", steps: 2 } }]);
  });
});

describe("the schema is never in the way", () => {
  it.each([
    ["is not there", json(404, {})],
    ["is broken", json(500, {})],
    ["is no JSON", (_request: unknown, response: { end(text: string): void }) => response.end("<html>")],
    ["says nothing", json(200, { data: { version: { input_schema: null } } })],
    [
      "cannot be compiled",
      json(200, { data: { version: { input_schema: { type: "nonsense", $ref: "https://x/y" } } } }),
    ],
  ] as const)("when it %s", async (_name, step) => {
    api.on("GET /apps/infsh/flux", step as ReturnType<typeof json>);
    expect((await inputs("steps=4")).code).toBe(0);
    expect(sent()).toEqual([{ app: "infsh/flux", input: { steps: "4" } }]);
    expect(api.count("GET /apps/infsh/flux")).toBe(1);
  });

  it("when it never comes", async () => {
    api.on("GET /apps/infsh/flux", silence);
    const start = Date.now();
    expect((await inputs("steps=4")).code).toBe(0);
    expect(Date.now() - start).toBeLessThan(6_000);
  });

  it("is asked for once, then read from the cache", async () => {
    knowing();
    for (let i = 0; i < 3; i++) expect((await inputs("prompt=a", "steps=4")).code).toBe(0);
    expect(api.count("GET /apps/infsh/flux")).toBe(1);
    expect(sent()[2]).toEqual({ app: "infsh/flux", input: { prompt: "a", steps: 4 } });
  });

  it("turns nothing down that a newer version takes", async () => {
    knowing();
    await inputs("prompt=a");
    knowing({ type: "object", properties: { fresh: { type: "integer" } } }, "v2");
    expect((await inputs("fresh=4")).code).toBe(0);
    expect(sent()[1]).toEqual({ app: "infsh/flux", input: { fresh: 4 } });
  });

  it("is not that of another version", async () => {
    knowing();
    const options = { home, env: { INFSH_API_KEY: KEY, BELT_API_URL: api.url } };
    await belt(["run", "infsh/flux@v0", "--no-wait", "-i", "steps=4"], options);
    await belt(["run", "infsh/flux@v1", "--no-wait", "-i", "steps=4", "-i", "prompt=a"], options);
    expect(sent()).toEqual([
      { app: "infsh/flux@v0", input: { steps: "4" } },
      { app: "infsh/flux@v1", input: { steps: 4, prompt: "a" } },
    ]);
  });

  it("sets a corrupt file aside and says so", async () => {
    const { readdirSync } = await import("node:fs");
    knowing();
    await inputs("prompt=a");
    const folder = join(home.dir, "cache/schemas");
    const [name = ""] = readdirSync(folder);
    writeFileSync(join(folder, name), "{ torn");
    const { code, stderr } = await inputs("prompt=a", "steps=4");
    expect(code).toBe(0);
    const aside = readdirSync(folder).find((found) => found.startsWith(`${name}.corrupt-`));
    expect(stderr).toContain(
      `${join(folder, name)} cannot be understood; it was set aside as ${join(folder, aside!)}`,
    );
    expect(readFileSync(join(folder, aside!), "utf8")).toBe("{ torn");
    expect(sent()[1]).toEqual({ app: "infsh/flux", input: { prompt: "a", steps: 4 } });
  });

  const dryRun = (env: Record<string, string>, ...specs: string[]) =>
    belt(["run", "infsh/flux", "--dry-run", "--json", ...specs.flatMap((spec) => ["-i", spec])], {
      home,
      env: { BELT_API_URL: api.url, ...env },
    });

  it("does not leave a dry run: without a key nothing is asked, and values are text", async () => {
    knowing();
    const { stdout, stderr } = await dryRun({}, "steps=4");
    expect(JSON.parse(stdout).body).toEqual({ app: "infsh/flux", input: { steps: "4" } });
    expect(stderr).toContain("values are shown as text");
    expect(api.requests).toEqual([]);
  });

  it("is read for a dry run where there is a key, and what it refuses is refused", async () => {
    knowing();
    const { stdout } = await dryRun({ INFSH_API_KEY: KEY }, "prompt=a", "steps=4");
    expect(JSON.parse(stdout).body).toEqual({ app: "infsh/flux", input: { prompt: "a", steps: 4 } });
    expect(api.requests.map(({ method }) => method)).toEqual(["GET"]);
    for (const env of [{ INFSH_API_KEY: KEY }, {}]) {
      const refused = await dryRun(env, "prompt=a", "steps=abc");
      expect(refused).toMatchObject({ code: 2, stdout: "" });
      expect(refused.stderr).toContain("--input steps must be a whole number, not abc");
      expect((await dryRun(env, "steps=4")).stderr).toContain("--input prompt is required");
    }
    expect(sent()).toEqual([]);
  });
});

describe("uploads", () => {
  beforeEach(() => {
    accepting();
    writeFileSync(join(home.dir, "cat.png"), "a cat");
    writeFileSync(join(home.dir, "dog.jpg"), "a dog");
    for (const name of ["cat.png", "dog.jpg", "stdin"]) api.on(`PUT /put/${name}`, json(200, {}));
  });

  const puts = () => api.requests.filter(({ method }) => method === "PUT");

  it("key=@path uploads the file, without the key, and sends its uri", async () => {
    expect((await inputs("photo=@cat.png", "a.b=@dog.jpg")).code).toBe(0);
    expect(api.requests[0]).toMatchObject({
      method: "POST",
      url: "/files",
      body: {
        files: [
          { uri: "", filename: "cat.png", content_type: "image/png", size: 5 },
          { uri: "", filename: "dog.jpg", content_type: "image/jpeg", size: 5 },
        ],
      },
    });
    const cat = puts().find(({ url }) => url === "/put/cat.png?signed=1")!;
    expect(cat.headers).toMatchObject({ "content-type": "image/png", "content-length": "5" });
    expect(cat.headers["authorization"]).toBeUndefined();
    expect(cat.body).toBe("a cat");
    expect(sent()).toEqual([
      {
        app: "infsh/flux",
        input: { photo: "https://files.example/a/cat.png", a: { b: "https://files.example/a/dog.jpg" } },
      },
    ]);
  });

  it("the same file twice goes up once, whatever it is called", async () => {
    symlinkSync(join(home.dir, "cat.png"), join(home.dir, "again.png"));
    const { code } = await run([
      "-i",
      "a=@cat.png",
      "-i",
      "b=@./cat.png",
      "-i",
      "c=@again.png",
      "--setup",
      "d=@cat.png",
    ]);
    expect(code).toBe(0);
    expect(puts()).toHaveLength(1);
    const uri = expect.stringContaining("https://files.example/a/");
    expect(sent()).toEqual([{ app: "infsh/flux", input: { a: uri, b: uri, c: uri }, setup: { d: uri } }]);
  });

  it("key=@- uploads standard input", async () => {
    expect((await run(["-i", "photo=@-"], "from a pipe")).code).toBe(0);
    expect(puts()[0]).toMatchObject({ body: "from a pipe", headers: { "content-length": "11" } });
    expect(sent()).toEqual([{ app: "infsh/flux", input: { photo: "https://files.example/a/stdin" } }]);
  });

  it("an empty file is a file", async () => {
    writeFileSync(join(home.dir, "cat.png"), "");
    expect((await inputs("photo=@cat.png")).code).toBe(0);
    expect(puts()[0]!.headers).toMatchObject({ "content-length": "0" });
  });

  it("repeats make a list where the schema wants one", async () => {
    knowing();
    expect((await inputs("prompt=a", "photos=@cat.png", "photos=https://x/y", "photos=@dog.jpg")).code).toBe(
      0,
    );
    expect(sent()).toEqual([
      {
        app: "infsh/flux",
        input: {
          prompt: "a",
          photos: ["https://files.example/a/cat.png", "https://x/y", "https://files.example/a/dog.jpg"],
        },
      },
    ]);
  });

  it("a file where the schema wants a number is refused before it goes up", async () => {
    knowing();
    expect(await inputs("prompt=a", "steps=@cat.png")).toMatchObject({ code: 2 });
    expect(puts()).toEqual([]);
  });

  it("tries again when the storage fails in passing, and gives up with nothing submitted", async () => {
    api.on("PUT /put/cat.png", json(503, {}), json(200, {}));
    expect((await inputs("photo=@cat.png")).code).toBe(0);
    expect(puts()).toHaveLength(2);
    api.on("PUT /put/cat.png", json(403, {}));
    const { code, stderr } = await inputs("photo=@cat.png");
    expect(code).toBe(6);
    expect(stderr).toContain("upload of cat.png failed: the server answered HTTP 403");
    expect(sent()).toHaveLength(1);
  });

  it("--dry-run shows them and uploads nothing", async () => {
    const { stdout } = await run(["-i", "photo=@cat.png", "-i", "b=@-", "--dry-run", "--json"], "unread");
    expect(JSON.parse(stdout)).toMatchObject({
      body: { app: "infsh/flux", input: { photo: "@cat.png", b: "@-" } },
      uploads: [
        { field: "input.photo", file: "cat.png", size: 5 },
        { field: "input.b", file: "-", size: null },
      ],
    });
    expect(api.requests).toEqual([]);
  });

  it.each([
    ["nothing.png", "no such file"],
    [".", "folder"],
    [".env", "secrets"],
    [".env.local", "secrets"],
    [".ssh/notes.txt", ".ssh"],
    [".aws/config", ".aws"],
    [".gnupg/x", ".gnupg"],
    ["config/profiles.json", "config"],
    ["id_ed25519", "private key"],
    ["renamed.txt", "private key"],
    ["innocent.png", "secret"],
  ])("%s is refused with exit 2, nothing sent", async (name, reason) => {
    for (const folder of [".ssh", ".aws", ".gnupg", "config"]) mkdirSync(join(home.dir, folder));
    for (const file of [
      ".env",
      ".env.local",
      ".ssh/notes.txt",
      ".aws/config",
      ".gnupg/x",
      "config/profiles.json",
      "id_ed25519",
    ]) {
      writeFileSync(join(home.dir, file), "x");
    }
    writeFileSync(join(home.dir, "renamed.txt"), "cert\n-----BEGIN OPENSSH PRIVATE KEY-----\nx");
    symlinkSync(join(home.dir, ".env"), join(home.dir, "innocent.png"));
    const { code, stdout, stderr } = await inputs(`photo=@${name}`);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(reason);
    expect(api.requests).toEqual([]);
  });

  it.each([["prompt@=id_rsa"], ["@id_rsa"], ["prompt@=.env"], ["@.ssh/in.json"]])(
    "%s is refused, too: a text is sent as well as a file",
    async (spec) => {
      mkdirSync(join(home.dir, ".ssh"));
      for (const name of ["id_rsa", ".env", ".ssh/in.json"])
        writeFileSync(join(home.dir, name), '{"hunter":2}');
      const { code, stderr } = await inputs(spec);
      expect(code).toBe(2);
      expect(stderr).toContain("--allow-sensitive");
      expect(stderr).not.toContain("hunter");
      expect(sent()).toEqual([]);
      expect((await run(["-i", spec, "--allow-sensitive"])).code).toBe(0);
    },
  );

  it("a private key on standard input is no text, either", async () => {
    const key = "-----BEGIN RSA PRIVATE KEY-----\nhunter";
    for (const spec of ["@-", "prompt@=-"]) {
      const { code, stderr } = await run(["-i", spec], key);
      expect(code).toBe(2);
      expect(stderr).not.toContain("hunter");
    }
    expect(sent()).toEqual([]);
  });

  it("a file where plain text is wanted is sent as its uri, and that is said", async () => {
    knowing();
    const { code, stderr } = await inputs("prompt=@cat.png", "photo=@dog.jpg");
    expect(code).toBe(0);
    expect(stderr.match(/warning: .*/g)).toEqual([
      "warning: --input prompt takes text, and is sent the uri of cat.png; prompt@=cat.png sends its text",
    ]);
    expect(sent()).toMatchObject([{ input: { prompt: "https://files.example/a/cat.png" } }]);
  });

  it("an older app gets its files as objects", async () => {
    const File = {
      title: "File",
      type: "object",
      properties: { uri: { type: "string" }, path: { type: "string" } },
    };
    knowing({
      type: "object",
      $defs: { File },
      properties: { f: { $ref: "#/$defs/File" }, all: { type: "array", items: { $ref: "#/$defs/File" } } },
    });
    expect((await inputs("f=@cat.png", "all=@dog.jpg", "all=https://x/y")).code).toBe(0);
    expect(sent()).toMatchObject([
      {
        input: {
          f: { uri: "https://files.example/a/cat.png" },
          all: [{ uri: "https://files.example/a/dog.jpg" }, { uri: "https://x/y" }],
        },
      },
    ]);
  });

  it.each([
    ["a named pipe", "pipe", "pipe"],
    ["/dev/fd/N", "/dev/fd/", "stdin"],
  ])(
    "%s goes up like standard input, read once, and a dry run leaves it unread",
    async (_name, path, filename) => {
      const { execFileSync } = await import("node:child_process");
      const { closeSync, openSync } = await import("node:fs");
      const pipe = join(home.dir, "pipe");
      execFileSync("mkfifo", [pipe]);
      // Open for both, so that nobody waits for the other end.
      const fd = openSync(pipe, "r+");
      api.on(`PUT /put/${filename}`, json(200, {}));
      const spec = path === "pipe" ? "photo=@pipe" : `photo=@/dev/fd/${fd}`;
      const dry = await run(["-i", spec, "--dry-run", "--json"]);
      expect(JSON.parse(dry.stdout).uploads).toMatchObject([{ field: "input.photo", size: null }]);
      const running = inputs(spec);
      const { writeFile } = await import("node:fs/promises");
      await writeFile(pipe, "through a pipe", { flag: "a" });
      setTimeout(() => closeSync(fd), 500);
      expect((await running).code).toBe(0);
      expect(puts()).toMatchObject([{ body: "through a pipe" }]);
    },
  );

  it("a long number is sent as it was written", async () => {
    knowing();
    expect((await inputs("prompt=a", "seed=6687881544318117707", "scale:=3.14159265358979323846")).code).toBe(
      0,
    );
    const { stdout } = await run(["-i", "prompt=a", "-i", "seed=6687881544318117707", "--dry-run", "--json"]);
    expect(stdout).toContain('"seed":6687881544318117707');
  });

  it("a secret goes up with --allow-sensitive", async () => {
    writeFileSync(join(home.dir, ".env"), "x");
    api.on("PUT /put/.env", json(200, {}));
    expect((await run(["-i", "photo=@.env", "--allow-sensitive"])).code).toBe(0);
    expect(puts()).toHaveLength(1);
  });

  it("a private key on standard input is refused, too", async () => {
    expect(await run(["-i", "photo=@-"], "-----BEGIN RSA PRIVATE KEY-----")).toMatchObject({ code: 2 });
    expect(api.requests).toEqual([]);
  });
});

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { belt } from "../support/belt.ts";
import { INPUT_SCHEMA, inputs, knowing, run, sent, setInputStage } from "../support/input-stage.ts";
import { json, silence } from "../support/scripted-api.ts";
import { api, home, KEY } from "../support/stage.ts";

setInputStage();

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

describe("what has no place in the input", () => {
  it("is named in one line, where the reason is one", async () => {
    knowing(INPUT_SCHEMA);
    const { code, stderr } = await inputs(
      "prompt=a",
      ...Array.from({ length: 14 }, (_, at) => `quux${at}=1`),
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^error: --input quux0, quux1, .*quux9 and 4 more are unknown; there are prompt, /,
    );
  });

  it("is told as what it is when it is a whole task", async () => {
    knowing(INPUT_SCHEMA);
    const task = {
      id: "t",
      app: "a/b",
      status: "completed",
      status_code: 10,
      input: {},
      output: { text: "x" },
    };
    const { code, stderr } = await run(["-i", "@-"], JSON.stringify(task));
    expect([code, sent()]).toEqual([2, []]);
    expect(stderr).toMatch(
      /^error: --input is a whole task, .*\nhint: --field output prints the output alone: /,
    );
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
    [['prompt:={"uri":"https://x/y"}'], "--input prompt must be text, not an object; give its uri alone"],
    [[], "--input prompt is required: What to paint"],
    [["steps=4"], "--input prompt is required"],
  ])("%j is refused, nothing sent", async (specs, reason) => {
    expect(await refusal(...specs)).toContain(reason);
  });

  it("is told of a file where a number is wanted, with no word of its uri", async () => {
    expect(await refusal("prompt=a", 'seed:={"uri":"https://x/y"}')).toMatch(/ whole number, not an object$/);
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
    const other = await belt(["run", "infsh/flux@v0", "--no-wait", "-i", "steps=4"], options);
    const warning =
      "warning: the API shows the current version of infsh/flux only, not v0: the input is not checked";
    expect(other.stderr).toContain(warning);
    expect((await belt(["run", "infsh/flux@v0", "--dry-run"], options)).stderr).toContain(warning);
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

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { belt, spawnBelt } from "../support/belt.ts";
import { api, home, setStage } from "../support/stage.ts";

const INPUT = {
  type: "object",
  required: ["prompt", "photo"],
  properties: {
    seed: {
      type: "integer",
      minimum: 0,
      maximum: 9,
      default: 4,
      description: "Same seed,\nsame \u001b[2Jpicture",
    },
    prompt: { type: "string", description: "What to paint" },
    style: { type: "string", enum: ["ink", "oil"] },
    mood: { type: "string", examples: ["calm"] },
    photo: { type: "string", format: "file" },
    secret: { type: "string" },
  },
};

const APP = {
  namespace: "infsh",
  name: "flux",
  description: "Paints pictures.",
  version: {
    id: "v7",
    default_function: "paint",
    functions: {
      paint: { description: "Paint one", input_schema: INPUT },
      erase: {
        description: "",
        input_schema: { type: "object", required: ["n"], properties: { n: { type: "integer", minimum: 3 } } },
      },
    },
    setup_schema: { type: "object", properties: { model: { enum: ["a", "b"] } } },
  },
};

setStage({}, () => {
  api.offer("GET /apps/infsh/flux", api.ok(APP));
});

function run(...argv: string[]) {
  return belt(argv, { home, env: { INFSH_API_KEY: "inf_x", BELT_API_URL: api.url } });
}

const SHOWN = `infsh/flux@v7
Paints pictures.

paint (default)  Paint one
NAME    TYPE     REQUIRED  DEFAULT  ALLOWED   DESCRIPTION
prompt  string   yes                          What to paint
photo   file     yes
seed    integer            4        0 to 9    Same seed, same picture
style   string                      ink, oil
mood    string
secret  string

erase
NAME  TYPE     REQUIRED  ALLOWED
n     integer  yes       >= 3

--setup
NAME   TYPE    ALLOWED
model  string  a, b
`;

describe("app get", () => {
  it.each([[["app", "get", "infsh/flux"]], [["run", "infsh/flux", "--help-app"]]])(
    "%j shows the app",
    async (argv) => {
      expect(await run(...argv)).toMatchObject({ code: 0, stdout: SHOWN });
    },
  );

  it("shows one function, and refuses one that is not there", async () => {
    const { stdout } = await run("app", "get", "infsh/flux", "--function", "erase");
    expect(stdout).toContain("erase");
    expect(stdout).not.toContain("prompt");
    expect(await run("app", "get", "infsh/flux", "--function", "nope")).toMatchObject({ code: 2 });
  });

  it("is what the API sent, with --json", async () => {
    expect(JSON.parse((await run("app", "get", "infsh/flux", "--json")).stdout)).toEqual(APP);
  });

  it("exits 5 for an app that is not there, and 2 for what is no name", async () => {
    expect((await run("app", "get", "../x")).code).toBe(2);
    api
      .on("GET /apps/infsh/nope", api.error(404, "not_found", "no such app"))
      .on("POST /apps/list", api.ok({ items: [], has_next: false }));
    expect((await run("app", "get", "infsh/nope")).code).toBe(5);
  });

  it.each([
    ["infsh/flx", "did you mean infsh/flux?"],
    ["flx@v2", "did you mean infsh/flux?"],
    ["infsh/nothing-like-it", "belt app list shows the apps there are"],
  ])("tells whoever asks for %s: %s", async (app, hint) => {
    const items = [{ namespace: "infsh", name: "echo" }, { namespace: "infsh", name: "flux" }, { id: "odd" }];
    api
      .on(`GET /apps/${app.split("@")[0]}`, api.error(404, "not_found", "no such app"))
      .on("POST /apps/list", api.ok({ items, has_next: false }));
    const { code, stderr } = await run("app", "get", app);
    expect(code).toBe(5);
    expect(stderr).toContain(`hint: ${hint}`);
  });

  it("says what the API said when the catalog cannot be had", async () => {
    api
      .on("GET /apps/infsh/nope", api.error(404, "not_found", "no such app"))
      .on("POST /apps/list", api.error(500, "internal_error", "broken"));
    const { code, stderr } = await run("app", "get", "infsh/nope");
    expect(code).toBe(5);
    expect(stderr).toContain("error: no such app");
    expect(api.count("POST /apps/list")).toBe(1);
  });
});

describe("app sample", () => {
  it("gives defaults, examples, and a value of its type for what is required", async () => {
    const { stdout } = await run("app", "sample", "infsh/flux");
    expect(stdout.indexOf("prompt")).toBeLessThan(stdout.indexOf("seed"));
    expect(JSON.parse(stdout)).toEqual({
      prompt: "prompt",
      photo: "https://example.com/photo",
      seed: 4,
      mood: "calm",
    });
    expect(JSON.parse((await run("app", "sample", "infsh/flux", "--function", "erase")).stdout)).toEqual({
      n: 3,
    });
  });

  it.each([["in.json"], ["in.yaml"]])("--save %s writes a file that --input reads", async (name) => {
    expect(await run("app", "sample", "infsh/flux", "--save", name)).toMatchObject({ code: 0, stdout: "" });
    const dry = await run("run", "infsh/flux", "-i", `@${name}`, "--dry-run", "--json");
    expect(JSON.parse(dry.stdout).body.input).toMatchObject({ prompt: "prompt", seed: 4 });
  });

  it("--save hints at a command that a shell takes", async () => {
    const { stderr } = await run("app", "sample", "infsh/flux", "--save", "my $(id).json");
    expect(stderr).toContain("belt run infsh/flux --input '@my $(id).json'");
  });

  it("--save leaves a file that is there alone", async () => {
    writeFileSync(join(home.dir, "in.json"), "mine");
    expect((await run("app", "sample", "infsh/flux", "--save", "in.json")).code).toBe(1);
    expect(readFileSync(join(home.dir, "in.json"), "utf8")).toBe("mine");
  });
});

describe("app list", () => {
  it("asks the whole catalog for what a search finds, apps alone", async () => {
    const results = [
      { type: "skill", name: "x/y", description: "no app", command: "", score: 1 },
      { type: "app", name: "a/one", description: "paints", command: "run a/one", score: 0.9 },
      { type: "app", name: "a/two", description: "", command: "", score: 0.5 },
    ];
    api.on("POST /suggest", api.ok({ query: "pic", results }));
    expect((await run("app", "list", "--search", "pic", "-q")).stdout).toBe("a/one\na/two\n");
    expect((await run("app", "list", "--search", "pic", "-L", "1", "--field", "name")).stdout).toBe(
      "a/one\n",
    );
    expect(api.requests.map(({ url, body }) => [url, body])).toEqual([
      ["/suggest", { query: "pic", limit: 30 }],
      ["/suggest", { query: "pic", limit: 1 }],
    ]);
  });

  it.each([
    ["is not there", 404],
    ["is refused", 400],
    ["finds nothing", 200],
  ])("falls back on the team's own list where that %s", async (_name, status) => {
    const nothing = api.ok({ query: "pic", results: [] });
    api
      .on("POST /suggest", status === 200 ? nothing : api.error(status, "x", "no"))
      .on("POST /apps/list", api.ok({ items: [{ namespace: "a", name: "own" }] }));
    expect(await run("app", "list", "--search", "pic", "-q")).toMatchObject({ code: 0, stdout: "a/own\n" });
  });

  it("asks for no other list with a key that is not known", async () => {
    api.on("POST /suggest", api.error(401, "unauthorized", "no"));
    expect(await run("app", "list", "--search", "pic", "-q")).toMatchObject({ code: 4, stdout: "" });
  });

  it("reads page by page and passes the search on", async () => {
    api.on("POST /suggest", api.error(404, "not_found", "no such route")).on(
      "POST /apps/list",
      api.ok({
        items: [{ namespace: "a", name: "one", description: "First" }],
        next_cursor: "c",
        has_next: true,
      }),
      api.ok({ items: [{ namespace: "a", name: "two" }], next_cursor: "", has_next: false }),
    );
    expect((await run("app", "list", "--search", "pic", "-q")).stdout).toBe("a/one\na/two\n");
    expect(api.requests.map(({ body }) => body)).toEqual([
      { query: "pic", limit: 30 },
      { limit: 30, search: { term: "pic", exact: false } },
      { limit: 29, search: { term: "pic", exact: false }, cursor: "c" },
    ]);
  });
});

describe("the local server's apps", () => {
  const local = (argv: string[], input = "") => spawnBelt([...argv, "--local"], home, { input });

  it("are shown, and a sample runs as it is", async () => {
    const shown = await local(["app", "get", "infsh/flux"]);
    expect(shown.stdout).toMatch(/prompt +string +yes/);
    expect(shown.stdout).toMatch(/seed +integer +0 +0 to 4294967295/);
    const sample = await local(["app", "sample", "infsh/flux"]);
    const { exitCode, stdout } = await local(
      ["run", "infsh/flux", "--input", "@-", "--json", "--save", join(home.dir, "out")],
      sample.stdout,
    );
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).saved).toEqual([join(home.dir, "out/image.png")]);
    expect(readFileSync(join(home.dir, "out/image.png")).subarray(1, 4).toString()).toBe("PNG");
    expect((await local(["app", "list", "-q"])).stdout).toContain("infsh/flux\n");
  });

  it("are found by words of their names and descriptions", async () => {
    expect((await local(["app", "list", "--search", "paints", "-q"])).stdout).toBe("infsh/flux\n");
    expect((await local(["app", "list", "--search", "counter", "-q"])).stdout).toMatch(/^infsh\/counter\n/);
    expect((await local(["app", "list", "--search", "zebra", "-q"])).stdout).toBe("");
  });

  it.each(["infsh/flux", "infsh/echo", "infsh/counter"])("the sample of %s is taken", async (app) => {
    const sample = await local(["app", "sample", app]);
    expect(await local(["run", app, "--input", "@-"], sample.stdout)).toMatchObject({ exitCode: 0 });
  });
});

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { APPS, cleanup, ROOT, startServer, temporaryFolder } from "./server-fixture.ts";

const app = (name: string) => join(APPS, name);
const FILE = { type: "string", format: "file" };

test.each(["zod3", "zod4"])("schemas of an app with %s are right field by field", async (name) => {
  const server = await startServer({ appDirs: [app(name)] });
  const { body } = await server.call("GET", `/apps/test/${name}`);
  expect(body).toMatchObject({ namespace: "test", name, description: "For tests." });
  const { version } = body;
  expect(version.default_function).toBe("run");
  expect(version.input_schema.properties).toMatchObject({
    image: { ...FILE, description: "The picture" },
    mask: { ...FILE, description: "Where to paint" },
    prompt: { type: "string", minLength: 1, description: "In words" },
    steps: { type: "integer", minimum: 1, maximum: 50, default: 20 },
    strength: { type: "number" },
    tags: { type: "array", items: { type: "string" }, default: [] },
    mode: { type: "string", enum: ["fast", "good"], default: "fast" },
  });
  expect(version.input_schema.required).toEqual(["image", "prompt"]);
  expect(version.output_schema.properties).toMatchObject({ text: { type: "string" }, image: FILE });
  expect(version.output_schema.required).toEqual(["text"]);
  expect(version.setup_schema.properties.model).toMatchObject({ enum: ["small", "large"], default: "small" });
  expect(version.functions.run).toMatchObject({
    name: "run",
    description: "Paints over a picture",
    input_schema: version.input_schema,
  });
});

test.each(["zod3", "zod4"])(
  "a field of %s that may be anything is required unless it says otherwise",
  async (name) => {
    const source = `import { z } from "${name === "zod3" ? "zod/v3" : "zod"}";
export const RunInput = z.object({ any: z.any(), free: z.any().optional(), text: z.string() });
export const RunOutput = z.object({});
export class App { async run() { return {}; } }`;
    const dir = writeApp(name, { "inference.js": source });
    symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
    const server = await startServer({ appDirs: [dir] });
    const { body } = await server.call("GET", `/apps/test/${name}`);
    expect(body.version.input_schema.required.toSorted()).toEqual(["any", "text"]);
  },
);

test.each(["zod3", "zod4"])("an app with %s runs with defaults, setup and files", async (name) => {
  const server = await startServer({ appDirs: [app(name)] });
  const input = { image: "data:text/plain,x", prompt: "p" };
  expect((await server.run({ app: name, input, setup: { model: "large" } })).output).toEqual({
    text: "large 20 true",
  });
  const failed = await server.run({ app: name, input: { image: "data:,x" } });
  expect(failed.error).toMatch(/^invalid input: prompt: /);
});

test("schemas are served by the instance that then runs the task", async () => {
  const server = await startServer();
  await server.call("GET", "/apps/test/probe");
  await server.run({});
  expect(server.events.filter((event) => event.type === "worker")).toHaveLength(1);
});

test("functions are the public methods with both schemas", async () => {
  const server = await startServer();
  const { version } = (await server.call("GET", "/apps/probe")).body;
  expect(Object.keys(version.functions)).toEqual([
    "run",
    "set_value",
    "get_value",
    "count",
    "act",
    "paint",
    "read",
  ]);
});

test("an app that was bundled, zod and all, has its schemas", async () => {
  const dir = writeApp("bundled", {});
  const entryPoints = [join(app("zod4"), "src", "inference.js")];
  await build({
    entryPoints,
    outfile: join(dir, "inference.js"),
    bundle: true,
    format: "esm",
    platform: "node",
  });
  const server = await startServer({ appDirs: [dir] });
  const { version } = (await server.call("GET", "/apps/test/bundled")).body;
  expect(version.input_schema.properties.image).toEqual({ ...FILE, description: "The picture" });
});

test("broken apps are reported with their file and line, and the rest go on", async () => {
  const syntax = writeApp("syntax", { "inference.js": "export class App {\n  run() { const = 1; }\n}\n" });
  const imported = writeApp("imported", {
    "inference.js": 'import "./x.js";\n',
    "x.js": "const one = 1;\nexport const x = one.two.three;\n",
  });
  const manifest = writeApp("manifest", { "inf.yml": "name: wrong\nenv: [\n", "inference.js": "" });
  const [missing, empty] = [
    temporaryFolder(),
    writeApp("empty", { "inference.js": "export const x = 1;\n" }),
  ];
  const appDirs = [syntax, imported, manifest, missing, empty, app("probe")];
  const server = await startServer({ appDirs });
  const summaries = await server.apps();
  const problemIn = (folder: string) => summaries.find(({ dir }) => dir === folder)?.problem;
  expect(problemIn(syntax)).toMatchObject({ file: join(syntax, "inference.js"), line: 2 });
  expect(problemIn(syntax)?.message).toContain("SyntaxError");
  expect(problemIn(imported)).toMatchObject({ file: join(imported, "x.js"), line: 2 });
  expect(problemIn(imported)?.message).toContain("TypeError: Cannot read properties of undefined");
  expect(problemIn(manifest)).toMatchObject({ file: join(manifest, "inf.yml"), line: expect.any(Number) });
  expect(problemIn(manifest)?.message).toMatch(/^Flow sequence .* ]$/);
  expect(problemIn(missing)?.message).toContain("inf.yml");
  expect(problemIn(empty)?.message).toContain("exports no class App");
  expect(problemIn(app("probe"))).toBeNull();

  const task = await server.run({ app: "imported" });
  expect(task.status_text).toBe("failed");
  expect(task.error).toContain(`${join(imported, "x.js")}:2`);
  const answer = await server.call("GET", "/apps/test/syntax");
  expect(answer).toMatchObject({ status: 422, body: { code: "invalid_app" } });
  expect(await server.run({})).toMatchObject({ status_text: "completed" });
  const told = server.events.flatMap((event) =>
    event.type === "app" && event.state === "broken" ? [event.problem?.file ?? null] : [],
  );
  expect(told.filter((file) => file?.startsWith(imported))).toHaveLength(1);
});

test("of two folders with one name the first is served, the second is told, and takes over once it has another", async () => {
  const twin = (folder: string, said: string) => {
    const inference = `import { z } from "zod";
      export const RunInput = z.object({}), RunOutput = z.any();
      export class App { run() { return "${said}"; } }`;
    const dir = writeApp(folder, { "inf.yml": "namespace: test\nname: twin\n", "inference.js": inference });
    symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
    return dir;
  };
  const [first, second] = [twin("first", "one"), twin("second", "two")];
  const server = await startServer({ appDirs: [first, second] });
  const message = `not served: ${first} has this name, too`;
  const problems = async () =>
    (await server.apps()).map(({ dir, problem }) => [dir, problem?.message ?? null]);
  expect((await problems()).slice(0, 2)).toEqual([
    [first, null],
    [second, message],
  ]);
  expect(server.events).toContainEqual(
    expect.objectContaining({ state: "broken", problem: expect.objectContaining({ message }) }),
  );
  expect((await server.run({ app: "test/twin" })).output).toBe("one");
  writeFileSync(join(second, "inf.yml"), "namespace: test\nname: other\n");
  expect((await server.run({ app: "test/other" })).output).toBe("two");
  expect((await problems()).slice(0, 2).map(([, problem]) => problem)).toEqual([null, null]);
});

test("an app that does not end its loading fails the task that waits for it, and holds no other app up", async () => {
  const dir = writeApp("slow", { "inference.js": "await new Promise(() => setInterval(() => {}, 1000));\n" });
  const server = await startServer({ appDirs: [dir, app("probe")], loadMs: 4000 });
  const error = "the app took longer than 4 s to load";
  const [slow, well, [summary]] = await Promise.all([
    server.run({ app: "test/slow" }),
    server.run({}),
    server.apps(),
  ]);
  expect(slow).toMatchObject({ status_text: "failed", error });
  expect(well).toMatchObject({ status_text: "completed" });
  expect(summary?.problem?.message).toBe(error);
});

test("a secret comes from the app's .env and from nowhere else; one that is missing is 412", async () => {
  const dir = writeApp("secretive", {
    "inf.yml": [
      "namespace: test",
      "name: secretive",
      "secrets:",
      "  - key: PROBE_TOKEN",
      "    description: opens the door",
      "  - key: PROBE_SPARE",
      "    optional: true",
    ].join("\n"),
    "inference.js": `import * as z from "zod";
      export const RunInput = z.any();
      export const RunOutput = z.any();
      const { PROBE_TOKEN, PROBE_SPARE, PROBE_OTHER } = process.env;
      export class App { run() { return { PROBE_TOKEN, PROBE_SPARE, PROBE_OTHER }; } }`,
  });
  symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
  process.env["PROBE_TOKEN"] = "the user's own";
  cleanup(() => delete process.env["PROBE_TOKEN"]);
  const server = await startServer({ appDirs: [dir] });
  const run = () => server.call("POST", "/run", { app: "secretive", input: {} }, { "X-API-Version": "1" });
  expect(await run()).toMatchObject({
    status: 412,
    body: {
      satisfied: false,
      errors: [
        {
          type: "secret",
          key: "PROBE_TOKEN",
          message: expect.stringContaining(join(dir, ".env")),
          action: {},
        },
      ],
    },
  });
  expect((await server.call("POST", "/tasks/list")).body.items).toEqual([]);
  writeFileSync(join(dir, ".env"), "PROBE_TOKEN=from the file\nPROBE_OTHER=not declared\n");
  expect((await run()).body.data.output).toEqual({ PROBE_TOKEN: "from the file" });
  writeFileSync(join(dir, ".env"), "PROBE_TOKEN=another\n");
  expect((await run()).body.data.output).toEqual({ PROBE_TOKEN: "another" });
});

test("the user's app wins over a built-in one of the same name", async () => {
  const dir = join(temporaryFolder(), "mine");
  cpSync(app("zod4"), dir, { recursive: true });
  writeFileSync(join(dir, "inf.yml"), "namespace: infsh\nname: flux\ndescription: Mine.\n");
  const server = await startServer({ appDirs: [dir] });
  const { items } = (await server.call("POST", "/apps/list")).body;
  const flux = items.filter((item: { id: string }) => item.id === "infsh/flux");
  expect(flux).toMatchObject([{ description: "Mine." }]);
  const found = (await server.call("POST", "/apps/list", { search: { term: "mine" } })).body;
  expect(found.items).toHaveLength(1);
});

test("an edit makes a new version at the next run, and mends a broken app", async () => {
  const dir = join(temporaryFolder(), "app");
  cpSync(app("zod4"), dir, { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
  const entry = join(dir, "src", "inference.js");
  const server = await startServer({ appDirs: [dir] });
  const input = { image: "data:,x", prompt: "p" };
  const before = await server.run({ app: "zod4", input });
  const source = (text: string) => `${CODE}\nexport class App { run() { return { text: "${text}" }; } }\n`;
  writeFileSync(entry, source("edited"));
  const after = await server.run({ app: "zod4", input });
  expect(after.output.text).toBe("edited");
  expect(after.app_version_id).not.toBe(before.app_version_id);
  await server.emitted((event) => event.type === "app" && event.state === "changed");
  writeFileSync(entry, "export class {");
  expect((await server.run({ app: "zod4", input })).status_text).toBe("failed");
  writeFileSync(entry, source("mended"));
  expect((await server.run({ app: "zod4", input })).output.text).toBe("mended");
  const known = server.events.length;
  writeFileSync(entry, "export class {");
  const told = await server.emitted(
    (event) => event.type === "app" && event.state === "broken" && server.events.indexOf(event) >= known,
  );
  expect(told).toMatchObject({ app: "test/zod4", problem: { file: entry, line: 1 } });
});

const CODE = `import { z } from "zod";
export const RunInput = z.any();
export const RunOutput = z.any();`;

function writeApp(name: string, files: Record<string, string>): string {
  const dir = join(temporaryFolder(), name);
  mkdirSync(dir);
  const all = {
    "package.json": '{"type":"module"}',
    "inf.yml": `namespace: test\nname: ${name}\n`,
    ...files,
  };
  for (const [file, text] of Object.entries(all)) writeFileSync(join(dir, file), text);
  return dir;
}

/** In place of a file of an app: what gives no end when it is read. */
const ENDLESS: Record<string, (path: string) => void> = {
  "a pipe": (path) => execFileSync("mkfifo", [path]),
  "a device": (path) => symlinkSync("/dev/zero", path),
};

test.each(
  ["inf.yml", "package.json", "inference.js", ".env"].flatMap((file) =>
    Object.keys(ENDLESS).map((kind) => [file, kind] as const),
  ),
)("an app whose %s is %s is broken, and holds nobody up", async (file, kind) => {
  const dir = join(temporaryFolder(), "endless");
  mkdirSync(dir);
  const manifest = "namespace: test\nname: endless\nsecrets: [{key: TOKEN}]\n";
  writeFileSync(join(dir, "inf.yml"), manifest);
  writeFileSync(join(dir, file === "package.json" ? "main.js" : "inference.js"), "export class App {}");
  rmSync(join(dir, file), { force: true });
  ENDLESS[kind]!(join(dir, file));
  const server = await startServer({ appDirs: [dir, app("probe")] });
  const { status, body } = await server.call("POST", "/run", { app: "endless", input: {} });
  expect([status, body.code]).toEqual([422, "invalid_app"]);
  expect(body.detail).toContain(`${join(dir, file)} is not a regular file`);
  expect((await server.run({})).status_text).toBe("completed");
});

test("an inf.yml that is too large to be one is not read", async () => {
  const dir = join(temporaryFolder(), "large");
  mkdirSync(dir);
  writeFileSync(join(dir, "inf.yml"), `name: large\n#${"x".repeat(2 * 1024 * 1024)}`);
  const server = await startServer({ appDirs: [dir] });
  const [large] = await server.apps();
  expect(large?.problem?.message).toMatch(/inf.yml is larger than 1 MiB$/);
});

test.each(["zod3", "zod4"])("stream functions are described as such with %s, and refused", async (name) => {
  const server = await startServer({ appDirs: [app(name)] });
  const { functions } = (await server.call("GET", `/apps/test/${name}`)).body.version;
  const kinds = Object.entries<{ kind: string }>(functions).map(([key, { kind }]) => [key, kind]);
  expect(Object.fromEntries(kinds)).toEqual({ run: "run", talk: "stream", echo: "stream" });
  const pcm = (rate: number) => ({
    type: "array",
    format: "stream",
    items: {
      type: "string",
      format: "binary",
      contentMediaType: `audio/pcm;format=s16le;rate=${rate};channels=1`,
    },
  });
  const { input_schema, output_schema } = functions.talk;
  expect(input_schema.properties.audio).toEqual({ ...pcm(16_000), description: "What is said" });
  expect(input_schema.properties.events).toMatchObject({
    type: "array",
    format: "stream",
    items: { type: "object", properties: { type: { type: "string" } } },
  });
  expect(input_schema.required).toEqual(["topic"]);
  expect(output_schema.properties.audio).toEqual(pcm(24_000));
  expect(output_schema.required).toEqual(["seconds"]);
  for (const stream of ["talk", "echo"]) {
    const task = await server.run({ app: `test/${name}`, function: stream, input: { topic: "x" } });
    expect(task.error).toBe(`"${stream}" is a stream function: it speaks over a socket, which belt does not`);
  }
});

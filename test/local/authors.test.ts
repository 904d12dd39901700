/** What the author of an app sees and is told. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { belt, Home, ROOT } from "../support/belt.ts";
import { startServer, temporaryFolder } from "./server-fixture.ts";

/** An app of these files, after `npm install` unless told. */
function writeApp(files: Record<string, string>, isInstalled = true): string {
  const dir = join(temporaryFolder(), "mine");
  mkdirSync(dir);
  const all = { "package.json": '{"type":"module"}', "inf.yml": "namespace: test\nname: mine\n", ...files };
  for (const [file, text] of Object.entries(all)) writeFileSync(join(dir, file), text);
  if (isInstalled) symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
  return dir;
}

const serve = async (files: Record<string, string>) => {
  const dir = writeApp({ "inference.js": files["inference.js"]!, ...files });
  return { dir, server: await startServer({ appDirs: [dir] }) };
};

const BODY = { app: "test/mine" };

test("what an app prints is told with its task, and an error with its causes and its place", async () => {
  const { dir, server } = await serve({
    "inference.js": `import { z } from "zod";
export const RunInput = z.object({}), RunOutput = z.any();
export class App {
  run() {
    console.log("looking"); console.error("not there");
    helper();
  }
}
function helper() {
  throw new RangeError("no picture", { cause: new Error("disk is full") });
}
`,
  });
  const { id } = await server.run(BODY);
  const told = server.events.flatMap((event) =>
    event.type === "log" && event.id === id ? [event.text] : [],
  );
  expect(told.slice(0, 2)).toEqual(["looking", "not there"]);
  expect(told[2]).toContain("Error: disk is full");
  expect(told[2]).not.toMatch(/worker\/main\.js|node:internal/);
  const failed = server.events.find((event) => event.type === "task" && event.status === "failed");
  const place = `${join(dir, "inference.js")}:10`;
  expect(failed).toMatchObject({ error: `RangeError: no picture: disk is full (${place})`, place });
});

test("what several errors are gathered in is told with each of them", async () => {
  const { dir, server } = await serve({
    "inference.js": `import { z } from "zod";
export const RunInput = z.object({}), RunOutput = z.any();
export class App {
  run() { throw new Error("outer", { cause: new AggregateError([new Error("one"), new Error("two")], "both") }); }
}
`,
  });
  const { error, id } = await server.run(BODY);
  expect(error).toBe(`outer: both (${join(dir, "inference.js")}:4)`);
  const log = server.events.flatMap((event) => (event.type === "log" && event.id === id ? [event.text] : []));
  const heads = log
    .join("\n")
    .split("\n")
    .filter((line) => !line.startsWith("    at "));
  expect(heads).toEqual([
    "Error: outer",
    "[cause]: AggregateError: both",
    "[errors]: Error: one",
    "[errors]: Error: two",
  ]);
  expect(log.join()).not.toContain("node:");
});

describe("a file that is named by a bare path", () => {
  const app = (zod: string, file: string) => `import { z } from "${zod}";
import { createFileSchema } from "@inferencesh/app";
const file = createFileSchema(z);
export const RunInput = z.object({ uri: z.string() }), RunOutput = z.object({ image: ${file}, list: z.array(file), text: z.string() });
export class App { run({ uri }) { return { image: uri, list: [uri, {uri}], text: "/tmp/x" }; } }
`;

  test.each([
    ["zod", "file.optional()"],
    ["zod3", "file.optional()"],
    ["zod", 'z.any().meta({ format: "file" }).nullable()'],
  ])("is a warning in the log, with %s and %s", async (zod, file) => {
    const { server } = await serve({ "inference.js": app(zod, file) });
    const warnings = async (uri: string) => {
      const { id } = await server.run({ ...BODY, input: { uri } });
      const { logs } = (await server.call("GET", `/tasks/${id}/logs`)).body;
      return logs.map(({ content }: { content: string }) => content);
    };
    const says = (place: string, path: string) =>
      `warning: ${place} is the path ${JSON.stringify(path)}, which is not stored: give {path}, or a File of @inferencesh/app`;
    for (const path of ["/tmp/x.png", "x.png", "C:\\x.png"]) {
      expect(await warnings(path)).toEqual([says("output.image", path), says("output.list.0", path)]);
    }
    for (const uri of ["https://example.com/x.png", "data:text/plain,x", ""])
      expect(await warnings(uri)).toEqual([]);
  });
});

test.each(["zod", "zod3"])(
  "an output that does not fit its schema is a warning in the log, with %s",
  async (zod) => {
    const { server } = await serve({
      "inference.js": `import { z } from "${zod}";
import { createFileSchema, File } from "@inferencesh/app";
import { writeFileSync } from "node:fs";
const file = createFileSchema(z);
export const RunInput = z.object({ make: z.string() });
export const RunOutput = z.object({ text: z.string(), file: file.optional(), list: z.array(file).default([]) });
const at = () => { const path = process.env.TMPDIR + "/x.txt"; writeFileSync(path, "x"); return path; };
const made = {
  good: () => ({ text: "x" }),
  files: () => ({ text: "x", file: File.fromPath(at()), list: [{ path: at() }, "https://example.com/x.txt"] }),
  typo: () => ({ txt: "x" }),
  number: () => ({ text: 5, file: { path: at() } }),
  nothing: () => undefined,
};
export class App { run({ make }) { return made[make](); } }
`,
    });
    const warnings = async (make: string) => {
      const { id, status_text } = await server.run({ ...BODY, input: { make } });
      expect(status_text).toBe("completed");
      const { logs } = (await server.call("GET", `/tasks/${id}/logs`)).body;
      return logs.map(({ content }: { content: string }) => content.split(": ").slice(0, 2).join(": "));
    };
    expect(await warnings("good")).toEqual([]);
    expect(await warnings("files")).toEqual([]);
    for (const make of ["typo", "number"])
      expect(await warnings(make)).toEqual(["warning: output.text does not fit the schema"]);
    expect(await warnings("nothing")).toEqual(["warning: output does not fit the schema"]);
  },
);

describe("a folder that is no app says what is missing", () => {
  const problemOf = async (dir: string) => {
    const server = await startServer({ appDirs: [dir] });
    const [summary] = await server.apps();
    const { status, body } = await server.call("POST", "/run", { app: summary!.app, input: {} });
    return { said: summary?.problem?.message, status, detail: body.detail ?? body.error };
  };
  const zod = 'import { z } from "zod";\n';

  test.each([
    [
      "a schema",
      { "inference.js": `${zod}export const RunInput = z.any();\nexport class App { run() {} }` },
      "App has run, but these zod schemas are not exported: RunOutput",
    ],
    [
      "a function",
      { "inference.js": "export class App { setup() {} }" },
      "the class App has no method that could be a function",
    ],
    ["Node.js code", { "inference.py": "" }, "it is a Python app, and belt runs Node.js apps only"],
    [
      "Node.js code",
      { "inf.yml": "name: mine\nkernel: python-3.11\n", "inference.js": "" },
      "it is a Python app",
    ],
  ])("%s", async (_what, files, message) => {
    expect((await problemOf(writeApp(files as Record<string, string>))).said).toContain(message);
  });

  test("an npm install", async () => {
    const dir = writeApp({ "inference.js": zod }, false);
    const { said, status, detail } = await problemOf(dir);
    expect(said).toBe(`the package zod is not installed: run npm install in ${dir}`);
    expect(status).toBe(200);
    expect(detail).toContain(said!);
  });

  test("an inf.yml", async () => {
    const { said, status } = await problemOf(temporaryFolder());
    expect(said).toBe("it has no inf.yml, and so is no app; belt app init makes one");
    expect(status).toBe(422);
  });
});

describe("belt app init", () => {
  const home = new Home();
  afterAll(() => home.remove());

  test.each([
    ["Ünï", "my-team/uni", "cd 'Ünï' && npm"],
    ["-x", "my-team/x", "cd ./-x && npm"],
  ])("names the app of the folder %s %s, and says how to get there", async (dir, app, enter) => {
    const { code, stdout, stderr } = await belt(["app", "init", "--", dir], { home });
    expect({ code, app: stdout.split("\n")[0] }).toEqual({ code: 0, app });
    expect(stderr).toContain(`hint: ${enter}`);
  });

  test("refuses a name that is empty: who is in the folder says .", async () => {
    const { code, stderr } = await belt(["app", "init", ""], { home });
    expect(code).toBe(2);
    expect(stderr).toBe("error: the name of the folder is empty\nhint: belt app init . takes this one\n");
  });

  test("makes an app whose two functions run, and overwrites nothing", async () => {
    const { code, stdout, stderr } = await belt(["app", "init", "My Cards"], { home });
    const dir = join(home.dir, "My Cards");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^my-team\/my-cards\n {2}\S.*inf\.yml\n/);
    expect(stderr).toBe(
      "hint: cd 'My Cards' && npm install, then belt dev serves it; in another terminal " +
        "belt run my-team/my-cards --local --input name=Ada calls it; belt help app-format tells more\n",
    );
    expect(JSON.parse(readFileSync(join(dir, "package.json"), "utf8")).name).toBe("my-cards");
    expect(readFileSync(join(dir, ".gitignore"), "utf8")).toContain(".env");

    symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
    const server = await startServer({ appDirs: [dir] });
    const app = "my-team/my-cards";
    expect(await server.run({ app, input: { name: "Ada" }, setup: { greeting: "Hi" } })).toMatchObject({
      output: { text: "Hi, Ada!" },
    });
    const { output } = await server.run({ app, function: "draw_card", input: { text: "a < b" } });
    expect(output.card).toMatchObject({ filename: "card.svg", content_type: "image/svg+xml" });
    expect(await (await fetch(output.card.uri)).text()).toContain(">a &#60; b</text>");

    writeFileSync(join(dir, "inference.js"), "mine");
    const again = await belt(["app", "init", "My Cards"], { home });
    expect(again).toMatchObject({ code: 1, stdout: "" });
    expect(again.stderr).toContain("error: My Cards/inf.yml is there already, and nothing is overwritten\n");
    expect(readFileSync(join(dir, "inference.js"), "utf8")).toBe("mine");
  });

  test("is what a run of an app that nobody serves leads to belt dev with", async () => {
    const hint = async (app: string) =>
      (await belt(["run", app, "--local"], { home })).stderr.trim().split("\nhint: ")[1];
    expect(await hint("my-team/hers")).toMatch(/^belt dev <folder> serves one of yours; /);
    await belt(["app", "init", "hers"], { home });
    for (const app of ["my-team/hers", "hers"])
      expect(await hint(app)).toBe("belt dev hers serves the app of that folder");
    writeFileSync(join(home.dir, "inf.yml"), "namespace: my-team\nname: mine\n");
    expect(await hint("my-team/mine")).toBe("belt dev . serves the app of that folder");
    expect(await hint("infsh/flxu")).toMatch(/^did you mean infsh\/flux\? /);
    expect(await hint("./hers")).toMatch(/^belt dev <folder> serves the app of a folder, /);
  });

  test.each([
    ["/", 2],
    ["-", 2],
    ["package.json/x", 1],
  ])("of %s is refused", async (dir, code) => {
    writeFileSync(join(home.dir, "package.json"), "{}");
    const { code: got, stdout } = await belt(["app", "init", "--", dir], { home });
    expect({ code: got, stdout }).toEqual({ code, stdout: "" });
  });
});

test("belt help app-format prints an app that runs as it stands", async () => {
  const home = new Home();
  const { stdout } = await belt(["help", "app-format"], { home });
  home.remove();
  // Cut out as anybody would; YAML and JavaScript do not mind being set in.
  const codeBehind = (head: string) => /^\n(?:(?: {4}.*)?\n)+/.exec(stdout.split(`\n${head}:\n`)[1]!)![0];
  const files = { "inf.yml": codeBehind("inf.yml"), "inference.js": codeBehind("inference.js") };
  const { dir, server } = await serve(files);
  const app = "my-team/my-app";
  const input = { name: "Ada" };
  expect(await server.call("POST", "/run", { app, input })).toMatchObject({
    status: 412,
    body: { errors: [{ type: "secret", key: "API_TOKEN" }] },
  });
  writeFileSync(join(dir, ".env"), "API_TOKEN=abc\n");
  expect((await server.run({ app, input })).output).toEqual({ text: "Hello, Ada!" });
  const spelt = await server.run({ app, function: "spell", input: { word: "hi" } });
  expect(spelt.output).toEqual({ text: "hi" });
  const photo = "data:image/png;base64,aGk=";
  const { output } = await server.run({ app, function: "draw_card", input: { text: "Hi", photo } });
  expect(output.card).toMatchObject({ content_type: "image/svg+xml" });
  expect(await (await fetch(output.card.uri)).text()).toContain(">Hi</text>");
});

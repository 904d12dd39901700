/** What an author has probably not meant is told; the app runs all the same. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { belt, Home, ROOT } from "../support/belt.ts";
import { spawnDev } from "./dev-process.ts";
import { APPS, cleanup, type Json, startServer, type TestServer, temporaryFolder } from "./server-fixture.ts";

const MANIFEST = "namespace: test\nname: mine\n";
const WELL = `import { z } from "zod";
export const RunInput = z.object({}), RunOutput = z.any();
export class App { run() { return "well"; } }
`;

function writeApp(files: Record<string, string>): string {
  const dir = join(temporaryFolder(), "mine");
  mkdirSync(dir);
  const all = { "package.json": '{"type":"module"}', "inf.yml": MANIFEST, "inference.js": WELL, ...files };
  for (const [file, text] of Object.entries(all)) writeFileSync(join(dir, file), text);
  symlinkSync(join(ROOT, "node_modules"), join(dir, "node_modules"));
  return dir;
}

async function serve(files: Record<string, string>): Promise<{ server: TestServer; warnings: string[] }> {
  const server = await startServer({ appDirs: [writeApp(files)] });
  const [summary] = await server.apps();
  expect(summary?.problem).toBeNull();
  return { server, warnings: summary!.warnings };
}

const BODY = { app: "test/mine" };

describe("a slip in inf.yml is a warning", () => {
  test.each([
    ["nmae: mine", "inf.yml:3: belt does not know nmae; did you mean name?"],
    [
      "default-function: run",
      "inf.yml:3: belt does not know default-function; did you mean default_function?",
    ],
    ["zzz: 1", "inf.yml:3: belt does not know zzz"],
    ["kernel: node-99", "inf.yml:3: belt does not know the kernel node-99; it runs the app as node-22"],
    [
      "default_function: runn",
      "inf.yml: default_function is runn, which is no function of the app; it has run",
    ],
    [
      "secrets: [{key: A, optinal: true, optional: true}]",
      "inf.yml:3: belt does not know optinal; did you mean optional?",
    ],
    ["secrets: TOKEN", "inf.yml:3: secrets must be a list of {key, description, optional}"],
    ["secrets: [TOKEN]", "inf.yml:3: secret 1 must be written like {key: MY_KEY}"],
    ["secrets: [{description: a token}]", "inf.yml:3: secret 1 has no key"],
    ["env: [A]", "inf.yml:3: env must be a mapping, like {NAME: value}"],
    ["env: {A: {b: 1}, C: 1}", "inf.yml:3: A must be a text"],
    ["belt: {prices: {run: 1}}", "inf.yml:3: belt does not know prices; did you mean price?"],
    ["belt: 1", "inf.yml:3: belt must be a mapping"],
  ])("%s", async (line, warning) => {
    const { server, warnings } = await serve({ "inf.yml": `${MANIFEST}${line}\n` });
    expect(warnings).toEqual([warning]);
    expect((await server.run({ ...BODY, function: "run" })).output).toBe("well");
  });

  test("a name that is missing is that of the folder", async () => {
    const { warnings } = await serve({ "inf.yml": "namespace: test\n" });
    expect(warnings).toEqual(["inf.yml: it has no name, so the folder's is taken"]);
  });

  test("not so what the platform knows, nor the apps of others", async () => {
    const known =
      "title: x\nimages: {}\nmetadata: {}\nresources: {ram: 1}\nintegrations: []\nkernel: node-20\n";
    expect((await serve({ "inf.yml": MANIFEST + known })).warnings).toEqual([]);
    const appDirs = ["probe", "zod3", "zod4", "poster", "captions"].map((name) => join(APPS, name));
    const server = await startServer({ appDirs });
    for (const { app, warnings } of await server.apps()) expect([app, warnings]).toEqual([app, []]);
  });

  test.each([
    ["name: My App", 'name is "My App", which no run can name'],
    ["namespace: a/b\nname: x", 'namespace is "a/b", which no run can name'],
  ])("but %s is a problem, with its line", async (text, said) => {
    const dir = writeApp({ "inf.yml": `# mine\n${text}\n` });
    const server = await startServer({ appDirs: [dir] });
    const [summary] = await server.apps();
    expect(summary?.problem).toMatchObject({ file: join(dir, "inf.yml"), line: 2 });
    expect(summary?.problem?.message).toContain(said);
  });
});

const code = (schemas: string, methods: string) => ({
  "inference.js": `import { z } from "zod";
const any = z.any();
export const GoodInput = any, GoodOutput = any;
${schemas}
export class App { good() { return "well"; } ${methods} }
`,
});

describe("a slip in the code is a warning", () => {
  test.each([
    [
      "a schema's name",
      "export const RunInputs = any, RunOutput = any;",
      "run() {}",
      "run is not a function of the app: RunInput is not exported, but RunInputs is",
    ],
    [
      "the case of both",
      "export const runInput = any, runOutput = any;",
      "run() {}",
      "run is not a function of the app: RunInput is not exported, but runInput is, and RunOutput is not exported, but runOutput is",
    ],
    [
      "no export",
      "export const RunOutput = any;",
      "run() {}",
      "run is not a function of the app: RunInput is not exported",
    ],
    [
      "a method's name",
      "export const DrawCardInput = any, DrawCardOutput = any;",
      "paint() {}",
      "DrawCardInput and DrawCardOutput are exported, but App has no method of that name",
    ],
    ["a hook's name", "", "setUp() {}", "setUp is never called; did you mean setup?"],
  ])("%s", async (_, schemas, methods, warning) => {
    const { server, warnings } = await serve(code(schemas, methods));
    expect(warnings).toEqual([warning]);
    expect((await server.run({ ...BODY, function: "good" })).output).toBe("well");
    if (!methods.startsWith("run")) return;
    const failed = await server.run({ ...BODY, function: "run" });
    expect(failed.error).toBe(`the app has no function "run", since ${warning.split(": ")[1]}; it has good`);
  });

  test.each([
    ["helpers", "", "helper() {} _hidden() {} setup() {} onCancel() {} unload() {}"],
    ["schemas of other things", "export const ItemSchema = any, Item = any, AppSetup = z.object({});", ""],
    ["a function of such a name", "export const SetUpInput = any, SetUpOutput = any;", "setUp() {}"],
  ])("not so %s", async (_, schemas, methods) => {
    expect((await serve(code(schemas, methods))).warnings).toEqual([]);
  });
});

test("without a setup the app's own defaults hold, whatever ran before; a session keeps what it began with", async () => {
  const files = {
    "inference.js": `import { z } from "zod";
export const AppSetup = z.object({ prefix: z.string().default("-") });
export const RunInput = z.object({}), RunOutput = z.any();
export class App { setup({ prefix }) { this.prefix = prefix; } run() { return this.prefix; } }
`,
  };
  const server = await startServer({ appDirs: [writeApp(files)], workers: 1 });
  const says = async (fields: Json = {}) => (await server.run({ ...BODY, ...fields })).output;
  expect(await says({ setup: { prefix: "@" } })).toBe("@");
  expect(await says()).toBe("-");
  expect(await says({ setup: { prefix: "@" } })).toBe("@");
  expect(await says({ setup: {} })).toBe("-");
  const { session_id: session } = await server.run({ ...BODY, session: "new", setup: { prefix: "#" } });
  expect(await says({ session })).toBe("#");
});

describe("a secret that is missing", () => {
  const home = new Home();
  afterAll(() => home.remove());
  const manifest = `${MANIFEST}secrets: [{key: TOKEN, description: Of the bank}, {key: LUCK, optional: true}]\n`;

  test("is told by belt dev, by app get, and with what to do by a run", async () => {
    const dir = writeApp({ "inf.yml": manifest });
    const dev = await spawnDev(home, [dir, "--port", "0"]);
    cleanup(() => dev.child.kill("SIGKILL"));
    const file = join(dir, ".env");
    const [mine] = (dev.events[0] as Json).apps;
    expect(mine.warnings).toEqual([`no run without a secret: TOKEN=… in ${file}`]);
    const { stdout } = await belt(["app", "get", "test/mine", "--local"], { home });
    expect(stdout).toMatch(/\nSecrets\nNAME +REQUIRED +DESCRIPTION\nTOKEN +yes +Of the bank\nLUCK/);
    const { code, stderr } = await belt(["run", "test/mine", "--local"], { home });
    expect(code).toBe(1);
    expect(stderr).toContain(`hint: write TOKEN=… into ${file}\n`);
  });
});

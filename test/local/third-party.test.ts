import { cpSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { APPS, ROOT, startServer, temporaryFolder } from "./server-fixture.ts";

/**
 * What `npm install` makes of the app's folder, without the network. The app gets a zod and an
 * @inferencesh/app of its own, not those that belt itself would load.
 */
function install(name: string, zod: "zod" | "zod3"): string {
  const dir = join(temporaryFolder(), name);
  cpSync(join(APPS, name), dir, { recursive: true });
  const { dependencies } = JSON.parse(readFileSync(join(dir, "package.json"), "utf8"));
  for (const dependency of Object.keys(dependencies)) {
    const source = join(ROOT, "node_modules", dependency === "zod" ? zod : dependency);
    const target = join(dir, "node_modules", dependency);
    mkdirSync(dirname(target), { recursive: true });
    if (OWN.has(dependency)) cpSync(source, target, { recursive: true });
    else symlinkSync(source, target);
  }
  return dir;
}

const OWN = new Set(["zod", "@inferencesh/app"]);

const FILE = { type: "string", format: "file" };

test("an app with zod 3 and npm packages has the schemas its author wrote", async () => {
  const server = await startServer({ appDirs: [install("captions", "zod3")] });
  const { version } = (await server.call("GET", "/apps/acme/captions")).body;
  expect(version.default_function).toBe("describe");
  expect(Object.keys(version.functions)).toEqual(["describe", "translate"]);
  const { describe, translate } = version.functions;
  expect(describe.input_schema).toEqual(version.input_schema);
  const { properties, required, type } = version.input_schema;
  expect({ type, required }).toEqual({ type: "object", required: ["image"] });
  expect(properties).toEqual({
    image: { ...FILE, description: "The picture" },
    masks: { type: "array", items: FILE, maxItems: 3, default: [], description: "Parts to leave out" },
    style: { type: "string", enum: ["plain", "poem"], default: "plain" },
    length: { type: "integer", minimum: 1, maximum: 280, default: 80, description: "Characters at most" },
    temperature: { type: "number", exclusiveMinimum: 0, maximum: 2 },
    author: {
      type: "object",
      properties: { name: { type: "string", minLength: 1 }, email: { type: "string", format: "email" } },
      required: ["name"],
      description: "Who is named",
    },
    footer: { type: ["string", "null"], default: null },
    site: { type: "string", format: "uri" },
    tags: { type: "string", description: "Separated by commas" },
  });
  expect(version.output_schema).toMatchObject({
    properties: {
      caption: { type: "string" },
      table: { ...FILE, description: "What was seen" },
      seen: {
        type: "array",
        items: {
          type: "object",
          properties: { label: { type: "string" }, share: { type: "number" } },
          required: ["label", "share"],
        },
      },
    },
    required: ["caption", "table", "seen"],
  });
  expect(version.setup_schema.properties).toEqual({
    language: {
      type: "string",
      enum: ["en", "de", "fr"],
      default: "en",
      description: "Language of the captions",
    },
    dictionary: { type: "object", additionalProperties: { type: "string" } },
  });
  expect(translate.input_schema).toMatchObject({
    properties: { text: { type: "string" }, to: { type: "string", enum: ["en", "de", "fr"] } },
    required: ["text", "to"],
    additionalProperties: false,
  });
});

test("an app with zod 3 and npm packages runs", async () => {
  const server = await startServer({ appDirs: [install("captions", "zod3")] });
  const input = { image: "data:text/plain,a%20cat", tags: "a,b" };
  const task = await server.run({ app: "acme/captions", input, setup: { language: "de" } });
  expect(task).toMatchObject({ error: null, output: { caption: "de: a cat (a+b, at most 80)" } });
  expect(await (await fetch(task.output.table.uri)).text()).toContain("bytes");
  const { logs } = (await server.call("GET", `/tasks/${task.id}/logs`)).body;
  expect(logs.map(({ content }: { content: string }) => content)).toEqual(["style: plain", "masks: 0"]);
  const translated = await server.run({
    app: "acme/captions",
    function: "translate",
    input: { text: "a cat", to: "fr" },
  });
  expect(translated.output).toEqual({ text: "fr: a cat" });
  const strict = await server.run({
    app: "acme/captions",
    function: "translate",
    input: { text: "", to: "fr", x: 1 },
  });
  expect(strict.error).toMatch(/^invalid input: .*x/);
});

test("an app with zod 4 and npm packages has the schemas its author wrote, and runs", async () => {
  const server = await startServer({ appDirs: [install("poster", "zod")] });
  const { version } = (await server.call("GET", "/apps/acme/poster")).body;
  expect(version.default_function).toBe("run");
  const { properties, required, type } = version.input_schema;
  expect({ type, required }).toEqual({ type: "object", required: ["title"] });
  expect(properties).toEqual({
    title: {
      type: "string",
      minLength: 1,
      maxLength: 60,
      description: "In capitals",
      examples: ["CIRCUS"],
    },
    lines: { type: "array", items: { type: "string" }, minItems: 1, default: ["tonight"] },
    background: { ...FILE, description: "Behind the type" },
    paper: {
      oneOf: [
        {
          type: "object",
          properties: {
            kind: { type: "string", const: "iso" },
            name: { type: "string", enum: ["a3", "a4"] },
          },
          required: ["kind", "name"],
        },
        {
          type: "object",
          properties: {
            kind: { type: "string", const: "custom" },
            width: { type: "number", exclusiveMinimum: 0 },
            height: { type: "number", exclusiveMinimum: 0 },
          },
          required: ["kind", "width", "height"],
        },
      ],
      default: { kind: "iso", name: "a4" },
    },
    colour: { type: "string", pattern: expect.stringMatching(/^\^#/) },
    when: { type: "string", format: "date", pattern: expect.any(String) },
    seed: {
      anyOf: [
        { type: "integer", minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
        { type: "null" },
      ],
      default: null,
    },
    site: { type: "string", format: "uri" },
  });
  expect(version.output_schema.properties).toEqual({
    sheet: FILE,
    settings: { type: "string" },
    paper: { type: "string" },
  });
  expect(version.output_schema.required).toEqual(["sheet", "settings", "paper"]);
  const task = await server.run({ app: "acme/poster", input: { title: "CIRCUS", lines: ["夜"] } });
  expect(task).toMatchObject({
    error: null,
    output: {
      settings: "lines:\n  - 夜\nseed: null\n",
      paper: "a4",
      sheet: { content_type: "image/svg+xml", filename: "sheet.svg" },
    },
  });
});

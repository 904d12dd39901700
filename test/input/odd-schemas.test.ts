import { describe, expect, test } from "vitest";
import { appSchemas } from "../../src/api/resources/app.ts";
import { inputCandidates } from "../../src/cli/completion/input-candidates.ts";
import { coerce } from "../../src/input/coerce.ts";
import { parseInput } from "../../src/input/parse-input.ts";
import { sampleInput } from "../../src/input/sample.ts";
import { typeName } from "../../src/input/schema/describe.ts";
import { asSchema } from "../../src/input/schema/document.ts";
import { fieldsOf } from "../../src/input/schema/fields.ts";
import { validate } from "../../src/input/validate.ts";
import type { JsonObject } from "../../src/wire/types.ts";

const readers = {
  file: () => Promise.reject(new Error("no files")),
  stdin: () => Promise.reject(new Error("no input")),
};

/** What becomes of typed inputs, in one list of sentences. */
async function check(schema: JsonObject, ...specs: string[]) {
  const notes: string[] = [];
  const read = asSchema(schema, (text) => notes.push(text));
  const coerced = coerce(await parseInput(specs, "--input", readers), read);
  const issues = await validate(coerced, read!, (text) => notes.push(text));
  return {
    sent: coerced.values,
    told: issues.map(({ path, message }) => `${path.join(".")} ${message}`),
    notes,
  };
}

const fields = (properties: JsonObject, more: JsonObject = {}) => ({ type: "object", properties, ...more });
const FILE = {
  title: "File",
  type: "object",
  properties: { uri: { type: "string" }, size: { type: "integer" } },
};
const SIZE = { type: "object", properties: { width: { type: "integer" }, height: { type: "integer" } } };

describe("reasons", () => {
  test.each<[string, JsonObject, string[], string[]]>([
    ["an empty text", { prompt: { type: "string", minLength: 1 } }, ["prompt="], ["prompt is empty"]],
    [
      "bounds",
      { width: { type: "integer", minimum: 64, maximum: 2048 } },
      ["width=9000"],
      ["width must be 64 to 2048, not 9000"],
    ],
    ["a type", { seed: { type: "integer" } }, ["seed=abc"], ["seed must be a whole number, not abc"]],
    [
      "a fraction",
      { seed: { type: "integer", minimum: 5 } },
      ["seed=0.5"],
      ["seed must be a whole number, not 0.5"],
    ],
    [
      "bounds of an optional field",
      { seed: { anyOf: [{ type: "integer", minimum: 0 }, { type: "null" }], default: null } },
      ["seed=-1"],
      ["seed must be at least 0, not -1"],
    ],
    [
      "bounds behind a reference",
      { seed: { $ref: "#/$defs/Seed" } },
      ["seed=-1"],
      ["seed must be at least 0, not -1"],
    ],
    [
      "bounds of one sign and the other",
      { t: { type: "number", exclusiveMinimum: 0, maximum: 2 } },
      ["t=3"],
      ["t must be more than 0 and at most 2, not 3"],
    ],
    [
      "a word or an object",
      { size: { anyOf: [{ enum: ["square", "wide"] }, SIZE] } },
      ["size=squar"],
      ["size must be one of square, wide or an object, not squar; did you mean square?"],
    ],
    [
      "a slip in that object",
      { size: { anyOf: [{ enum: ["square"] }, SIZE] } },
      ["size.widht=1"],
      ["size.widht is unknown; did you mean width?"],
    ],
    [
      "a type in that object",
      { size: { anyOf: [{ enum: ["square"] }, SIZE] } },
      ["size.width=x"],
      ["size.width must be a whole number, not x"],
    ],
    [
      "lengths",
      { t: { type: "string", minLength: 3, maxLength: 5 } },
      ["t=a"],
      ["t must have 3 to 5 characters, not 1"],
    ],
    [
      "a list",
      { l: { type: "array", items: { type: "integer" }, maxItems: 1 } },
      ["l=1", "l=2"],
      ["l must have at most 1 entry, not 2"],
    ],
    [
      "forms told apart by a constant",
      {
        shape: {
          oneOf: [
            fields({ kind: { const: "circle" }, r: { type: "number" } }, { required: ["r"] }),
            fields({ kind: { const: "box" }, w: { type: "number" } }),
          ],
        },
      },
      ["shape.kind=circle"],
      ["shape.r is required"],
    ],
    [
      "a constant that names no form",
      { shape: { oneOf: [fields({ kind: { const: "circle" } }), fields({ kind: { const: "box" } })] } },
      ["shape.kind=ring"],
      ["shape.kind must be circle or box, not ring"],
    ],
    [
      "a format",
      { at: { type: "string", format: "date" } },
      ["at=soon"],
      ["at must be a date such as 2026-01-31, not soon"],
    ],
    [
      "a pattern",
      { id: { type: "string", pattern: "^v\\d$" } },
      ["id=x"],
      ["id must be text that matches ^v\\d$, not x"],
    ],
  ])("of %s", async (_name, properties, specs, told) => {
    const $defs = { Seed: { anyOf: [{ type: "integer", minimum: 0 }, { type: "null" }] } };
    expect((await check(fields(properties, { $defs }), ...specs)).told).toEqual(told);
  });

  test("never quote the text of a file", async () => {
    const schema = asSchema(fields({ n: { type: "integer" }, style: { enum: ["public"] } }))!;
    const from = { file: async () => Buffer.from("publik-secret"), stdin: readers.stdin };
    const coerced = coerce(await parseInput(["n@=key.txt", "style@=key.txt"], "--input", from), schema);
    const told = (await validate(coerced, schema)).map(({ message }) => message);
    expect(told).toEqual([
      "must be a whole number, not the text of key.txt",
      "must be public, not the text of key.txt",
    ]);
  });
});

describe("a union beside properties", () => {
  const schema = fields(
    {
      text: { anyOf: [{ type: "string" }, { type: "null" }], default: null },
      seed: { anyOf: [{ type: "integer" }, { type: "null" }], default: null },
      audio: { anyOf: [{ type: "string", format: "file" }, { type: "null" }], default: null },
    },
    { anyOf: ["text", "audio"].map((name) => ({ properties: { [name]: { not: { type: "null" } } } })) },
  );

  test("takes every field, and tells slips and what is wrong", async () => {
    expect(await check(schema, "text=a", "seed=4")).toMatchObject({ sent: { text: "a", seed: 4 }, told: [] });
    expect((await check(schema, "text=a", "sed=4")).told).toEqual(["sed is unknown; did you mean seed?"]);
    expect((await check(schema, "text=a", "seed=x")).told).toEqual(["seed must be a whole number, not x"]);
    expect((await check(schema, "text:=null", "audio:=null")).told).toEqual([
      "text must not be null, or audio must not be null",
    ]);
  });
});

describe("files", () => {
  test.each<[string, JsonObject, unknown, unknown]>([
    ["an address", { type: "string", format: "file" }, "https://x/y", "@a.png"],
    ["an object", FILE, { uri: "https://x/y" }, { uri: "@a.png" }],
    ["an object behind a reference", { $ref: "#/$defs/File" }, { uri: "https://x/y" }, { uri: "@a.png" }],
    [
      "an object or nothing",
      { anyOf: [{ $ref: "#/$defs/File" }, { type: "null" }] },
      { uri: "https://x/y" },
      { uri: "@a.png" },
    ],
    ["an object or a text", { oneOf: [FILE, { type: "string" }] }, "https://x/y", "@a.png"],
    ["a list of objects", { type: "array", items: FILE }, [{ uri: "https://x/y" }], [{ uri: "@a.png" }]],
    [
      "a list of either",
      { type: "array", items: { oneOf: [FILE, { type: "string" }] } },
      ["https://x/y"],
      ["@a.png"],
    ],
  ])("as %s", async (_name, node, url, upload) => {
    const schema = fields({ f: node }, { $defs: { File: FILE } });
    expect(await check(schema, "f=https://x/y")).toMatchObject({ sent: { f: url }, told: [] });
    expect(await check(schema, "f=@a.png")).toMatchObject({ sent: { f: upload }, told: [] });
    expect(typeName(fieldsOf(asSchema(schema)!)[0]!.schema)).toContain("file");
    const sample = await sampleInput(asSchema({ ...schema, required: ["f"] })!);
    expect(JSON.stringify(sample)).toContain("https://example.com/f");
    expect((await check(schema, `f:=${JSON.stringify(sample["f"])}`)).told).toEqual([]);
  });
});

describe("null", () => {
  test.each<[JsonObject, unknown]>([
    [{ type: "integer", nullable: true }, null],
    [{ anyOf: [{ type: "boolean" }, { type: "null" }] }, null],
    [{ type: ["number", "null"] }, null],
    [{ $ref: "#/$defs/Mode", nullable: true }, null],
    [{ type: "array", items: { type: "string" }, nullable: true }, null],
    [{ type: "string", nullable: true }, "null"],
  ])("%j", async (node, value) => {
    const schema = fields({ x: node }, { $defs: { Mode: { enum: ["a", "b"] } } });
    expect(await check(schema, "x=null")).toMatchObject({ sent: { x: value }, told: [] });
    expect((await check(schema, "x:=null")).told).toEqual([]);
  });
});

describe("what cannot be used", () => {
  test.each<[string, JsonObject]>([
    ["a pattern of no dialect", { x: { type: "string", pattern: "(((" } }],
    ["a bound that is no number", { x: { type: "integer", minimum: "3" } }],
    ["a reference to nothing", { x: { $ref: "#/$defs/Nothing" } }],
    ["a reference elsewhere", { x: { $ref: "https://x/y.json" } }],
    ["a circle of references", { x: { $ref: "#/properties/x" } }],
    [
      "a schema that only names the document",
      { x: { $ref: "#/properties/y" }, y: { $ref: "#/properties/x" } },
    ],
  ])("%s switches off that check alone, and says so", async (_name, properties) => {
    const { told, notes } = await check(fields({ ...properties, n: { type: "integer" } }), "x=5", "n=abc");
    expect(told).toEqual(["n must be a whole number, not abc"]);
    expect(notes.length).toBeGreaterThan(0);
  });

  test.each([
    ["(?i)^x\\Z", "X", "y"],
    ["^(?P<a>x)$", "x", "y"],
    ["\\Ax\\z", "x", "xx"],
    ["^\\u0041+$", "AA", "B"],
    ["^(?!no)[a-z]+$", "yes", "now"],
    ["^[^\\s@]+@[^\\s@]+$", "a@b", "ab"],
    ["^\\p{L}+$", "é", "1"],
  ])("%s is a pattern like any other", async (pattern, good, bad) => {
    const schema = fields({ x: { type: "string", pattern } });
    expect(await check(schema, `x=${good}`)).toMatchObject({ told: [], notes: [] });
    expect((await check(schema, `x=${bad}`)).told).toHaveLength(1);
  });

  test.each(["^(a+)+$", "^(?!b)(a+)+$", "(x+x+)+y", "^(a|a)*$"])("%s does not run away", async (pattern) => {
    const start = performance.now();
    await check(
      fields({ x: { type: "string", pattern }, n: { type: "integer" } }),
      `x=${"a".repeat(50_000)}b`,
      "n=1",
    );
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

describe("schemas without end", () => {
  const node = (name: string) => ({ $ref: `#/$defs/${name}` });
  const zodJson = {
    anyOf: [
      { type: "string" },
      { type: "number" },
      { type: "boolean" },
      { type: "null" },
      { type: "array", items: node("json") },
      { type: "object", propertyNames: { type: "string" }, additionalProperties: node("json") },
    ],
  };
  const doubling: JsonObject = { L24: { type: "integer" } };
  for (let i = 0; i < 24; i++)
    doubling[`L${i}`] = { anyOf: [node(`L${i + 1}`), { allOf: [node(`L${i + 1}`)], title: "b" }] };
  const tree = fields({ left: node("tree"), right: node("tree"), n: { type: "integer" } });
  const nested = (depth: number): JsonObject =>
    depth === 0 ? { type: "integer" } : { type: "array", items: nested(depth - 1) };
  const deep = (depth: number) => `${"[".repeat(depth)}1${"]".repeat(depth)}`;

  test.each<[string, JsonObject, string[]]>([
    ["zod's own JSON", fields({ x: node("json") }, { $defs: { json: zodJson }, required: ["x"] }), ["x=a"]],
    ["a root that names itself", { $ref: "#" }, ["x=a"]],
    [
      "a field that is the root",
      fields({ x: { $ref: "#" }, n: { type: "integer" } }, { required: ["x"] }),
      ["x.x.n=4"],
    ],
    [
      "a union that doubles 24 times",
      fields({ x: node("L0") }, { $defs: doubling, required: ["x"] }),
      ["x=4"],
    ],
    ["a tree", fields({ x: node("tree") }, { $defs: { tree }, required: ["x"] }), ["x.left.right.n=4"]],
    [
      "an enum of objects",
      fields({ x: { enum: [{ toString: 1 }, { a: 1 }, null] } }, { required: ["x"] }),
      ['x={"a":1}'],
    ],
    ["a schema of 3,000 levels", fields({ x: nested(3_000) }, { required: ["x"] }), ["x:=[]"]],
    [
      "JSON of 3,000 levels",
      fields({ x: node("json") }, { $defs: { json: zodJson } }),
      [`x:=${deep(3_000)}`],
    ],
    ["JSON of 3,000 levels for a number", fields({ x: { type: "integer" } }), [`x:=${deep(3_000)}`]],
    [
      "JSON with a long number, 3,000 levels deep",
      fields({ x: {} }),
      [`x:=${deep(3_000).replace("1", "12345678901234567890")}`],
    ],
  ])("%s", async (_name, schema, specs) => {
    const start = performance.now();
    await check(schema, ...specs);
    const read = asSchema(schema)!;
    inputCandidates(read);
    for (const { schema: inner } of fieldsOf(read)) typeName(inner);
    JSON.stringify(await sampleInput(read));
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  test("what is deeper than can be written again is refused", async () => {
    await expect(check(fields({ x: {} }), `x:=${deep(9_000)}`)).rejects.toThrow("levels");
  });
});

describe("an app", () => {
  const version = { id: "v", input_schema: fields({ own: { type: "string" } }), default_function: "run" };

  test("has its version's own schema where its function has none", () => {
    for (const functions of [
      undefined,
      {},
      { run: {} },
      { run: { input_schema: {} } },
      { other: { input_schema: fields({}) } },
    ]) {
      expect(appSchemas({ version: { ...version, functions } }).functions["run"]?.input).toEqual(
        version.input_schema,
      );
    }
  });

  test("keeps its functions where the version says nothing", () => {
    const functions = { one: { input_schema: fields({}) }, two: {} };
    expect(Object.keys(appSchemas({ version: { functions } }).functions)).toEqual(["one", "two"]);
  });
});

describe("found by fuzzing", () => {
  test.each([
    ["a key with half a character", fields({ "\ud83d": {} }), ["x=1"]],
    ["an id that is no text, deep inside", fields({ x: fields({ y: { id: 0 } }) }), ["x.y=1"]],
    ["a reference that is no text", fields({ x: { $ref: { toString: 1 } } }), ["x=1"]],
    ["values that cannot be compared", fields({ x: { enum: [{ a: 1 }] } }), ['x:={"toString":1}']],
    ["a default that cannot be compared", fields({ x: { enum: [{}], default: { toString: 1 } } }), ["x:={}"]],
  ])("%s", async (_name, schema, specs) => {
    await check(schema, ...specs).catch((thrown) =>
      expect(thrown).toMatchObject({ facts: { exit: "usage" } }),
    );
    JSON.stringify(await sampleInput(asSchema(schema)!));
  });
});

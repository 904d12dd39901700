import type { ErrorObject, ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { coerce } from "../../src/input/coerce.ts";
import { RawValue, rawText } from "../../src/input/raw-value.ts";
import { sampleInput } from "../../src/input/sample.ts";
import { asSchema } from "../../src/input/schema/document.ts";
import { validate } from "../../src/input/validate.ts";
import { isObject, type JsonObject } from "../../src/wire/types.ts";

/** Random schemas of the shapes that real apps have; RUNS=n tries more, SEED=n others. */
const SETTINGS = { numRuns: Number(process.env["RUNS"] ?? 60), seed: Number(process.env["SEED"] ?? 14) };

const FILE = {
  title: "File",
  type: "object",
  properties: {
    uri: { anyOf: [{ type: "string" }, { type: "null" }], default: null },
    size: { type: "integer" },
  },
};
const DEFS = {
  File: FILE,
  FileOrText: { oneOf: [FILE, { type: "string" }] },
  Ratio: { enum: ["16:9", "4:3", "auto"], type: "string" },
  Size: {
    type: "object",
    properties: {
      width: { type: "integer", minimum: 8, maximum: 64 },
      height: { type: "integer", minimum: 8 },
    },
    required: ["width"],
  },
};

const bounds = fc
  .integer({ min: -50, max: 50 })
  .chain((least) =>
    fc.integer({ min: 1, max: 60 }).map((span) => ({ minimum: least, maximum: least + span })),
  );
const numeric = fc.record({ type: fc.constantFrom("integer", "number") });
const scalar: fc.Arbitrary<JsonObject> = fc.oneof(
  numeric,
  fc.tuple(numeric, bounds).map(([type, more]) => ({ ...type, ...more })),
  fc.constant({ type: "number", exclusiveMinimum: 0, maximum: 2 }),
  fc.constant({ type: "integer", multipleOf: 8, minimum: 8 }),
  fc.constant({ type: "boolean" }),
  fc.constant({ type: "string" }),
  fc.constant({ type: "string", minLength: 2, maxLength: 5 }),
  fc.constant({ type: "string", pattern: "^[a-z]+-\\d{2}$" }),
  fc.constant({ type: "string", enum: ["low", "high"] }),
  fc.constant({ enum: [1, 2, "three"] }),
  fc.constant({ const: "only" }),
  fc.constantFrom(...Object.keys(DEFS)).map((name) => ({ $ref: `#/$defs/${name}` })),
);
const withDefault = (schema: JsonObject) => ({ ...schema, default: null, description: "d" });
const field: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 4, arbitrary: scalar.map((one) => withDefault({ anyOf: [one, { type: "null" }] })) },
  scalar.map((one) => ({ allOf: [one], description: "wrapped" })),
  fc.tuple(scalar, scalar).map((both) => ({ anyOf: both })),
  scalar.map((items) => ({ type: "array", items, minItems: 1, maxItems: 3 })),
  scalar.map((items) => withDefault({ anyOf: [{ type: "array", items }, { type: "null" }] })),
  fc.constant({ anyOf: [{ $ref: "#/$defs/Ratio" }, { $ref: "#/$defs/Size" }] }),
  fc.tuple(scalar, scalar).map(([a, b]) => ({ type: "object", properties: { a, b }, required: ["a"] })),
);
const root: fc.Arbitrary<JsonObject> = fc
  .record({ one: field, two: field, three: field }, { requiredKeys: ["one"] })
  .chain((properties) => {
    const names = Object.keys(properties);
    const plain = { type: "object", $defs: DEFS, properties };
    return fc.oneof(
      fc.subarray(names).map((required) => ({ ...plain, required })),
      fc.constant({
        ...plain,
        anyOf: names.map((name) => ({ properties: { [name]: { not: { type: "null" } } } })),
      }),
      fc.constant({ ...plain, allOf: [{ properties: { one: {} }, required: ["one"] }] }),
    );
  });

const json: fc.Arbitrary<unknown> = fc.oneof(
  fc.integer({ min: -100, max: 100 }),
  fc.double({ min: -100, max: 100, noNaN: true }),
  fc.constantFrom(
    true,
    null,
    "low",
    "16:9",
    "only",
    "three",
    "ab-12",
    "",
    "abc",
    "https://example.com/x",
    8,
    16,
    1.5,
  ),
  fc.constantFrom<unknown>(
    [1],
    ["low", "low"],
    [],
    [8, "x"],
    { width: 16 },
    { width: 9000 },
    { uri: "u" },
    { a: 1, b: 2 },
    { widht: 1 },
  ),
);
const input = fc.record({ one: json, two: json, three: json }, { requiredKeys: [] });

const compiled = new WeakMap<JsonObject, ValidateFunction>();

function reasons(schema: JsonObject, values: unknown): ErrorObject[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false, multipleOfPrecision: 9 });
  const check = compiled.get(schema) ?? ajv.compile(schema);
  compiled.set(schema, check);
  check(values);
  return check.errors ?? [];
}

const whole = (values: JsonObject) => ({ values, uploads: [], texts: [], repeats: [] });

/** What ajv must have said for belt to say this. */
const GROUNDS: [RegExp, RegExp][] = [
  [
    /must be (a|an|true|text) |must be .*\bor (a|an|true|text) /,
    /type|anyOf|oneOf|multipleOf|pattern|enum|format/,
  ],
  [/at least \d|at most \d|more than \d|less than \d|must be -?\d+ to /, /imum|Length|Items|anyOf|oneOf/],
  [/one of|must be only/, /enum|const|anyOf|oneOf/],
  [/is empty|characters|entr(y|ies)/, /Length|Items/],
  [/is required/, /required/],
  [/must not be null/, /not/],
];

/** What takes any text, as far as its type goes, takes every text as text. */
function takesText(node: JsonObject): boolean {
  const target = DEFS[String(node["$ref"]).slice("#/$defs/".length) as keyof typeof DEFS] as
    | JsonObject
    | undefined;
  const one = target ?? node;
  const parts = ["anyOf", "oneOf", "allOf"].flatMap((key) => (one[key] as JsonObject[] | undefined) ?? []);
  return (one["type"] === "string" && !("enum" in one)) || parts.some(takesText);
}

describe("a random schema", { timeout: 30_000 + 500 * SETTINGS.numRuns }, () => {
  test("refuses what ajv refuses, for a reason that ajv gives", async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(root, input, async (schema, values) => {
        const issues = (await validate(whole(values), asSchema(schema)!)).filter(
          ({ kind }) => kind !== "unknown",
        );
        const errors = reasons(schema, values);
        expect(issues.length > 0, JSON.stringify([issues, errors])).toBe(errors.length > 0);
        if (issues.length > 0) refused++;
        for (const { path, message } of issues) {
          const place = path.map((key) => `/${key}`).join("");
          const there = errors.filter(({ instancePath, keyword, params }) =>
            keyword === "required"
              ? `${instancePath}/${params["missingProperty"]}` === place || instancePath === place
              : instancePath === place,
          );
          expect(there.length, `${place} ${message}`).toBeGreaterThan(0);
          for (const [words, grounds] of GROUNDS) {
            if (words.test(message))
              expect(there.map(({ keyword }) => keyword).join(), message).toMatch(grounds);
          }
        }
      }),
      SETTINGS,
    );
    expect(refused).toBeGreaterThan(SETTINGS.numRuns / 10);
  });

  test("takes as text what it takes as JSON", async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(field, fc.array(json, { minLength: 20, maxLength: 20 }), async (node, values) => {
        const schema = { type: "object", $defs: DEFS, properties: { it: node } };
        for (const value of values) {
          if (reasons(schema, { it: value }).length > 0 || (value === null && takesText(node))) continue;
          const text = typeof value === "string" ? value : JSON.stringify(value);
          const { it } = coerce({ it: new RawValue([await rawText(text)]) }, asSchema(schema)).values;
          expect(reasons(schema, { it }), JSON.stringify([value, it])).toEqual([]);
          // As text it may also fit a form that takes any text, or be the one entry of a list.
          const isSame = typeof it !== "string" && !Array.isArray(it) && (!isObject(it) || isObject(value));
          if (isSame) expect(JSON.stringify(it)).toBe(JSON.stringify(value));
          taken++;
        }
      }),
      SETTINGS,
    );
    expect(taken).toBeGreaterThan(SETTINGS.numRuns);
  });

  test("has a sample that passes", async () => {
    await fc.assert(
      fc.asyncProperty(root, async (schema) => {
        expect(reasons(schema, await sampleInput(asSchema(schema)!))).toEqual([]);
      }),
      SETTINGS,
    );
  });
});

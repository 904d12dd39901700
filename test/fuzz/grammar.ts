import fc from "fast-check";
import { BeltError } from "../../src/errors.ts";
import { coerce, fillUploads } from "../../src/input/coerce.ts";
import { parseInput } from "../../src/input/parse-input.ts";
import { sampleInput } from "../../src/input/sample.ts";
import { typeName } from "../../src/input/schema/describe.ts";
import { asSchema } from "../../src/input/schema/document.ts";
import { fieldsOf } from "../../src/input/schema/fields.ts";
import { validationOf } from "../../src/input/validate.ts";
import { parseJson, stringifyJson } from "../../src/wire/json.ts";
import { type Harness, hold } from "./harness.ts";
import { shaped, text, value } from "./values.ts";

const key = fc.oneof(
  text,
  fc.constantFrom("prompt", "steps", "image", "tags[]", "a.b", "points[].x", "seed"),
);
const json = value.map((one) => JSON.stringify(one) ?? "null");
const spec = fc.oneof(
  fc
    .tuple(key, fc.constantFrom("=", ":=", "=@", "@=", "=@@"), fc.oneof(text, json))
    .map((parts) => parts.join("")),
  fc.tuple(key, json).map(([name, one]) => `${name}:=${one}`),
  fc.dictionary(key, value, { maxKeys: 3 }).map((one) => JSON.stringify(one)),
  fc.constantFrom("@rows.json", "@rows.yaml", "@-", "rows.json", "@"),
  text,
);

const type = fc.constantFrom("string", "integer", "number", "boolean", "object", "array", "null", [
  "string",
  "null",
]);

/** A schema whose parts are schemas of one level less. */
function level(inner: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> {
  return shaped({
    type,
    properties: fc.dictionary(key, inner, { maxKeys: 3 }),
    items: inner,
    anyOf: fc.array(inner, { maxLength: 2 }),
    required: fc.array(key, { maxLength: 2 }),
    enum: fc.array(value, { minLength: 1, maxLength: 3 }),
    minimum: fc.integer({ min: -9, max: 9 }),
    maximum: fc.integer({ min: -9, max: 9 }),
    pattern: fc.constantFrom("^a+$", "(", "\\p{L}", "(?i)x"),
    format: fc.constantFrom("file", "uri", "date", "stream"),
    default: value,
    $ref: fc.constantFrom("#", "#/$defs/x", "#/properties/prompt"),
    nullable: fc.boolean(),
  });
}

const schema = fc.oneof(
  { weight: 5, arbitrary: level(level(shaped({ type, default: value }))) },
  { weight: 1, arbitrary: value },
);

/** One of a few hundred: to make one takes longer than to read inputs by it. */
const someSchema = fc.constantFrom(...fc.sample(schema, { numRuns: 300, seed: 1 }));

/** What every other try finds in a file or on standard input. */
const readers = (bytes: string) => ({
  file: async () => Buffer.from(bytes),
  stdin: async () => Buffer.from(bytes),
});

export const grammar: Harness<{ specs: string[]; schema: unknown; bytes: string; json: string }> = {
  name: "grammar",
  properties: [
    "specs are read to an object, or refused with a usage error",
    "no spec reaches a prototype",
    "key:=json is that JSON, digit for digit",
    "what was read takes the types of any schema, or is refused in words; what is sent is JSON",
  ],
  inputs: fc.record({
    specs: fc.array(spec, { maxLength: 4 }),
    schema: someSchema,
    bytes: fc.oneof(text, json),
    json,
  }),
  async check({ specs, schema, bytes, json }) {
    const input = await refusable(() => parseInput(specs, "--input", readers(bytes)));
    hold(!("polluted" in {}) && Object.keys(Object.prototype).length === 0, "a prototype was reached");
    const exact = await parseInput([`x:=${json}`], "--input", readers(""));
    hold(stringifyJson(exact["x"]) === stringifyJson(await parseJson(json)), "JSON is other JSON");
    const known = asSchema(schema);
    const coerced = input && (await refusable(async () => coerce(input, known)));
    if (!coerced) return;
    const sent = stringifyJson(fillUploads(coerced, (file) => `https://f/${file.length}`));
    hold(sent !== undefined && typeof JSON.parse(sent) === "object", "what is sent is no JSON");
  },
};

/** Inputs that are checked against one schema: to make it ready takes longer than to check them all. */
const EACH = 10;

export const schemas: Harness<{ schema: unknown; inputs: string[][] }> = {
  name: "schemas",
  properties: [
    "whatever an API calls a schema is one, or is none; it is described without an error",
    "a sample of it is an object that it takes, or that nothing fits",
    "inputs are checked against it to issues that have words",
  ],
  inputs: fc.record({
    schema,
    inputs: fc.array(fc.array(spec, { maxLength: 2 }), { minLength: EACH, maxLength: EACH }),
  }),
  each: EACH,
  async check({ schema, inputs }) {
    const known = asSchema(schema);
    if (!known) return;
    for (const field of fieldsOf(known)) typeName(field.schema);
    JSON.stringify(await sampleInput(known));
    const issuesOf = await validationOf(known);
    for (const specs of inputs) {
      const input = await refusable(() => parseInput(specs, "--input", readers("")));
      const worded = !input || issuesOf(coerce(input, known)).every(({ message }) => message !== "");
      hold(worded, "an issue without words");
    }
  },
};

/** Null for what is refused in words. */
async function refusable<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (thrown) {
    hold(
      thrown instanceof BeltError && thrown.facts.exit === "usage",
      `not refused in words: ${(thrown as Error).stack}`,
    );
    return null;
  }
}

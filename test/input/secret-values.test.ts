/** What no error quotes: it stands under a name, or in a field, that is secret. */
import { expect, it } from "vitest";
import { coerce } from "../../src/input/coerce.ts";
import { parseInput } from "../../src/input/parse-input.ts";
import { asSchema } from "../../src/input/schema/document.ts";
import { validate } from "../../src/input/validate.ts";
import { thrownBy } from "../support/thrown.ts";

const readers = { file: async () => Buffer.alloc(0), stdin: async () => Buffer.alloc(0) };
const words = { enum: ["alpha", "beta"] };
const schema = asSchema({
  type: "object",
  properties: {
    plain: words,
    x_token: words,
    pin: { type: "integer", format: "password" },
    either: { anyOf: [{ type: "integer", writeOnly: true }, { type: "boolean" }] },
    db: { type: "object", properties: { password: words, port: { type: "integer" } } },
    keys: { type: "array", items: { type: "object", properties: { secret: words } } },
  },
})!;

async function issues(spec: string): Promise<string[]> {
  const coerced = coerce(await parseInput([spec], "--input", readers), schema);
  return (await validate(coerced, schema)).map(({ path, message }) => `${path.join(".")} ${message}`);
}

it.each(["x_token=S3CRET", "pin=S3CRET", "either=S3CRET", "db.password=S3CRET", "keys[].secret=S3CRET"])(
  "%s does not fit, and is not quoted",
  async (spec) => {
    const told = await issues(spec);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/must be .*, not what was given$/);
  },
);

it.each(["plain=S3CRET", "db.port=S3CRET"])("%s is quoted", async (spec) => {
  expect((await issues(spec)).join()).toMatch(/not S3CRET/);
});

it.each([
  ["api_key:={S3CRET"],
  ['{"api_key":S3CRET}'],
  ["{'x_token': 'S3CRET'}"],
  ["api_key=S3CRET", "api_key.deep=1"],
])("%s cannot be read, and is not quoted", async (...specs) => {
  const { message, facts } = await thrownBy(() => parseInput(specs, "--input", readers));
  expect(message + JSON.stringify(facts)).not.toContain("S3CRET");
});

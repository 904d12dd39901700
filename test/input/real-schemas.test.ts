import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, describe, expect, test } from "vitest";
import { inputCandidates } from "../../src/cli/completion/input-candidates.ts";
import { coerce } from "../../src/input/coerce.ts";
import { parseInput } from "../../src/input/parse-input.ts";
import { sampleInput } from "../../src/input/sample.ts";
import { asSchema } from "../../src/input/schema/document.ts";
import { validate } from "../../src/input/validate.ts";
import type { JsonObject } from "../../src/wire/types.ts";
import { choicesIn, fittingValue, isFile, unfittingTexts } from "../support/typed-forms.ts";

/** Input schemas of real apps, chosen for their differences; SCHEMAS=dir walks another folder of such files. */
const FOLDER = process.env["SCHEMAS"] ?? join(import.meta.dirname, "../schemas");
const names = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));

const counts = {
  schemas: 0,
  fields: 0,
  accepted: 0,
  files: 0,
  refused: 0,
  choices: 0,
  samples: 0,
  noValue: 0,
};
afterAll(() => void process.stdout.write(`real schemas: ${JSON.stringify(counts)}\n`));

const readers = {
  file: () => Promise.reject(new Error("no files")),
  stdin: () => Promise.reject(new Error("no input")),
};

async function typed(spec: string, schema: JsonObject) {
  const coerced = coerce(await parseInput([spec], "--input", readers), asSchema(schema));
  return { coerced, issues: await validate(coerced, asSchema(schema)!) };
}

describe.each(names)("%s", (name) => {
  const root = JSON.parse(readFileSync(join(FOLDER, name), "utf8")) as JsonObject;
  const properties = root["properties"] as JsonObject;
  // Only what is typed is looked at, not what else would be required.
  const { required: _, anyOf: _any, ...document } = root;
  const alone = (key: string) => ({ ...document, properties: { [key]: properties[key] } });
  const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false });
  counts.schemas++;

  test.each(Object.keys(properties))("%s", async (key) => {
    const schema = alone(key);
    const fits = ajv.compile(withoutIds(schema));
    counts.fields++;
    const value = fittingValue(properties[key], document, (value) => fits({ [key]: value }));
    if (value === undefined) counts.noValue++;
    else {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      const { coerced, issues } = await typed(`${key}=${text}`, schema);
      expect(issues).toEqual([]);
      expect(coerced.values).toEqual({ [key]: value });
      counts.accepted++;
    }
    if (isFile(properties[key], document)) {
      for (const spec of [`${key}=@some.bin`, `${key}=https://example.com/x`]) {
        const { coerced, issues } = await typed(spec, schema);
        expect(issues).toEqual([]);
        expect(fits(JSON.parse(JSON.stringify(coerced.values)))).toBe(true);
      }
      counts.files++;
    }
    for (const text of unfittingTexts(properties[key], document, (value) => fits({ [key]: value }))) {
      const { issues } = await typed(`${key}=${text}`, schema);
      expect(issues.map(({ path }) => path[0])).toEqual([key]);
      expect(issues[0]!.message).not.toMatch(/undefined|\[object|must be an integer, and -?\d/);
      counts.refused++;
    }
    const slip = await typed(`${key}x=1`, schema);
    expect(slip.issues).toMatchObject([{ kind: "unknown", path: [`${key}x`] }]);
    const offered = inputCandidates(asSchema(schema)!).map(({ value }) => value);
    expect(offered).toContain(`${key}=`);
    for (const choice of choicesIn(properties[key], document)) {
      expect(offered).toContain(`${key}=${choice}`);
      counts.choices++;
    }
  });

  test("its sample passes its check, belt's and ajv's", async () => {
    const sample = await sampleInput(asSchema(root)!);
    expect(await validate({ values: sample, uploads: [], texts: [], repeats: [] }, asSchema(root)!)).toEqual(
      [],
    );
    expect(ajv.validate(withoutIds(root), sample)).toBe(true);
    counts.samples++;
  });
});

function withoutIds(schema: JsonObject): JsonObject {
  return JSON.parse(
    JSON.stringify(schema, (key, value) => (key === "$id" && typeof value === "string" ? undefined : value)),
  );
}

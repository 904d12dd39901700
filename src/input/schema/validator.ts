import type { ErrorObject, ValidateFunction } from "ajv";
import type { Ajv2020 } from "ajv/dist/2020.js";
import { containsLongNumber } from "../../wire/json.ts";
import { LongNumber } from "../../wire/long-number.ts";
import { isObject, type JsonObject } from "../../wire/types.ts";
import { forEachNode, mapInner, type Note, type Schema } from "./node.ts";
import { patternEngine } from "./patterns.ts";
import { type Watchdog, watchdog } from "./watchdog.ts";

/** Why a value does not fit a schema of one document, all of it; nothing when that cannot be told. */
export type Validator = (value: unknown, schema: Schema) => ErrorObject[];

/** Where the document is known to its own parts. */
const DOCUMENT = "belt:document";
const WHOLE = { $ref: DOCUMENT };

export async function compileValidator({ root }: Schema, note: Note): Promise<Validator> {
  const ajv = await createAjv(root, note);
  compileUsable(ajv, root, note);
  const checks = new Map<JsonObject, Check>();
  return (value, { node }) => {
    const check = checks.get(node) ?? checkOf(ajv, node === root ? WHOLE : absolute(node), node, note);
    checks.set(node, check);
    const errors = check(rounded(value));
    if (!errors) note("a check that took too long");
    return errors ?? [];
  };
}

/** Of one part of the document; null when that cannot be told. */
type Check = (value: unknown) => ErrorObject[] | null;

/** Compiled once: a sample and an explanation try many values against the same part. */
function checkOf(ajv: Ajv2020, compiled: JsonObject, node: JsonObject, note: Note): Check {
  const withinTime = mayTakeLong(node) ? watchdog : unwatched;
  let validate: ValidateFunction | null = null;
  return (value) =>
    withinTime(() => {
      return errorsOf(() => (validate ??= ajv.compile(compiled)), value, note);
    });
}

/** What checks again and again, or by a schema's own expressions; to watch over the rest costs more than to check it. */
const ENDLESS = [
  "pattern",
  "patternProperties",
  "format",
  "uniqueItems",
  "$ref",
  "anyOf",
  "oneOf",
  "not",
  "if",
];

function mayTakeLong(whole: JsonObject): boolean {
  let found = false;
  forEachNode(whole, (node) => {
    found ||= ENDLESS.some((keyword) => keyword in node);
  });
  return found;
}

/** Of what nests too deep nothing can be told. */
const unwatched: Watchdog = (work) => {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof RangeError) return null;
    throw thrown;
  }
};

/**
 * A part may not compile though the whole does without it, and ajv compares by a value's own
 * `toString`, which an object from outside may have as anything.
 */
function errorsOf(compile: () => ValidateFunction, value: unknown, note: Note): ErrorObject[] {
  try {
    const validate = compile();
    validate(value);
    return validate.errors ?? [];
  } catch (thrown) {
    if (thrown instanceof RangeError) throw thrown;
    note("a check that cannot be made");
    return [];
  }
}

/** Leaving out the schemas of schemas makes ajv start several times faster. */
const OPTIONS = {
  allErrors: true,
  verbose: true,
  strict: false,
  meta: false,
  validateSchema: false,
  logger: false,
  multipleOfPrecision: 9,
  // Smaller code is not worth the time that it takes to make it.
  code: { optimize: false },
} as const;

/** ajv, and what checks patterns and formats, are loaded only here, and only when the schema has any. */
async function createAjv(root: JsonObject, note: Note): Promise<Ajv2020> {
  const { Ajv2020 } = await import("ajv/dist/2020.js");
  let [hasPattern, hasFormat] = [false, false];
  forEachNode(root, (node) => {
    hasPattern ||= "pattern" in node || "patternProperties" in node;
    hasFormat ||= Object.hasOwn(FORMATS, String(node["format"]));
  });
  const engine = hasPattern ? await patternEngine(note) : () => /(?:)/;
  const ajv = new Ajv2020({
    ...OPTIONS,
    code: { ...OPTIONS.code, regExp: Object.assign(engine, { code: "RegExp" }) },
  });
  const formats = hasFormat ? (await import("ajv-formats/dist/formats.js")).fullFormats : null;
  for (const [name, check] of formats ? Object.entries(FORMATS) : []) ajv.addFormat(name, formats![check]);
  return ajv;
}

/** The formats that are checked, and by which of the library's; times may be without a zone. */
const FORMATS = {
  date: "date",
  "date-time": "iso-date-time",
  time: "iso-time",
  email: "email",
  uri: "uri",
  uuid: "uuid",
  ipv4: "ipv4",
  ipv6: "ipv6",
} as const;

/** Compiles the document, without the fields that ajv cannot compile. */
function compileUsable(ajv: Ajv2020, root: JsonObject, note: Note): void {
  if (compiles(ajv, root)) return;
  const fields = Object.entries(isObject(root["properties"]) ? root["properties"] : {}).map(
    ([name, field]) => {
      if (compiles(ajv, { ...root, properties: { [name]: field } })) return [name, field] as const;
      note(`a check of ${name} that cannot be used`);
      return [name, {}] as const;
    },
  );
  if (compiles(ajv, { ...root, properties: Object.fromEntries(fields) })) return;
  note("the whole schema: it cannot be used");
  compiles(ajv, {});
}

/** True when the document is known to ajv from now on. */
function compiles(ajv: Ajv2020, root: JsonObject): boolean {
  ajv.removeSchema(DOCUMENT);
  try {
    ajv.addSchema(absolute(root), DOCUMENT);
    ajv.compile(WHOLE);
    return true;
  } catch {
    return false;
  }
}

/** References into the document, as seen from anywhere. */
function absolute(node: JsonObject): JsonObject {
  const { $ref } = node;
  const changed = mapInner(node, absolute);
  return typeof $ref === "string" ? { ...changed, $ref: `${DOCUMENT}${$ref}` } : changed;
}

/** ajv knows doubles only. Whatever the depth, the stack is not. */
function rounded(value: unknown): unknown {
  if (!containsLongNumber(value)) return value;
  const whole = [value];
  const left: object[] = [whole];
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    for (const [key, inner] of Object.entries(one)) {
      const copy = roundedCopy(inner);
      Object.defineProperty(one, key, { value: copy });
      if (typeof copy === "object" && copy !== null) left.push(copy);
    }
  }
  return whole[0];
}

function roundedCopy(value: unknown): unknown {
  if (value instanceof LongNumber) return value.valueOf();
  if (Array.isArray(value)) return [...value];
  return isObject(value) ? { ...value } : value;
}

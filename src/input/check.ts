import type { ErrorObject, ValidateFunction } from "ajv";
import { isObject, type JsonObject } from "../wire/types.ts";
import { nearest } from "./nearest.ts";
import { fieldSchema, fieldsOf, itemSchema, options, resolve, type Schema, typeName } from "./schema.ts";
import type { Settled, Upload } from "./settle.ts";

/** What does not fit a schema. */
export interface Problem {
  kind: "unknown" | "missing" | "wrong";
  path: (string | number)[];
  /** The rest of a sentence that begins with the key. */
  message: string;
  /** The field's schema, when it is declared. */
  schema: Schema | null;
}

/** Everything in which the values do not fit the schema, in its own order; none when the schema cannot be used. */
export async function check({ values, uploads }: Settled, schema: Schema): Promise<Problem[]> {
  const validate = await compile(schema.node);
  if (!validate) return [];
  validate(values);
  const unknown = findUnknown(values, schema, []);
  const guessed = new Set(unknown.map(({ meant }) => meant));
  const wrong = withoutBranches(validate.errors ?? []).flatMap((error) => {
    const problem = describe(error, values, schema);
    const hidden = problem.kind === "missing" && guessed.has(problem.path.join("."));
    return hidden || isAboutUpload(error, problem, uploads) ? [] : [problem];
  });
  return [...unknown.map(({ problem }) => problem), ...wrong];
}

/** Leaving out the schemas of schemas makes ajv start several times faster; what is wrong shows when compiling. */
const OPTIONS = {
  allErrors: true,
  strict: false,
  validateFormats: false,
  meta: false,
  validateSchema: false,
  logger: false,
} as const;

/** ajv is loaded only here; a schema that it cannot compile is no schema. */
async function compile(schema: JsonObject): Promise<ValidateFunction | null> {
  const { $schema, $id: _, ...rest } = schema;
  const newer = typeof $schema === "string" ? $schema.includes("2020") : !hasOldTuple(rest);
  const { default: Ajv } = newer ? await import("ajv/dist/2020.js") : await import("ajv");
  try {
    const ajv = new Ajv.default(OPTIONS);
    return ajv.compile(rest);
  } catch {
    return null;
  }
}

/** A list as `items` means a tuple, in drafts before 2020. */
function hasOldTuple(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasOldTuple);
  if (!isObject(value)) return false;
  return Array.isArray(value["items"]) || Object.values(value).some(hasOldTuple);
}

/** Why each option of a union was refused says less than that none of them fits. */
function withoutBranches(errors: ErrorObject[]): ErrorObject[] {
  const unions = errors.filter(({ keyword }) => keyword === "anyOf" || keyword === "oneOf");
  const covered = (error: ErrorObject) =>
    unions.some((union) => error !== union && error.schemaPath.startsWith(`${union.schemaPath}/`)) ||
    ["additionalProperties", "unevaluatedProperties", "if"].includes(error.keyword);
  return errors.filter((error) => !covered(error));
}

function describe(error: ErrorObject, values: JsonObject, schema: Schema): Problem {
  const path = pointer(error.instancePath, values);
  if (error.keyword === "required") {
    const missing = [...path, error.params["missingProperty"] as string];
    return { kind: "missing", path: missing, message: "is required", schema: schemaAt(schema, missing) };
  }
  const field = schemaAt(schema, path);
  return { kind: "wrong", path, message: sentence(error, valueAt(values, path), field), schema: field };
}

function sentence(
  { keyword, params, message = "does not fit" }: ErrorObject,
  value: unknown,
  field: Schema | null,
) {
  const given = shorten(JSON.stringify(value) ?? "nothing");
  if (keyword === "enum") {
    const allowed = (params["allowedValues"] as unknown[]).map(String);
    const guess = nearest(String(value), allowed);
    return `must be one of ${shorten(allowed.join(", "), 300)}; ${given} is not${guess === null ? "" : `, did you mean ${guess}?`}`;
  }
  if (keyword === "const") return `must be ${JSON.stringify(params["allowedValue"])}, and ${given} is not`;
  const types = field ? typeName(field) : [params["type"]].flat().join(" or ");
  if (keyword === "type" || keyword === "anyOf" || keyword === "oneOf")
    return `must be ${article(types)}, and ${given} is not`;
  return `${message}, and ${given} is not`;
}

function article(noun: string): string {
  if (noun === "anything") return "of another form";
  return `${/^[aeio]/.test(noun) ? "an" : "a"} ${noun}`;
}

function shorten(text: string, most = 60): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** What stands in for a uri says nothing about its form, only that it is a text. */
function isAboutUpload({ keyword }: ErrorObject, { path }: Problem, uploads: readonly Upload[]): boolean {
  return (
    !["type", "anyOf", "oneOf"].includes(keyword) &&
    uploads.some((upload) => upload.path.join("/") === path.join("/"))
  );
}

interface Unknown {
  problem: Problem;
  /** The key that was probably meant, as a path. */
  meant: string | null;
}

/** Keys that an object does not declare, unless it says that it takes others. */
function findUnknown(value: unknown, schema: Schema, path: Problem["path"]): Unknown[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => inside(item, itemSchema(schema, index), [...path, index]));
  }
  if (!isObject(value)) return [];
  const declared = declaredKeys(schema);
  return Object.entries(value).flatMap(([key, field]) => {
    if (!declared || declared.includes(key)) return inside(field, fieldSchema(schema, key), [...path, key]);
    const meant = nearest(
      key,
      declared.filter((name) => !Object.hasOwn(value, name)),
    );
    const message = meant === null ? `is unknown${listed(declared)}` : `is unknown; did you mean ${meant}?`;
    const problem: Problem = { kind: "unknown", path: [...path, key], message, schema: null };
    return [{ problem, meant: meant === null ? null : [...path, meant].join(".") }];
  });
}

function inside(value: unknown, schema: Schema | null, path: Problem["path"]): Unknown[] {
  return schema ? findUnknown(value, schema, path) : [];
}

function listed(names: string[]): string {
  return names.length === 0 ? ", for there are none" : `; there are ${shorten(names.join(", "), 300)}`;
}

/** Null when any key will do. */
function declaredKeys(schema: Schema): string[] | null {
  const forms = options(schema);
  if (forms.length !== 1) return null;
  const { node } = forms[0]!;
  const open = node["additionalProperties"] ?? node["unevaluatedProperties"] ?? false;
  const more = ["patternProperties", "allOf", "if", "$ref", "dependentSchemas"].some((key) => key in node);
  if (open !== false || more || !isObject(node["properties"])) return null;
  return fieldsOf(forms[0]!).map(({ name }) => name);
}

function schemaAt(schema: Schema, path: Problem["path"]): Schema | null {
  let found: Schema | null = schema;
  for (const key of path) {
    if (!found) return null;
    found = typeof key === "number" ? itemSchema(found, key) : fieldSchema(found, key);
  }
  return found && { ...found, node: { ...found.node, ...descriptionOf(found) } };
}

/** A description behind a reference is still the field's. */
function descriptionOf(schema: Schema): JsonObject {
  const { description } = resolve(schema).node;
  return description === undefined ? {} : { description };
}

/** "/a/0" as keys and indices into the values. */
function pointer(path: string, values: JsonObject): Problem["path"] {
  let holder: unknown = values;
  return path
    .split("/")
    .slice(1)
    .map((part) => {
      const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
      const step = Array.isArray(holder) ? Number(key) : key;
      holder = (holder as JsonObject)[step];
      return step;
    });
}

function valueAt(values: JsonObject, path: Problem["path"]): unknown {
  return path.reduce<unknown>((value, key) => (value as JsonObject)[key], values);
}

/** zod 3 and zod 4 objects to JSON Schema, files marked `format: file`. Runs in the worker process. */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { JsonObject } from "../../wire/types.ts";
import type { AppSchemas } from "../workers/protocol.ts";
import type { LoadedApp, ZodSchema } from "./app.ts";
import { BINARY, definitionOf, FILE as FILE_MARK, LIVE, liveFields } from "./marks.ts";

type ToJsonSchema = (schema: ZodSchema, io: "input" | "output") => JsonObject;
interface Zod4Schema extends ZodSchema {
  _zod?: { def: Record<string | symbol, unknown> };
  meta?(): JsonObject | undefined;
}

export async function describeApp(app: LoadedApp): Promise<AppSchemas> {
  const convert = await loadConverter(app);
  const functions: AppSchemas["functions"] = {};
  for (const name of app.functions) {
    const { input, output } = app.schemasOf(name);
    functions[name] = {
      name,
      description: input.description ?? "",
      kind: app.kindOf(name),
      input_schema: convert(input, "input"),
      output_schema: convert(output, "output"),
    };
  }
  const setup_schema = app.setupSchema ? convert(app.setupSchema, "input") : null;
  return { functions, setup_schema, slips: app.slips };
}

async function loadConverter(app: LoadedApp): Promise<ToJsonSchema> {
  const schemas = app.functions.flatMap((name) => Object.values(app.schemasOf(name)));
  if (app.setupSchema) schemas.push(app.setupSchema);
  const convert4 = schemas.some(isZod4) ? await loadZod4(app.entry) : null;
  const convert3 = schemas.some((schema) => !isZod4(schema)) ? await loadZod3() : null;
  return (schema, io) => finish((isZod4(schema) ? convert4 : convert3)!(schema, io));
}

function isZod4(schema: ZodSchema): boolean {
  return (schema as Zod4Schema)._zod !== undefined;
}

/** The app's zod, but perhaps another copy of the module, with a registry of its own: descriptions are asked of the schema. */
async function loadZod4(entry: string): Promise<ToJsonSchema> {
  const { z } = await import(zod4Of(entry));
  const convert: ToJsonSchema = (schema, io) =>
    z.toJSONSchema(schema, {
      io,
      unrepresentable: "any",
      override: ({ zodSchema, jsonSchema }: { zodSchema: Zod4Schema; jsonSchema: JsonObject }) => {
        const { id: _, ...meta } = zodSchema.meta?.() ?? {};
        Object.assign(jsonSchema, meta);
        if (isFile(zodSchema)) becomeFile(jsonSchema);
        const marked = ofMarks(definitionOf(zodSchema), (item) => convert(item, io));
        if (marked) replace(jsonSchema, { ...marked, ...meta });
        dropRequired(jsonSchema, liveFields(zodSchema));
      },
    });
  return convert;
}

/** The JSON Schema of what is marked as live or as bytes, else null. */
function ofMarks(definition: object, convert: (item: ZodSchema) => JsonObject): JsonObject | null {
  const { [LIVE]: item, [BINARY]: mediaType } = definition as { [LIVE]?: ZodSchema; [BINARY]?: string };
  if (item) {
    const { $schema: _, ...items } = convert(item);
    return { type: "array", format: "stream", items };
  }
  return mediaType ? { type: "string", format: "binary", contentMediaType: mediaType } : null;
}

function replace(schema: JsonObject, other: JsonObject): void {
  for (const key of Object.keys(schema)) delete schema[key];
  Object.assign(schema, other);
}

/** Live fields come over the socket, never with the request. */
function dropRequired(schema: JsonObject, live: string[]): void {
  const { required } = schema;
  if (Array.isArray(required)) schema["required"] = required.filter((name) => !live.includes(name));
}

/** A bundled app has its zod inside; belt's own reads the same definitions. */
function zod4Of(entry: string): string {
  try {
    return pathToFileURL(createRequire(entry).resolve("zod/v4")).href;
  } catch {
    return import.meta.resolve("zod/v4");
  }
}

async function loadZod3(): Promise<ToJsonSchema> {
  const zod3 = await import("zod-to-json-schema");
  const convert: ToJsonSchema = (schema, io) =>
    zod3.zodToJsonSchema(schema as never, {
      $refStrategy: "none",
      pipeStrategy: io,
      // An object that drops unknown keys accepts them.
      removeAdditionalStrategy: "strict",
      allowedAdditionalProperties: undefined,
      override: (def) => {
        const marked = FILE_MARK in def ? FILE : ofMarks(def, (item) => convert(item, io));
        if (!marked) return zod3.ignoreOverride;
        return def.description ? { ...marked, description: def.description } : { ...marked };
      },
      postProcess: (made, def) => requireAny(made as JsonObject | undefined, def) as never,
    }) as JsonObject;
  return convert;
}

/** zod 3 takes a `z.any()` for optional, which its author would have said. */
function requireAny(made: JsonObject | undefined, def: object): JsonObject | undefined {
  const { typeName, shape } = def as {
    typeName?: string;
    shape?(): Record<string, { _def: { typeName?: string } }>;
  };
  if (!made || typeName !== "ZodObject") return made;
  const any = Object.entries(shape!()).filter(([, { _def }]) =>
    /^Zod(Any|Unknown)$/.test(_def.typeName ?? ""),
  );
  if (any.length > 0)
    made["required"] = [...((made["required"] as string[] | undefined) ?? []), ...any.map(([key]) => key)];
  return made;
}

const WRAPPERS = new Set(["optional", "default", "prefault", "readonly", "catch", "nonoptional"]);

/** Also through what wraps a field without changing its type. */
function isFile(schema: Zod4Schema): boolean {
  const def = schema._zod?.def ?? {};
  if (WRAPPERS.has(String(def["type"]))) return isFile(def["innerType"] as Zod4Schema);
  return FILE_MARK in def || def["type"] === "file";
}

const FILE = { type: "string", format: "file" } as const;

function becomeFile(schema: JsonObject): void {
  delete schema["contentEncoding"];
  Object.assign(schema, FILE);
}

/** A field that only says `format: file` (z.any() with meta) is a string on the wire. */
function finish(schema: JsonObject): JsonObject {
  if (schema["format"] === "file" && schema["type"] === undefined) schema["type"] = "string";
  for (const value of Object.values(schema)) {
    for (const inner of Array.isArray(value) ? value : [value]) {
      if (typeof inner === "object" && inner !== null) finish(inner as JsonObject);
    }
  }
  return schema;
}

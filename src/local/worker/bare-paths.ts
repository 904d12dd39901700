/** Files that an output names by a bare path, which nobody else can read. Runs in the worker process. */
import type { ZodSchema } from "./app.ts";
import { definitionOf, FILE } from "./marks.ts";

interface BarePath {
  /** `output.image`. */
  place: string;
  path: string;
}

/** As much of a schema as says where files are. */
type Schema = ZodSchema & { meta?(): { format?: unknown } | undefined };

export function barePaths(schema: unknown, value: unknown, place = "output"): BarePath[] {
  if (typeof value === "string") return isFile(schema) && isPath(value) ? [{ place, path: value }] : [];
  if (typeof value !== "object" || value === null || schema === undefined) return [];
  const inner = unwrapped(schema);
  if (Array.isArray(value))
    return value.flatMap((item, at) => barePaths(itemOf(inner), item, `${place}.${at}`));
  const fields = fieldsOf(inner);
  return Object.entries(value).flatMap(([key, field]) => barePaths(fields[key], field, `${place}.${key}`));
}

/** True when a file is declared at this place of an output, or above it. */
export function isFilePlace(schema: unknown, path: string[]): boolean {
  if (schema === undefined || isFile(schema)) return schema !== undefined;
  const [key, ...rest] = path;
  if (key === undefined) return false;
  const inner = unwrapped(schema);
  return isFilePlace(fieldsOf(inner)[key] ?? itemOf(inner), rest);
}

/** An address has a scheme; a drive letter is none. */
function isPath(text: string): boolean {
  return text !== "" && !/^[a-z][a-z\d+.-]+:/i.test(text);
}

/** Marked by @inferencesh/app, or by what is said of it; also through what wraps it. */
function isFile(schema: unknown): boolean {
  const definition = definitionOf(schema);
  if (FILE in definition || (schema as Schema | undefined)?.meta?.()?.format === "file") return true;
  const inner = wrappedBy(definition);
  return inner !== undefined && isFile(inner);
}

function unwrapped(schema: unknown): unknown {
  const inner = wrappedBy(definitionOf(schema));
  return inner === undefined ? schema : unwrapped(inner);
}

function wrappedBy(definition: Record<string | symbol, unknown>): unknown {
  return definition["innerType"] ?? definition["schema"] ?? definition["out"];
}

/** zod 4 has the item of a list as its element, zod 3 as its type. */
function itemOf(schema: unknown): unknown {
  const { element, type } = definitionOf(schema);
  return element ?? type;
}

function fieldsOf(schema: unknown): Record<string, unknown> {
  const { shape } = definitionOf(schema);
  return ((typeof shape === "function" ? shape() : shape) ?? {}) as Record<string, unknown>;
}

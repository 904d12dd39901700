/** What @inferencesh/app writes on schemas of both zods, on their `_def`. Runs in the worker process. */

/** A file, by its address. */
export const FILE = Symbol.for("inferencesh.fileSchema");
/** A field that is sent over a socket while the task runs; the value is the schema of one item. */
export const LIVE = Symbol.for("inferencesh.streamSchema");
/** Bytes on such a socket; the value is their media type. */
export const BINARY = Symbol.for("inferencesh.binarySchema");

type Definition = Record<string | symbol, unknown>;

export function definitionOf(schema: unknown): Definition {
  return (schema as { _def?: Definition } | null)?._def ?? {};
}

const WRAPPED = ["innerType", "schema", "inner", "in", "out"];

/** Also through what wraps a schema. */
function isLive(schema: unknown): boolean {
  const definition = definitionOf(schema);
  return LIVE in definition || WRAPPED.some((name) => name in definition && isLive(definition[name]));
}

/** The fields of an object's schema that are live. */
export function liveFields(schema: unknown): string[] {
  const { shape } = definitionOf(schema);
  const fields: unknown = typeof shape === "function" ? shape() : shape;
  return Object.entries(fields ?? {}).flatMap(([name, field]) => (isLive(field) ? [name] : []));
}

import { open } from "node:fs/promises";
import { splitLines } from "../wire/split-lines.ts";
import { isObject, type JsonObject } from "../wire/types.ts";

/** The objects in a file of JSON lines, one after the other; what is no object is passed over, no file holds none. */
export async function* readObjects(path: string): AsyncGenerator<JsonObject> {
  for await (const { value } of readValues(path)) if (isObject(value)) yield value;
}

/** The values in a file of JSON lines, and where they stand; what is no JSON, as a torn line, is passed over. */
export async function* readValues(path: string): AsyncGenerator<{ value: unknown; line: number }> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (!file) return;
  let line = 0;
  // The platform's own lines end, on newer Nodes, at U+2028 as well, which JSON may hold.
  for await (const text of splitLines(file.createReadStream({ encoding: "utf8" }))) {
    line++;
    const value = parse(text);
    if (value !== undefined) yield { value, line };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

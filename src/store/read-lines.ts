import { open } from "node:fs/promises";
import { isObject, type JsonObject } from "../wire/types.ts";

/** The objects in a file of JSON lines, one after the other; what is no object is passed over, no file holds none. */
export async function* readObjects(path: string): AsyncGenerator<JsonObject> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (!file) return;
  for await (const line of file.readLines()) {
    const value = parse(line);
    if (value) yield value;
  }
}

function parse(line: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

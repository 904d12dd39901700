import { isObject, type JsonObject } from "../wire/types.ts";
import type { ApiRequest } from "./http/request.ts";
import { readItems } from "./resources/read.ts";

/** A list, read page by page up to `limit`; with a signal of its own it is tried once, for a caller that can do without. */
export async function readPages(
  request: (what: ApiRequest) => Promise<unknown>,
  path: string,
  limit: number,
  more: JsonObject,
  signal?: AbortSignal,
): Promise<JsonObject[]> {
  const found: JsonObject[] = [];
  for (let cursor: unknown; found.length < limit; ) {
    const body = { limit: limit - found.length, ...more, ...(cursor !== undefined && { cursor }) };
    const retry = signal ? "never" : "idempotent";
    const page = await request({ method: "POST", path, body, retry, signal });
    const items = readItems(page, path);
    found.push(...items);
    cursor = isObject(page) ? page["next_cursor"] : undefined;
    if (!isObject(page) || page["has_next"] === false || !cursor || items.length === 0) break;
  }
  return found.slice(0, limit);
}

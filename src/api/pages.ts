import { isObject, type JsonObject } from "../wire/types.ts";
import type { ApiRequest } from "./http/request.ts";
import { readItems } from "./resources/read.ts";

type Request = (what: ApiRequest) => Promise<unknown>;

/** A list, read page by page up to `limit`; with a signal of its own it is tried once, for a caller that can do without. */
export async function readPages(
  request: Request,
  path: string,
  limit: number,
  more: JsonObject,
  signal?: AbortSignal,
): Promise<JsonObject[]> {
  const found: JsonObject[] = [];
  const retry = signal ? "never" : "idempotent";
  const asked: Request = (what) => request({ ...what, retry, signal });
  for await (const items of eachPage(asked, path, () => limit - found.length, more)) {
    found.push(...items);
    if (found.length >= limit) break;
  }
  return found.slice(0, limit);
}

/** The items of a list by the page, as long as somebody wants another; `limit` says how many are still wanted. */
export async function* eachPage(
  request: Request,
  path: string,
  limit: () => number,
  more: JsonObject = {},
): AsyncGenerator<JsonObject[]> {
  for (let cursor: unknown; ; ) {
    const body = { limit: limit(), ...more, ...(cursor !== undefined && { cursor }) };
    const page = await request({ method: "POST", path, body, retry: "idempotent" });
    const items = readItems(page, path);
    yield items;
    cursor = isObject(page) ? page["next_cursor"] : undefined;
    if (!isObject(page) || page["has_next"] === false || !cursor || items.length === 0) return;
  }
}

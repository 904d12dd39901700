import { isObject, type JsonObject } from "../wire/types.ts";

/** The items of a list, page by page; `ask` makes one request, `limit` says how many are still wanted. */
export async function* eachPage(
  ask: (body: JsonObject) => Promise<unknown>,
  limit: () => number,
  more: JsonObject = {},
): AsyncGenerator<JsonObject[]> {
  for (let cursor: unknown; ; ) {
    const page = await ask({ limit: limit(), ...more, ...(cursor !== undefined && { cursor }) });
    const items = isObject(page) && Array.isArray(page["items"]) ? page["items"] : [];
    yield items.filter(isObject);
    cursor = isObject(page) ? page["next_cursor"] : undefined;
    if (!isObject(page) || page["has_next"] === false || !cursor || items.length === 0) return;
  }
}

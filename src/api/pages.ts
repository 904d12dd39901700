import { isObject, type JsonObject } from "../wire/types.ts";
import type { ApiRequest } from "./http/request.ts";
import { readItems } from "./resources/read.ts";

interface Listing {
  path: string;
  /** Items that are still wanted. */
  wanted(): number;
  /** What the request says besides. */
  more?: JsonObject;
  /** With a signal of its own a page is asked for once, for whoever may do without. */
  signal?: AbortSignal | undefined;
}

/** A list of the API, one page after another. */
export async function* readPages(
  request: (what: ApiRequest) => Promise<unknown>,
  { path, wanted, more = {}, signal }: Listing,
): AsyncGenerator<JsonObject[]> {
  const retry = signal ? "never" : "idempotent";
  for (let cursor: unknown; ; ) {
    const body = { limit: wanted(), ...more, ...(cursor !== undefined && { cursor }) };
    const page = await request({ method: "POST", path, body, retry, signal });
    const items = readItems(page, path);
    yield items;
    cursor = isObject(page) ? page["next_cursor"] : undefined;
    if (!isObject(page) || page["has_next"] === false || !cursor || items.length === 0) return;
  }
}

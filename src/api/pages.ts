import { isObject, type JsonObject } from "../wire/types.ts";
import type { ApiRequest } from "./http/request.ts";
import type { RetryMode } from "./http/retry.ts";
import { readItems } from "./resources/read.ts";

type Request = (what: ApiRequest) => Promise<unknown>;

interface List {
  path: string;
  /** What the request says besides. */
  more?: JsonObject;
  signal?: AbortSignal | undefined;
  /** With a signal of its own a page is asked for once, for a caller that can do without. */
  retry?: RetryMode;
}

/** A list, one page after another, each of as many items as are wanted by then. */
export async function* readPages(
  request: Request,
  { path, more = {}, signal, retry = signal ? "never" : "idempotent", wanted }: List & { wanted(): number },
): AsyncGenerator<JsonObject[]> {
  for (let cursor: unknown; ; ) {
    const body = { limit: wanted(), ...more, ...(cursor !== undefined && { cursor }) };
    const page = await request({ method: "POST", path, body, retry, signal });
    const items = readItems(page, path);
    yield items;
    cursor = isObject(page) ? page["next_cursor"] : undefined;
    if (!isObject(page) || page["has_next"] === false || !cursor || items.length === 0) return;
  }
}

/** A list, read page by page up to `limit`. */
export async function readUpTo(limit: number, request: Request, list: List): Promise<JsonObject[]> {
  const found: JsonObject[] = [];
  for await (const items of readPages(request, { ...list, wanted: () => limit - found.length })) {
    for (const item of items) found.push(item);
    if (found.length >= limit) break;
  }
  return found.slice(0, limit);
}

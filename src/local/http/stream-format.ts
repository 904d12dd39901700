/** Streams of the API: NDJSON, or server-sent events (src/local/README.md, "Streams"). */

import type { IncomingMessage, ServerResponse } from "node:http";
import { stringifyJson } from "../../wire/json.ts";
import type { JsonObject } from "../../wire/types.ts";

export interface Format {
  type: string;
  /** A whole message; `event` names its kind. */
  line(value: JsonObject, event?: string): string;
  heartbeat: string;
  end: string;
}

const NDJSON: Format = {
  type: "application/x-ndjson",
  line: (value) => `${stringifyJson(value)}\n`,
  heartbeat: `${JSON.stringify({ type: "heartbeat" })}\n`,
  end: "",
};
const SSE: Format = {
  type: "text/event-stream",
  line: (value, event) =>
    `${event ? `event: ${event}\n` : ""}data: ${stringifyJson(event ? value["data"] : value)}\n\n`,
  heartbeat: ": heartbeat\n\n",
  end: "event: done\ndata: {}\n\n",
};

export const HEARTBEAT_MS = 10_000;
export function openStream(request: IncomingMessage, response: ServerResponse): Format {
  const format = request.headers.accept?.includes("ndjson") ? NDJSON : SSE;
  response.writeHead(200, { "Content-Type": `${format.type}; charset=utf-8`, "Cache-Control": "no-store" });
  return format;
}

/**
 * Ends a moment after the last line: on Node 20 and 22 a client that stops reading at the line which
 * came with the end of the body waits for ever.
 */
const END_MS = 25;

export function endWith(response: ServerResponse, lastLines: string): void {
  response.write(lastLines, () => setTimeout(() => response.end(), END_MS));
}

import type { ServerResponse } from "node:http";
import { hangUp, json, type Step, silence } from "./scripted-api.ts";

/** What a server, or whatever stands before it, may do to any request. */
export const FAULTS = {
  reset: hangUp,
  hang: silence,
  "HTTP 404": json(404, { title: "no such thing" }),
  "HTTP 429": json(429, { title: "slow down" }, { "retry-after": "0" }),
  "HTTP 500": json(500, { title: "broken" }),
  "HTTP 502 page": page(502, "Bad Gateway"),
  "HTTP 200 page": page(200, "Sign in"),
  truncated: text(200, '{"data":{"id":"task_1","sta'),
  empty: text(200, ""),
} satisfies Record<string, Step>;

export type Fault = keyof typeof FAULTS;

export const FAULT_NAMES = Object.keys(FAULTS) as Fault[];

function page(status: number, title: string): Step {
  return (_request, response: ServerResponse) => {
    response
      .writeHead(status, { "content-type": "text/html" })
      .end(`<html><head><title>${title}</title></head><body>RAW</body></html>`);
  };
}

function text(status: number, body: string): Step {
  return (_request, response: ServerResponse) => {
    response.writeHead(status, { "content-type": "application/json" }).end(body);
  };
}

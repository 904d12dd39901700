import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { STATUS_NUMBERS, type StatusTable, type StatusWord } from "../../src/wire/status.ts";
import type { JsonObject } from "../../src/wire/types.ts";
import { listening } from "./listening.ts";

export type Dialect = "v1" | "v2" | "current";

export interface Request {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingMessage["headers"];
  body: unknown;
  /** The body as it came. */
  text: string;
}

/** Answers one request; what it does not answer stays open until the test ends. */
export type Step = (request: Request, response: ServerResponse) => void | Promise<void>;

/** Routes that older servers lack; without a script they are not there. */
const NOT_EVERYWHERE = /^GET \/(tasks\/[^/]+\/(logs|timings)|billing\/balance)$/;

/**
 * A small scripted API on a real socket. Each route has a list of steps, the last of which
 * repeats. A request to a route without a script is answered 599; `close` fails for it, and
 * for each step that nobody asked for: a test whose script is not read does not test what it says.
 */
export class ScriptedApi {
  readonly requests: Request[] = [];
  readonly #unexpected: string[] = [];
  url = "";
  readonly #routes = new Map<string, Script>();
  /** Those that were replaced, too. */
  readonly #scripts: Script[] = [];
  readonly #server: Server;
  readonly #dialect: Dialect;
  readonly #table: StatusTable;
  /** Newer servers say the word beside the number. */
  readonly #words: boolean;

  constructor({ dialect = "current", table = "2026", words = false }: ScriptedOptions = {}) {
    this.#dialect = dialect;
    this.#table = table;
    this.#words = words;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async listen(): Promise<this> {
    this.url = `http://${await listening(this.#server)}`;
    return this;
  }

  /** Stops, and fails if the script and what was asked differ. */
  async close(): Promise<void> {
    await this.stop();
    const neverAsked = this.#scripts.flatMap(unread);
    if (this.#unexpected.length > 0) throw new Error(`no script for ${this.#unexpected.join(", ")}`);
    if (neverAsked.length > 0) throw new Error(`nobody asked for ${neverAsked.join(", ")}`);
  }

  /** Where it does not matter what was asked: the test has failed, or is about that. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** `api.on("POST /run", step, …)`; the path without its query. Each step must be asked for. */
  on(route: string, ...steps: Step[]): this {
    return this.#script({ route, steps, asked: 0, optional: false });
  }

  /** What need not be asked for: what several tests share, or what must not be reached. */
  offer(route: string, ...steps: Step[]): this {
    return this.#script({ route, steps, asked: 0, optional: true });
  }

  #script(script: Script): this {
    this.#routes.set(script.route, script);
    this.#scripts.push(script);
    return this;
  }

  count(route: string): number {
    return this.requests.filter(({ method, url }) => `${method} ${url.split("?")[0]}` === route).length;
  }

  /** A task in this server's numbers. */
  task(status: StatusWord, more: JsonObject = {}): JsonObject {
    const task = { id: "task_1", status: STATUS_NUMBERS[this.#table].indexOf(status), ...more };
    return this.#words ? { ...task, status_text: status } : task;
  }

  /** A success in this server's envelope. */
  ok(value: unknown, status = 200): Step {
    const bodies = {
      v1: { success: true, status, data: value },
      v2: value,
      current: { data: value, messages: [] },
    };
    return json(status, bodies[this.#dialect]);
  }

  /** A refusal in this server's error format. */
  error(status: number, code: string, message: string, headers: Record<string, string> = {}): Step {
    const v1 = { success: false, status, error: { code, message } };
    const problem = { type: `https://inference.sh/errors/${code}`, title: code, status, detail: message };
    return json(status, this.#dialect === "v1" ? v1 : problem, headers);
  }

  async #answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const { method = "", url = "", headers } = message;
    // Schemas are never in the way: an app that no test describes is not known, and nobody minds.
    if (method === "GET" && url.startsWith("/apps/") && !this.#routes.has(`GET ${url}`)) {
      response.writeHead(404).end();
      return;
    }
    const request = { method, url, headers, body: read(text), text };
    this.requests.push(request);
    const route = `${method} ${url.split("?")[0]}`;
    const script = this.#routes.get(route);
    if (!script && NOT_EVERYWHERE.test(route)) {
      await this.error(404, "not_found", "no such route")(request, response);
      return;
    }
    if (!script) {
      this.#unexpected.push(route);
      response.writeHead(599).end(`no script for ${route}`);
      return;
    }
    const step = script.steps[Math.min(script.asked++, script.steps.length - 1)]!;
    await step(request, response);
  }
}

interface Script {
  route: string;
  steps: Step[];
  asked: number;
  optional: boolean;
}

function unread({ route, steps, asked, optional }: Script): string[] {
  if (optional || asked >= steps.length) return [];
  return [asked === 0 ? route : `${route}: ${steps.length - asked} of ${steps.length} steps`];
}

/** JSON where it is JSON, as text elsewhere: an uploaded file may be anything. */
function read(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}

export interface ScriptedOptions {
  dialect?: Dialect;
  table?: StatusTable;
  words?: boolean;
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Step {
  return (_request, response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  };
}

/** An NDJSON stream of these lines; ended cleanly, cut by a reset, or left open. */
export function ndjson(lines: unknown[], end: "clean" | "cut" | "open" = "clean"): Step {
  return (_request, response) => {
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    response.flushHeaders();
    for (const line of lines) response.write(`${typeof line === "string" ? line : JSON.stringify(line)}\n`);
    finish(response, end);
  };
}

/** Server-sent events with these data. */
export function sse(events: unknown[], end: "clean" | "cut" | "open" = "clean"): Step {
  return (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    for (const event of events) {
      response.write(typeof event === "string" ? event : `event: update\ndata: ${JSON.stringify(event)}\n\n`);
    }
    finish(response, end);
  };
}

/** Closes the connection without an answer, after the request has been read. */
export const hangUp: Step = (_request, response) => void response.socket?.destroy();

/** Never answers. */
export const silence: Step = () => {};

function finish(response: ServerResponse, end: "clean" | "cut" | "open"): void {
  if (end === "clean") response.end();
  // What was written must be on its way before the connection is torn down.
  if (end === "cut") response.write("", () => setTimeout(() => response.socket?.destroy(), 5));
}

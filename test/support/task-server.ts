import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { STATUS_NUMBERS, type StatusWord } from "../../src/wire/status.ts";
import type { JsonObject } from "../../src/wire/types.ts";
import { listening } from "./listening.ts";

export interface ServedTask {
  id: string;
  app: string;
  function: unknown;
  input: JsonObject;
  status: StatusWord;
  output: unknown;
  error: string | null;
  created_at: string;
}

/** How a submit is answered in place of being taken on, or after it. */
interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

type Shown = "submit" | "list" | "task";

export interface TaskServerOptions {
  /** Milliseconds that a task takes; of `Infinity`, until `end` is called. */
  takes?: (input: JsonObject, server: TaskServer) => number;
  /** How a task ends; without an error it completes. */
  fails?: (input: JsonObject, server: TaskServer) => string | null;
  /** Answers a submit that is not taken on. */
  refuses?: (input: JsonObject, server: TaskServer) => Answer | null;
  /** Takes the submit on, and then closes the connection without an answer. */
  drops?: (input: JsonObject, server: TaskServer) => boolean;
  /** What a request with this input waits for until it counts as having come; null for nothing. */
  waits?: (path: string, input: JsonObject) => Promise<unknown> | null;
  /** What a run costs, in microcents, or what else is answered. */
  price?: (input: JsonObject) => number | JsonObject;
  /** Answers the question for the price with 503. */
  failsPrice?: (input: JsonObject) => boolean;
  /** What the API says of the app; without it, it is not known. */
  app?: (server: TaskServer) => JsonObject;
  /** What a task puts out; else what it was given. */
  output?: (input: JsonObject, server: TaskServer) => unknown;
  /** More fields of each task, and other names of it, where it is shown. */
  fields?: JsonObject | ((task: ServedTask, where: Shown) => JsonObject);
  /** Answers a download: `GET /out/<name>`. */
  download?: (name: string, response: ServerResponse) => void;
}

/** A small API on a real socket that runs tasks of any app, and counts what it was asked for. */
export class TaskServer {
  readonly tasks: ServedTask[] = [];
  /** Submits that reached the server, refused ones too. */
  submits = 0;
  /** Unfinished tasks, and the most there ever were. */
  unfinished = 0;
  most = 0;
  /** How many were unfinished as each submit came, in order. */
  readonly curve: number[] = [];
  cancels = 0;
  lists = 0;
  readonly downloads: string[] = [];
  uploads: string[] = [];
  url = "";
  readonly #server: Server;
  readonly #options: TaskServerOptions;
  /** Options that have said nothing yet. */
  readonly #silent = new Set<string>();
  readonly #watchers = new Map<string, Set<() => void>>();

  constructor(options: TaskServerOptions = {}) {
    this.#options = { ...options };
    for (const [name, option] of Object.entries(options)) {
      if (typeof option !== "function") continue;
      this.#silent.add(name);
      Object.assign(this.#options, { [name]: this.#noting(name, option) });
    }
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async listen(): Promise<this> {
    this.url = `http://${await listening(this.#server)}`;
    return this;
  }

  /** Stops, and fails for an option that never came to bear. */
  async close(): Promise<void> {
    await this.stop();
    if (this.#silent.size > 0) throw new Error(`nothing came of ${[...this.#silent].join(", ")}`);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #noting<Given extends never[], Answer>(name: string, option: (...given: Given) => Answer) {
    return (...given: Given): Answer => {
      const answer = option(...given);
      if (answer !== null && answer !== false) this.#silent.delete(name);
      return answer;
    };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const [path = ""] = (request.url ?? "").split("?");
    const route = `${request.method} ${path}`;
    const task = this.tasks.find(({ id }) => [id, shortId(id)].includes(path.split("/")[2]!));
    if (this.#options.waits) await this.#options.waits(path, inputIn(text));
    if (route === "POST /run") this.#submit(JSON.parse(text) as JsonObject, response);
    else if (route === "POST /tasks/list") this.#list(JSON.parse(text) as JsonObject, response);
    else if (route === "POST /files") this.#files(JSON.parse(text) as JsonObject, response);
    else if (request.method === "PUT") this.#put(text, response);
    else if (path.startsWith("/out/")) this.#download(path.slice("/out/".length), response);
    else if (path.startsWith("/store/apps/") && this.#options.price) {
      if (this.#options.failsPrice?.(inputIn(text))) return send(response, 503, { title: "not now" });
      const price = this.#options.price(inputIn(text));
      send(response, 200, typeof price === "number" ? { confidence: "exact", microcents: price } : price);
    } else if (path.startsWith("/apps/") && this.#options.price) send(response, 200, { id: "app_1" });
    else if (path.startsWith("/apps/") && this.#options.app) send(response, 200, this.#options.app(this));
    else if (!task) send(response, 404, { title: "not found" });
    else if (path.endsWith("/stream")) this.#stream(task, response);
    else if (path.endsWith("/cancel")) this.#cancel(task, response);
    else if (/^\/tasks\/[^/]+$/.test(path)) send(response, 200, this.#shown(task));
    else send(response, 404, { title: "not found" });
  }

  #submit(body: JsonObject, response: ServerResponse): void {
    const input = body["input"] as JsonObject;
    this.submits++;
    const refusal = this.#options.refuses?.(input, this);
    if (refusal) {
      send(response, refusal.status, refusal.body ?? { title: "refused" }, refusal.headers);
      return;
    }
    const task: ServedTask = {
      id: `task_${this.tasks.length + 1}`,
      app: String(body["app"]),
      function: body["function"] ?? null,
      input,
      status: "running",
      output: null,
      error: null,
      created_at: new Date().toISOString(),
    };
    this.curve.push(this.unfinished);
    this.tasks.push(task);
    this.unfinished++;
    this.most = Math.max(this.most, this.unfinished);
    const ms = this.#options.takes?.(input, this) ?? 5;
    if (ms !== Number.POSITIVE_INFINITY) setTimeout(() => this.#end(task), ms);
    if (this.#options.drops?.(input, this)) response.socket?.destroy();
    else send(response, 200, this.#shown(task, "submit"));
  }

  /** Ends every task that runs. */
  end(): void {
    for (const task of this.tasks) this.#end(task);
  }

  #end(task: ServedTask): void {
    if (task.status !== "running") return;
    task.error = this.#options.fails?.(task.input, this) ?? null;
    this.#settle(task, task.error === null ? "completed" : "failed");
  }

  #settle(task: ServedTask, status: StatusWord): void {
    task.status = status;
    if (status === "completed") task.output = this.#options.output?.(task.input, this) ?? { of: task.input };
    this.unfinished--;
    for (const tell of this.#watchers.get(task.id) ?? []) tell();
    this.#watchers.delete(task.id);
  }

  #stream(task: ServedTask, response: ServerResponse): void {
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    response.flushHeaders();
    const tell = () => response.end(`${JSON.stringify(this.#shown(task))}\n`);
    if (task.status !== "running") return void tell();
    this.#watchers.set(task.id, (this.#watchers.get(task.id) ?? new Set()).add(tell));
  }

  #cancel(task: ServedTask, response: ServerResponse): void {
    this.cancels++;
    if (task.status === "running") this.#settle(task, "cancelled");
    send(response, 200, { id: task.id, cancelled: true });
  }

  /** Newest first, `limit` at a time; the cursor is how many came before. */
  #list({ limit = 20, cursor = "0" }: JsonObject, response: ServerResponse): void {
    this.lists++;
    const from = Number(cursor);
    const items = this.tasks.toReversed().slice(from, from + Number(limit));
    const next = from + items.length;
    const has_next = next < this.tasks.length;
    send(response, 200, {
      items: items.map((task) => this.#shown(task, "list")),
      next_cursor: has_next ? String(next) : "",
      has_next,
    });
  }

  #files({ files }: JsonObject, response: ServerResponse): void {
    const slots = (files as JsonObject[]).map((_, index) => {
      const name = `${this.uploads.length}-${index}`;
      return { uri: `https://files.example/${name}`, upload_url: `${this.url}/put/${name}` };
    });
    send(response, 200, slots);
  }

  #download(name: string, response: ServerResponse): void {
    this.downloads.push(decodeURIComponent(name));
    if (this.#options.download) this.#options.download(decodeURIComponent(name), response);
    else response.writeHead(200, { "content-type": "image/png" }).end(`bytes of ${decodeURIComponent(name)}`);
  }

  #shown(task: ServedTask, where: Shown = "task"): JsonObject {
    const { fields } = this.#options;
    return shown(task, typeof fields === "function" ? fields(task, where) : fields);
  }

  #put(text: string, response: ServerResponse): void {
    this.uploads.push(text);
    send(response, 200, {});
  }
}

/** The other name that a task is known by. */
export function shortId(id: string): string {
  return id.replace("task_", "t");
}

function inputIn(text: string): JsonObject {
  return text.startsWith("{") ? ((JSON.parse(text) as { input?: JsonObject }).input ?? {}) : {};
}

function shown(task: ServedTask, fields: JsonObject = {}): JsonObject {
  return {
    ...task,
    ...fields,
    status: STATUS_NUMBERS["2026"].indexOf(task.status),
    status_text: task.status,
    logs: [],
  };
}

function send(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

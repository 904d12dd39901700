import type { Dispatcher } from "undici";
import type { StatusTable } from "../wire/status.ts";
import { isObject, type JsonObject, type RunRequest } from "../wire/types.ts";
import { AgentApi } from "./agents.ts";
import { Http } from "./http/http.ts";
import { ambiguous } from "./http/network-errors.ts";
import type { Probe } from "./http/probe.ts";
import type { ApiRequest, HttpOptions, Method, OpenStream, Transfer } from "./http/request.ts";
import type { RetryMode } from "./http/retry.ts";
import type { RetryPolicy } from "./http/retry-policy.ts";
import { MoneyApi } from "./money.ts";
import { readPages, readUpTo } from "./pages.ts";
import { notAsExpected, sessionPath, taskPath } from "./paths.ts";
import { isApp } from "./resources/app.ts";
import { identified, identifier, readItems, readTask, taskName } from "./resources/read.ts";
import { isSession, type SessionDocument, sessionDocument } from "./resources/session.ts";
import { StatusReader } from "./resources/status.ts";
import { flattenBase, type IdentifiedTask } from "./resources/task.ts";
import { readSlots, type UploadSlot } from "./resources/upload-slots.ts";

export interface ApiOptions extends HttpOptions {
  /** Names the server in the journal: its base URL, or "local". */
  name: string;
  /** False when the server lives inside this process and ends with this command. */
  outlivesCommand: boolean;
  /** The numbers the server is known to use; null finds out. */
  statusTable: StatusTable | null;
  /** Releases what was started for this client, such as a server inside this process. */
  onClose?: () => Promise<void>;
}

const MAY_HAVE_STARTED = "the run may have started";

/** How a submit is made, and what ends it. */
export type SubmitOptions = Pick<ApiRequest, "deadline" | "once"> &
  Required<Pick<ApiRequest, "uninterruptible">>;

/** The inference.sh API, one line an endpoint; answers are tasks as sent, with their base fields flat. */
export class Api {
  readonly name: string;
  readonly baseUrl: string;
  readonly outlivesCommand: boolean;
  readonly policy: RetryPolicy;
  /** Milliseconds for one request and its answer. */
  readonly requestTimeout: number;
  readonly statuses: StatusReader;
  readonly sleep: HttpOptions["sleep"];
  readonly now: HttpOptions["now"];
  readonly trace: HttpOptions["trace"];
  readonly onRetry: HttpOptions["onRetry"];
  readonly signal: HttpOptions["signal"];
  readonly agents: AgentApi;
  readonly money: MoneyApi;
  readonly #http: Http;
  readonly #onClose: (() => Promise<void>) | undefined;

  constructor(options: ApiOptions) {
    this.name = options.name;
    this.baseUrl = options.baseUrl;
    this.outlivesCommand = options.outlivesCommand;
    this.statuses = new StatusReader(options.statusTable);
    this.policy = options.policy;
    this.requestTimeout = options.requestTimeout;
    this.sleep = options.sleep;
    this.now = options.now;
    this.trace = options.trace;
    this.onRetry = options.onRetry;
    this.signal = options.signal;
    this.#http = new Http(options);
    this.agents = new AgentApi(this.#http);
    this.#onClose = options.onClose;
    this.money = new MoneyApi((what) => this.#http.request(what), options.name === "local");
  }

  /**
   * `POST /run?wait=false`. Sent again only when it certainly never arrived; not even Ctrl-C
   * cuts it short, since an answer that is not read is a task that is lost. Without a
   * readable answer it is exit 11.
   */
  async submit(request: RunRequest, options: SubmitOptions): Promise<IdentifiedTask> {
    const answer = await this.#request({
      method: "POST",
      path: "/run?wait=false",
      body: request,
      retry: "if-unsent",
      ambiguousMessage: MAY_HAVE_STARTED,
      ...options,
    });
    if (!isObject(answer))
      throw ambiguous(notAsExpected("its answer to the submit is no task"), MAY_HAVE_STARTED);
    const task = flattenBase(answer);
    const id = taskName(task);
    if (id !== null) return { ...task, id };
    throw ambiguous(notAsExpected("its answer to the submit has no task id"), MAY_HAVE_STARTED);
  }

  async task(id: string, signal?: AbortSignal, retry?: RetryMode): Promise<IdentifiedTask> {
    const answer = await this.#get(taskPath(id), signal, retry);
    return readTask(answer, id, this.statuses);
  }

  timings(id: string, signal?: AbortSignal): Promise<unknown> {
    return this.#get(taskPath(id, "/timings"), signal);
  }

  logs(id: string, signal?: AbortSignal, retry?: RetryMode): Promise<unknown> {
    return this.#get(taskPath(id, "/logs"), signal, retry);
  }

  /** Safe to repeat: cancelling twice is cancelling once. */
  cancel(id: string, signal: AbortSignal): Promise<unknown> {
    return this.#request({ method: "POST", path: taskPath(id, "/cancel"), retry: "idempotent", signal });
  }

  stream(id: string, lastEventId: string | undefined, signal: AbortSignal): Promise<OpenStream> {
    const headers = {
      accept: "application/x-ndjson, text/event-stream;q=0.9",
      ...(lastEventId !== undefined && { "last-event-id": lastEventId }),
    };
    return this.#http.stream(taskPath(id, "/stream"), headers, signal);
  }

  /** The newest tasks of the account, at most `limit`, read page by page. */
  async tasks(limit: number, signal?: AbortSignal): Promise<IdentifiedTask[]> {
    return identified(await this.#pages("/tasks/list", limit, {}, signal));
  }

  /** The tasks of the account, the newest first, by the page of at most `size`. */
  async *taskPages(size: number, signal?: AbortSignal): AsyncGenerator<IdentifiedTask[]> {
    const request = (what: ApiRequest) => this.#request(what);
    const list = { path: "/tasks/list", wanted: () => size, retry: "idempotent", signal } as const;
    for await (const items of readPages(request, list)) yield identified(items);
  }

  /** The server's clock at a time of this machine's, at the earliest; null as long as it has not told. */
  serverTime(time: number): number | null {
    return this.#http.serverTime(time);
  }

  /** The team's active sessions; the API says null when there are none. */
  async sessions(): Promise<SessionDocument[]> {
    const items = readItems(await this.#get("/sessions"), "the sessions").map(flattenBase);
    return items
      .filter((item) => identifier(item["id"]) !== null)
      .map((item) => sessionDocument(item, this.now()));
  }

  async session(id: string, signal?: AbortSignal): Promise<SessionDocument> {
    return this.#session(id, await this.#get(sessionPath(id), signal));
  }

  /** Resets the idle timer; safe to repeat. An empty answer says that it worked, and no more. */
  async keepalive(
    id: string,
    signal?: AbortSignal,
    retry: RetryMode = "idempotent",
  ): Promise<SessionDocument> {
    const path = sessionPath(id, "/keepalive");
    const answer = await this.#request({ method: "POST", path, retry, signal });
    return this.#session(id, answer ?? { status: "active" });
  }

  /** Safe to repeat: a session that was ended stays so. */
  async endSession(id: string, signal?: AbortSignal): Promise<void> {
    await this.#request({ method: "DELETE", path: sessionPath(id), retry: "idempotent", signal });
  }

  /** Any request; one that changes something is not sent twice. */
  raw(method: Method, path: string, body?: JsonObject): Promise<unknown> {
    const retry = method === "GET" ? "idempotent" : "if-unsent";
    return this.#request({ method, path, retry, ...(body && { body }) });
  }

  /** The most harmless request there is, to see who answers, and whether it is this API. */
  probe(): Promise<Probe> {
    return this.#http.probe("/sessions", (answer) => void readItems(answer, "the sessions"));
  }

  /** What the API says of an app; with a signal of its own it is tried once, for a caller that can do without. */
  async app(reference: string, signal?: AbortSignal): Promise<JsonObject> {
    const path = `/apps/${reference.split("/").map(encodeURIComponent).join("/")}`;
    const answer = await this.#get(path, signal, signal ? "never" : "idempotent");
    if (isApp(answer)) return answer;
    throw notAsExpected(`its answer about ${reference} is no app`);
  }

  /** The catalog, read page by page up to `limit`; with a signal of its own it is tried once, for a caller that can do without. */
  apps(limit: number, search: string | undefined, signal?: AbortSignal): Promise<JsonObject[]> {
    return this.#pages(
      "/apps/list",
      limit,
      search === undefined ? {} : { search: { term: search, exact: false } },
      signal,
    );
  }

  /** What the whole catalog suggests for a few words; apps among other things, the best first. */
  async suggest(query: string, limit: number): Promise<JsonObject[]> {
    const body = { query, limit };
    const answer = await this.#http.request({ method: "POST", path: "/suggest", body, retry: "idempotent" });
    const results = isObject(answer) ? answer["results"] : null;
    if (Array.isArray(results)) return results.filter(isObject);
    throw notAsExpected("its answer to the search has no results");
  }

  /** Makes room for files, one slot each. */
  async createFiles(
    files: { filename: string; content_type: string; size: number }[],
  ): Promise<UploadSlot[]> {
    const body = { files: files.map((file) => ({ uri: "", ...file })) };
    const path = "/files";
    const answer = await this.#request({ method: "POST", path, body, retry: "idempotent" });
    return readSlots(answer, files.length, this.#http.url(path).href);
  }

  transfer(what: Transfer): Promise<Dispatcher.ResponseData> {
    return this.#http.transfer(what);
  }

  async close(): Promise<void> {
    await this.#http.close();
    await this.#onClose?.();
  }

  /** A 402 tells the balance; what only reads costs nothing. */
  async #request(what: ApiRequest): Promise<unknown> {
    try {
      return await this.#http.request(what);
    } catch (thrown) {
      throw what.method === "GET" ? thrown : await this.money.explainPayment(thrown);
    }
  }

  #pages(path: string, limit: number, more: JsonObject, signal?: AbortSignal): Promise<JsonObject[]> {
    return readUpTo(limit, (what) => this.#request(what), { path, more, signal });
  }

  #session(id: string, answer: unknown): SessionDocument {
    const session = isObject(answer) ? flattenBase(answer) : {};
    if (!isSession(session)) throw notAsExpected(`its answer about session ${id} is no session`);
    return sessionDocument({ id, ...session }, this.now());
  }

  #get(path: string, signal?: AbortSignal, retry: RetryMode = "idempotent"): Promise<unknown> {
    return this.#request({ method: "GET", path, retry, signal });
  }
}

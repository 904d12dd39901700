import type { Dispatcher } from "undici";
import { BeltError } from "../errors.ts";
import type { StatusTable } from "../wire/status.ts";
import { isObject, type JsonObject, type RunRequest } from "../wire/types.ts";
import type { HttpOptions, Method, OpenStream, Transfer } from "./exchange.ts";
import { lostAnswer } from "./failure.ts";
import { readSlots, type UploadSlot } from "./files.ts";
import { Http } from "./http.ts";
import type { Pace } from "./pace.ts";
import type { Probe } from "./probe.ts";
import { type SessionDocument, sessionDocument } from "./session.ts";
import { StatusReader } from "./status.ts";
import { flattenBase } from "./task.ts";

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

const SUBMIT_IN_DOUBT = "the run may have started";

/** A task as sent, its id certain. */
export type IdentifiedTask = JsonObject & { id: string };

/** The inference.sh API, one line an endpoint; answers are tasks as sent, with their base fields flat. */
export class Api {
  readonly name: string;
  readonly baseUrl: string;
  readonly outlivesCommand: boolean;
  readonly pace: Pace;
  readonly statuses: StatusReader;
  readonly sleep: HttpOptions["sleep"];
  readonly now: HttpOptions["now"];
  readonly trace: HttpOptions["trace"];
  readonly signal: HttpOptions["signal"];
  readonly #http: Http;
  readonly #onClose: (() => Promise<void>) | undefined;

  constructor(options: ApiOptions) {
    this.name = options.name;
    this.baseUrl = options.baseUrl;
    this.outlivesCommand = options.outlivesCommand;
    this.statuses = new StatusReader(options.statusTable);
    this.pace = options.pace;
    this.sleep = options.sleep;
    this.now = options.now;
    this.trace = options.trace;
    this.signal = options.signal;
    this.#http = new Http(options);
    this.#onClose = options.onClose;
  }

  /**
   * `POST /run?wait=false`. Sent again only when it certainly never arrived; not even Ctrl-C
   * cuts it short, since an answer that is not read is a task that nobody knows of.
   */
  async submit(request: RunRequest): Promise<IdentifiedTask> {
    const answer = await this.#http.exchange({
      method: "POST",
      path: "/run?wait=false",
      body: request,
      repeat: "unsent",
      inDoubt: SUBMIT_IN_DOUBT,
      finishOnceSent: true,
    });
    if (!isObject(answer))
      throw lostAnswer(notAsExpected("its answer to the submit is no task"), SUBMIT_IN_DOUBT);
    const task = flattenBase(answer);
    const { id } = task;
    if (typeof id === "string" && id !== "") return { ...task, id };
    throw lostAnswer(notAsExpected("its answer to the submit has no task id"), SUBMIT_IN_DOUBT);
  }

  async task(id: string, signal?: AbortSignal): Promise<IdentifiedTask> {
    const answer = await this.#get(taskPath(id), signal);
    if (!isObject(answer)) throw notAsExpected(`its answer about task ${id} is no task`);
    return { ...flattenBase(answer), id };
  }

  timings(id: string, signal?: AbortSignal): Promise<unknown> {
    return this.#get(taskPath(id, "/timings"), signal);
  }

  logs(id: string, signal?: AbortSignal): Promise<unknown> {
    return this.#get(taskPath(id, "/logs"), signal);
  }

  /** Safe to repeat: cancelling twice is cancelling once. */
  cancel(id: string, signal: AbortSignal): Promise<unknown> {
    return this.#http.exchange({ method: "POST", path: taskPath(id, "/cancel"), repeat: "always", signal });
  }

  stream(id: string, lastEventId: string | undefined, signal: AbortSignal): Promise<OpenStream> {
    const headers = {
      accept: "application/x-ndjson, text/event-stream;q=0.9",
      ...(lastEventId !== undefined && { "last-event-id": lastEventId }),
    };
    return this.#http.stream(taskPath(id, "/stream"), headers, signal);
  }

  /** The newest tasks of the account, at most `limit`, read page by page. */
  async tasks(limit: number): Promise<IdentifiedTask[]> {
    const items = await this.#pages("/tasks/list", limit, {});
    return items.map(flattenBase).flatMap((item) => {
      const { id } = item;
      return typeof id === "string" ? [{ ...item, id }] : [];
    });
  }

  /** The team's active sessions; the API says null when there are none. */
  async sessions(): Promise<SessionDocument[]> {
    const answer = await this.#get("/sessions", undefined);
    const items = Array.isArray(answer) ? answer.filter(isObject) : [];
    return items.map((item) => sessionDocument(item, this.now()));
  }

  async session(id: string, signal?: AbortSignal): Promise<SessionDocument> {
    return this.#session(id, await this.#get(sessionPath(id), signal));
  }

  /** Resets the idle timer; safe to repeat. */
  async keepalive(id: string, signal?: AbortSignal): Promise<SessionDocument> {
    const path = sessionPath(id, "/keepalive");
    const exchange = { method: "POST", path, repeat: "always", ...(signal && { signal }) } as const;
    return this.#session(id, await this.#http.exchange(exchange));
  }

  /** Safe to repeat: a session that was ended stays so. */
  async endSession(id: string, signal?: AbortSignal): Promise<void> {
    const path = sessionPath(id);
    await this.#http.exchange({ method: "DELETE", path, repeat: "always", ...(signal && { signal }) });
  }

  /** Any request; one that changes something is not sent twice. */
  raw(method: Method, path: string, body?: JsonObject): Promise<unknown> {
    const repeat = method === "GET" ? "always" : "unsent";
    return this.#http.exchange({ method, path, repeat, ...(body && { body }) });
  }

  /** The most harmless request there is, to see who answers. */
  probe(): Promise<Probe> {
    return this.#http.probe("/sessions");
  }

  /** What the API says of an app; with a signal of its own it is tried once, for whoever may do without. */
  async app(reference: string, signal?: AbortSignal): Promise<JsonObject> {
    const path = `/apps/${reference.split("/").map(encodeURIComponent).join("/")}`;
    const answer = await this.#http.exchange({
      method: "GET",
      path,
      repeat: signal ? "never" : "always",
      ...(signal && { signal }),
    });
    if (isObject(answer)) return answer;
    throw notAsExpected(`its answer about ${reference} is no app`);
  }

  /** The catalogue, read page by page up to `limit`; with a signal of its own it is tried once, for whoever may do without. */
  apps(limit: number, search: string | undefined, signal?: AbortSignal): Promise<JsonObject[]> {
    return this.#pages(
      "/apps/list",
      limit,
      search === undefined ? {} : { search: { term: search, exact: false } },
      signal,
    );
  }

  /** Makes room for files, one slot each. */
  async createFiles(
    files: { filename: string; content_type: string; size: number }[],
  ): Promise<UploadSlot[]> {
    const body = { files: files.map((file) => ({ uri: "", ...file })) };
    const answer = await this.#http.exchange({ method: "POST", path: "/files", body, repeat: "always" });
    return readSlots(answer, files.length);
  }

  transfer(what: Transfer): Promise<Dispatcher.ResponseData> {
    return this.#http.transfer(what);
  }

  async close(): Promise<void> {
    await this.#http.close();
    await this.#onClose?.();
  }

  async #pages(path: string, limit: number, more: JsonObject, signal?: AbortSignal): Promise<JsonObject[]> {
    const found: JsonObject[] = [];
    for (let cursor: unknown; found.length < limit; ) {
      const body = { limit: limit - found.length, ...more, ...(cursor !== undefined && { cursor }) };
      const page = await this.#http.exchange({
        method: "POST",
        path,
        body,
        repeat: signal ? "never" : "always",
        ...(signal && { signal }),
      });
      const items = isObject(page) && Array.isArray(page["items"]) ? page["items"] : [];
      found.push(...items.filter(isObject));
      cursor = isObject(page) ? page["next_cursor"] : undefined;
      if (!isObject(page) || page["has_next"] === false || !cursor || items.length === 0) break;
    }
    return found.slice(0, limit);
  }

  #session(id: string, answer: unknown): SessionDocument {
    return sessionDocument(isObject(answer) ? { id, ...answer } : { id }, this.now());
  }

  #get(path: string, signal: AbortSignal | undefined): Promise<unknown> {
    return this.#http.exchange({ method: "GET", path, repeat: "always", ...(signal && { signal }) });
  }
}

function taskPath(id: string, rest = ""): string {
  return `/tasks/${segment(id)}${rest}`;
}

function sessionPath(id: string, rest = ""): string {
  return `/sessions/${segment(id)}${rest}`;
}

/** An id as one part of a path; "." and ".." would name another resource. */
function segment(id: string): string {
  if (/^\.{0,2}$/.test(id)) throw notAsExpected(`"${id}" cannot be an id`);
  return encodeURIComponent(wellFormed(id));
}

/** Lone surrogates cannot be put into a URL. */
function wellFormed(id: string): string {
  return Buffer.from(id, "utf8").toString("utf8");
}

function notAsExpected(what: string): BeltError {
  return new BeltError({
    code: "unexpected_reply",
    message: `the API is not answering as expected: ${what}`,
    hint: "check the base URL (--api-url, BELT_API_URL); run again with -v to see the requests",
    exit: "failure",
  });
}

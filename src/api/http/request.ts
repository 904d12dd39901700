import type { Readable } from "node:stream";
import type { Message } from "./response.ts";
import type { Pace } from "./timings.ts";

export interface HttpOptions {
  baseUrl: string;
  /** Sent to the base URL's origin only. */
  key: string | null;
  version: string;
  userAgent: string;
  /** Bound on one exchange, and on waiting for a stream to begin; milliseconds. */
  requestTimeout: number;
  pace: Pace;
  /** Aborted when the user wants to leave; exchanges end with its reason. */
  signal: AbortSignal;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  now(): number;
  /** The proxy to go through to this address, or null; throws a usage error when there is one that cannot be. */
  proxy(url: URL): string | null;
  /** One line about each request, never with the key. */
  trace(line: string): void;
  /** Notes the API sends beside its answers. */
  onMessage(message: Message): void;
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Exchange {
  method: Method;
  path: string;
  body?: unknown;
  /** "always": doing it twice is doing it once. "unsent": only if it certainly did not reach the API. "never": not even then. */
  repeat: "always" | "unsent" | "never";
  /** What may have happened when the answer is lost: "the run may have started". */
  inDoubt?: string;
  /** Replaces the signal of the options, for what is done because the user wants to leave. */
  signal?: AbortSignal;
  /** Once sent, its answer is waited for even when the user wants to leave; it is not sent again then. */
  finishOnceSent?: boolean;
}

/** One request for a file's bytes, to whatever host keeps it. */
export interface Transfer {
  method: "GET" | "PUT";
  url: URL;
  headers: Record<string, string>;
  body: Readable | null;
}

export interface OpenStream {
  contentType: string;
  chunks: AsyncIterable<Uint8Array>;
}

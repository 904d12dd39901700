import type { Readable } from "node:stream";
import type { Message } from "./response.ts";
import type { RetryMode } from "./retry.ts";
import type { RetryPolicy } from "./retry-policy.ts";

export interface HttpOptions {
  baseUrl: string;
  /** Sent to the base URL's origin only. */
  key: string | null;
  version: string;
  userAgent: string;
  /** Bound on one request and its answer, and on waiting for a stream to begin; milliseconds. */
  requestTimeout: number;
  policy: RetryPolicy;
  /** Aborted when the user wants to leave; requests end with its reason. */
  signal: AbortSignal;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  now(): number;
  /** The proxy to go through to this address, or null; throws a usage error when there is one that cannot be. */
  proxy(url: URL): string | null;
  /** One line about each request, never with the key. */
  trace(line: string): void;
  /** Notes the API sends beside its answers. */
  onMessage(message: Message): void;
  /** "no answer within 30s, trying again (2 of 4)": said once a request has taken longer than people expect. */
  onRetry(text: string): void;
  /** An answer is waited for, tries and all; what it gives is called when that is over. */
  onWait(): () => void;
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Reads the beginning of a stream that answers a request; `end` ends the stream, then or later. */
type BeginStream = (stream: OpenStream, end: (reason: unknown) => void) => Promise<unknown>;

export interface ApiRequest {
  method: Method;
  path: string;
  body?: unknown;
  retry: RetryMode;
  /** Sent once, whatever comes of it: whoever asks tries again by rules of its own. */
  once?: boolean | undefined;
  /** What may have happened when the answer is lost: "the run may have started". */
  ambiguousMessage?: string;
  /** Replaces the signal of the options, for what is done because the user wants to leave. */
  signal?: AbortSignal | undefined;
  /**
   * Once sent, its answer is waited for even when the user wants to leave; after that it is not sent
   * again. Called as each try is sent, with what to call when that try is over.
   */
  uninterruptible?: () => () => void;
  /** Ends the request whatever it is; its reason is a BeltError. */
  deadline?: AbortSignal | undefined;
  /**
   * Asks for a stream in answer. The request is answered when this is: what it gives takes the place
   * of the answer. A plain answer is read as ever.
   */
  begin?: BeginStream;
}

/** One request for a file's bytes, to the host that keeps it. */
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

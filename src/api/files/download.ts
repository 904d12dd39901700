import type { FileHandle } from "node:fs/promises";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Dispatcher } from "undici";
import type { Api } from "../client.ts";
import { decoded, decodedBody } from "../http/content-encoding.ts";
import { followRedirects } from "../http/redirects.ts";
import { FileWriter } from "./file-writer.ts";
import { Inflation } from "./inflation.ts";
import { isRest, validatorOf, wholeLength } from "./ranges.ts";
import { failed, header, type OnBytes, requireSuccess, transferring, WRITTEN_AT_ONCE } from "./transfer.ts";

export interface Downloaded {
  /** From the answer's head; empty when it does not say. */
  contentType: string;
}

export interface DownloadTarget {
  file: FileHandle;
  /** What the output says of its length, for servers that do not. */
  size: number | null;
  onBytes: OnBytes;
}

/**
 * Streams what is at `url` into an open file, without the key and without the encoding that it
 * came in. The length must be the one announced, or `size` where none was. One that breaks is
 * taken up where it broke, if the server can. Throws exit 6 when it could not be had.
 */
export async function downloadTo(api: Api, url: URL, target: DownloadTarget): Promise<Downloaded> {
  const download = new Download(api, url, target);
  return await transferring(api, "download", url, {
    run: () => download.run(),
    hasAdvanced: () => download.hasAdvanced,
  });
}

/** One file on its way, over as many connections as it takes. */
class Download {
  readonly #api: Api;
  readonly #url: URL;
  readonly #target: DownloadTarget;
  /** What is there of it. */
  #position = 0;
  /** Where the last try began. */
  #began = 0;
  /** Tells this state of the file from others; null when it cannot be taken up. */
  #validator: string | null = null;

  constructor(api: Api, url: URL, target: DownloadTarget) {
    this.#api = api;
    this.#url = url;
    this.#target = target;
  }

  get hasAdvanced(): boolean {
    return this.#validator !== null && this.#position - this.#began >= WRITTEN_AT_ONCE;
  }

  async run(): Promise<Downloaded> {
    this.#began = this.#position;
    const answer = await this.#ask();
    this.#began = this.#position;
    const { body, arrived } = await decodedBody(answer);
    const expected = arrived ? null : (wholeLength(answer) ?? this.#target.size);
    await this.#write(arrived ? [body, new Inflation(arrived)] : [body]);
    if (expected !== null && this.#position !== expected) {
      // What is missing can be asked for; with what is too much this is another file.
      if (this.#position > expected) this.#validator = null;
      throw failed(`${this.#position} bytes came instead of ${expected}`, true);
    }
    return { contentType: header(answer, "content-type") ?? "" };
  }

  /** The rest of the file, or all of it where that cannot be had. */
  async #ask(): Promise<Dispatcher.ResponseData> {
    const { file } = this.#target;
    const rest = this.#position > 0 ? this.#validator : null;
    const range = { range: `bytes=${this.#position}-`, "if-range": rest ?? "" };
    const answer = await get(this.#api, this.#url, rest === null ? {} : range);
    const { statusCode } = answer;
    if (rest !== null && isRest(answer, rest, this.#position)) return answer;
    if (rest !== null && (statusCode === 206 || statusCode === 416)) {
      // Another part than the one asked for, of another file, or none.
      this.#validator = null;
      await answer.body.dump();
      return await this.#ask();
    }
    requireWhole(answer);
    this.#position = 0;
    this.#validator = validatorOf(answer);
    await file.truncate(0);
    return answer;
  }

  async #write(stages: [Readable, ...NodeJS.ReadWriteStream[]]): Promise<void> {
    const { file, onBytes } = this.#target;
    const writer = new FileWriter(file, onBytes, this.#position);
    try {
      await pipeline([...stages, writer]);
    } finally {
      await writer.settled();
      this.#position = writer.position;
    }
  }
}

/** The bytes at `url`, or null when there are more than `most`. */
export async function downloadSmall(api: Api, url: URL, most: number): Promise<Buffer | null> {
  const answer = await get(api, url, {});
  requireWhole(answer);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of await decoded(answer)) {
    size += (chunk as Buffer).length;
    if (size > most) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** A body that nobody will read is thrown away. */
async function get(api: Api, url: URL, headers: Record<string, string>): Promise<Dispatcher.ResponseData> {
  const answer = await followRedirects(url, {
    follow: true,
    send: (at) => api.transfer({ method: "GET", url: at, headers, body: null }),
  });
  if (answer.statusCode !== 200 && answer.statusCode !== 206) await answer.body.dump();
  return answer;
}

/** Throws for an answer without the file, and for a part of it that nobody asked for. */
function requireWhole(answer: Dispatcher.ResponseData): void {
  requireSuccess(answer);
  if (answer.statusCode === 200) return;
  answer.body.on("error", () => {}).destroy();
  throw failed(`the server answered HTTP ${answer.statusCode}`, false);
}

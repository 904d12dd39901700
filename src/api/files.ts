import { createReadStream } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Dispatcher } from "undici";
import { BeltError } from "../errors.ts";
import type { Api } from "./client.ts";
import { networkError } from "./http/network-errors.ts";
import type { UploadSlot } from "./resources/upload-slots.ts";

/** Bytes that have gone by so far; called again and again. */
export type OnBytes = (bytes: number) => void;

/** Read from disk, and gathered before they are written, in pieces of this size. */
const PIECE = 2 ** 20;

/** Between two looks at how far an upload is, in milliseconds. */
const LOOK_EVERY = 100;

const MAX_REDIRECTS = 5;

/**
 * Sends a file to where its slot says, without the key; streamed, with its length. A second
 * try sends the same bytes to the same place. Throws exit 6 when they did not arrive.
 */
export async function putFile(
  api: Api,
  slot: UploadSlot,
  file: { path: string; size: number; contentType: string; name: string },
  onBytes: OnBytes,
): Promise<void> {
  await repeated(api, `upload of ${file.name}`, slot.uploadUrl, async () => {
    const body = createReadStream(file.path, { highWaterMark: PIECE });
    const watching = setInterval(() => onBytes(body.bytesRead), LOOK_EVERY);
    const sending = api.transfer({
      method: "PUT",
      url: new URL(slot.uploadUrl),
      headers: { "content-type": file.contentType, "content-length": String(file.size) },
      body,
    });
    const answer = await sending.finally(() => {
      clearInterval(watching);
      body.destroy();
    });
    await answer.body.dump();
    requireSuccess(answer, `upload of ${file.name}`);
  });
}

export interface Downloaded {
  /** From the answer's head; empty when it does not say. */
  contentType: string;
}

/**
 * Streams what is at `url` into an open file, without the key. The length must be the one
 * announced, or `size` where none was. Throws exit 6 when it could not be had.
 */
export async function downloadTo(
  api: Api,
  url: string,
  { file, size, onBytes }: { file: FileHandle; size: number | null; onBytes: OnBytes },
): Promise<Downloaded> {
  return await repeated(api, "download", url, async () => {
    await file.truncate(0);
    const answer = await getFollowing(api, new URL(url), 0);
    const announced = Number(header(answer, "content-length") ?? size ?? Number.NaN);
    let received = 0;
    const target = intoFile(file, (bytes) => {
      received = bytes;
      onBytes(bytes);
    });
    await pipeline(answer.body, target);
    if (!Number.isNaN(announced) && received !== announced) {
      throw failed("download", `${received} bytes came instead of ${announced}`, true);
    }
    return { contentType: header(answer, "content-type") ?? "" };
  });
}

/** Writes from the start of an open file, which stays open whatever happens to the stream. */
export function intoFile(file: FileHandle, onBytes: OnBytes): Writable {
  let position = 0;
  const put = async (bytes: Buffer) => {
    for (let left = bytes; left.length > 0; ) {
      const { bytesWritten } = await file.write(left, 0, left.length, position);
      position += bytesWritten;
      left = left.subarray(bytesWritten);
    }
    onBytes(position);
  };
  return new Writable({
    highWaterMark: 2 * PIECE,
    write: (chunk: Buffer, _encoding, done) => void put(chunk).then(() => done(), done),
    // Small pieces that have gathered meanwhile are written at once.
    writev: (chunks, done) =>
      void put(Buffer.concat(chunks.map(({ chunk }) => chunk as Buffer))).then(() => done(), done),
  });
}

/** The first bytes at `url`, or null when there are more than `most`. */
export async function downloadSmall(api: Api, url: string, most: number): Promise<Buffer | null> {
  const answer = await getFollowing(api, new URL(url), 0);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer.body) {
    size += (chunk as Buffer).length;
    if (size > most) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

async function getFollowing(api: Api, url: URL, hops: number): Promise<Dispatcher.ResponseData> {
  const answer = await api.transfer({ method: "GET", url, headers: {}, body: null });
  const location = header(answer, "location");
  if (answer.statusCode >= 300 && answer.statusCode < 400 && location !== undefined && hops < MAX_REDIRECTS) {
    await answer.body.dump();
    const next = new URL(location, url);
    if (!/^https?:$/.test(next.protocol)) throw failed("download", `it redirects to ${next.protocol}`, false);
    return await getFollowing(api, next, hops + 1);
  }
  if (answer.statusCode !== 200) await answer.body.dump();
  requireSuccess(answer, "download");
  return answer;
}

/** Tries again after failures that may pass, with the pauses of every other request. */
async function repeated<T>(api: Api, what: string, url: string, attempt: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (thrown) {
      api.signal.throwIfAborted();
      const error = explained(thrown, what, url);
      const pause = api.policy.retries[tries];
      if (!error.facts.retryable || pause === undefined) throw error;
      await api.sleep(pause, api.signal);
    }
  }
}

function explained(thrown: unknown, what: string, url: string): BeltError {
  if (thrown instanceof BeltError) return thrown;
  const code = (thrown as NodeJS.ErrnoException | null)?.code ?? "";
  if (/^(ENOENT|EACCES|EPERM|ENOSPC|EDQUOT|EROFS|EISDIR|EIO|EFBIG)$/.test(code)) {
    return new BeltError({
      code: "file",
      message: `${what} failed: ${(thrown as Error).message}`,
      exit: "failure",
      cause: thrown,
    });
  }
  if (code === "UND_ERR_REQ_CONTENT_LENGTH_MISMATCH")
    return failed(what, "the file changed meanwhile", false);
  const error = networkError(thrown, new URL(url).origin);
  return error.with({ message: `${what} failed: ${error.message}`, hint: undefined });
}

function requireSuccess({ statusCode }: Dispatcher.ResponseData, what: string): void {
  if (statusCode >= 200 && statusCode < 300) return;
  throw failed(what, `the server answered HTTP ${statusCode}`, statusCode >= 500 || statusCode === 429).with({
    httpStatus: statusCode,
  });
}

function failed(what: string, reason: string, retryable: boolean): BeltError {
  return new BeltError({
    code: "transfer_failed",
    message: `${what} failed: ${reason}`,
    exit: "unavailable",
    retryable,
  });
}

function header({ headers }: Dispatcher.ResponseData, name: string): string | undefined {
  return [headers[name]].flat()[0];
}

import { once } from "node:events";
import { pipeline, type Readable, type Transform } from "node:stream";
import type { Zlib } from "node:zlib";
import type { Dispatcher } from "undici";
import { BeltError } from "../../errors.ts";

/** No server encodes a body more often. */
const MOST_ENCODINGS = 4;

export interface DecodedBody {
  body: Readable;
  /** Bytes that came over the line so far; null for a body that came as it is. */
  arrived: (() => number) | null;
}

/**
 * The body of an answer without the Content-Encoding that it came in, asked for or not (src/api/README.md,
 * "Files"). How much comes out is for the reader to bound; what cannot be unpacked is an error
 * of the stream.
 */
export async function decodedBody(answer: Dispatcher.ResponseData): Promise<DecodedBody> {
  let body: Readable = answer.body;
  let first: (Transform & Zlib) | null = null;
  for (const encoding of encodingsOf(answer).reverse()) {
    const byte = await firstByte(body);
    if (byte === null) break;
    const decoder = await decoderFor(encoding, byte);
    if (decoder === null) {
      body.on("error", () => {}).destroy();
      throw unknownEncoding(encoding, answer.statusCode);
    }
    first ??= decoder;
    // The error reaches whoever reads the decoder.
    body = pipeline(body, decoder, () => {});
  }
  return { body, arrived: first && (() => first.bytesWritten) };
}

/** The same for readers that bound it by what they can hold. */
export async function decoded(answer: Dispatcher.ResponseData): Promise<Readable> {
  return (await decodedBody(answer)).body;
}

/** What changes no byte: the name for that, and what stores leave in the head of a file that was sent to them. */
const NONE = ["", "identity", "aws-chunked", "utf-8"];

/** In the order in which they were applied. */
export function encodingsOf({ headers }: Dispatcher.ResponseData): string[] {
  const names = [headers["content-encoding"]].flat().join(",").toLowerCase().split(",");
  const encodings = names.map((name) => name.trim()).filter((name) => !NONE.includes(name));
  return encodings.length > MOST_ENCODINGS ? [encodings.slice(0, 9).join(", ")] : encodings;
}

async function decoderFor(encoding: string, first: number): Promise<(Transform & Zlib) | null> {
  const zlib = await import("node:zlib");
  switch (encoding) {
    case "gzip":
    case "x-gzip":
      return zlib.createGunzip();
    case "br":
      return zlib.createBrotliDecompress();
    case "deflate":
      // The name means zlib's format, but some servers send it without its head.
      return (first & 0x0f) === 8 ? zlib.createInflate() : zlib.createInflateRaw();
    default:
      return null;
  }
}

/** Null for a body without any. */
async function firstByte(body: Readable): Promise<number | null> {
  if (body.readableLength === 0) await begun(body);
  const chunk: Buffer | null = body.read();
  if (chunk !== null) body.unshift(chunk);
  return chunk?.[0] ?? null;
}

/** Until there is something to read, or the end. */
async function begun(body: Readable): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  await Promise.race([once(body, "readable", { signal }), once(body, "end", { signal })]).finally(() =>
    over.abort(),
  );
}

function unknownEncoding(encoding: string, httpStatus: number): BeltError {
  return new BeltError({
    code: "unreadable_reply",
    message: `the answer came in the encoding "${encoding}", which belt does not read`,
    hint: "check whether a proxy stands between belt and the API; run again with -v to see the requests",
    exit: "failure",
    httpStatus,
    retryable: false,
  });
}

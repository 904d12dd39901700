import { StringDecoder } from "node:string_decoder";
import { createLineSplitter } from "../workers/line-splitter.ts";

type OnLine<Owner> = (text: string, isError: boolean, owner: Owner) => void;

/**
 * Sends what the app prints over the channel, where it keeps its order with the results.
 * What bypasses node's streams (native code, grandchildren) still arrives through the pipes.
 * A line is of one owner. The returned function sends what has not ended in a newline.
 */
export function captureOutput<Owner>(currentOwner: () => Owner, onLine: OnLine<Owner>): () => void {
  const flushers = [process.stdout, process.stderr].map((stream) =>
    captureStream(stream, currentOwner, (line, owner) => onLine(line, stream === process.stderr, owner)),
  );
  const flush = () => {
    for (const flushStream of flushers) flushStream();
  };
  process.once("exit", flush);
  return flush;
}

function captureStream<Owner>(
  stream: NodeJS.WriteStream,
  currentOwner: () => Owner,
  onLine: (line: string, owner: Owner) => void,
): () => void {
  let owner = currentOwner();
  const splitter = createLineSplitter((line) => onLine(line, owner));
  // A write may end inside a character, as those of a pipe do.
  const decoder = new StringDecoder("utf8");
  const flush = () => {
    splitter.push(decoder.end());
    splitter.flush();
  };
  stream.write = ((chunk: string | Uint8Array, encoding?: unknown, callback?: unknown) => {
    if (currentOwner() !== owner) flush();
    owner = currentOwner();
    splitter.push(decoder.write(bytesOf(chunk, encoding)));
    const done = typeof encoding === "function" ? encoding : callback;
    if (typeof done === "function") queueMicrotask(() => done());
    return true;
  }) as typeof stream.write;
  return flush;
}

function bytesOf(chunk: string | Uint8Array, encoding: unknown): Buffer {
  if (typeof chunk !== "string") return Buffer.from(chunk);
  return Buffer.from(chunk, typeof encoding === "string" ? (encoding as BufferEncoding) : "utf8");
}

import type { FileHandle } from "node:fs/promises";

/** Bytes read at once. */
const PIECE = 64 * 1024;

/** Bytes; a longer line is nothing that belt wrote, and is passed over. */
const LONGEST_LINE = 1024 * 1024;

/** The lines of a file from its last to its first; reads no more of it than is asked for. */
export async function* linesFromEnd(file: FileHandle): AsyncGenerator<string> {
  /** What is known of the line whose beginning has not been read, from its last piece to its first. */
  let known: Buffer[] = [];
  let length = 0;
  const line = (first: Buffer) => {
    const whole =
      length + first.length > LONGEST_LINE ? "" : Buffer.concat([first, ...known.reverse()]).toString();
    known = [];
    length = 0;
    return whole;
  };
  for (let end = (await file.stat()).size; end > 0; ) {
    const begin = Math.max(0, end - PIECE);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - begin), 0, end - begin, begin);
    let left = buffer.subarray(0, bytesRead);
    for (let at = left.lastIndexOf(10); at !== -1; at = left.lastIndexOf(10)) {
      yield line(left.subarray(at + 1));
      left = left.subarray(0, at);
    }
    length += left.length;
    if (length <= LONGEST_LINE) known.push(left);
    end = begin;
  }
  yield line(Buffer.alloc(0));
}

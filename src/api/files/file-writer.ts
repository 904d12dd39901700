import type { FileHandle } from "node:fs/promises";
import { Writable } from "node:stream";
import { giveBack } from "../http/read-buffers.ts";
import { type OnBytes, WRITTEN_AT_ONCE } from "./transfer.ts";

/** Writes into an open file, which stays open whatever happens to the stream. */
export class FileWriter extends Writable {
  readonly #file: FileHandle;
  readonly #onBytes: OnBytes;
  #position: number;
  #writing: Promise<void> = Promise.resolve();

  /** `position`: where to begin. */
  constructor(file: FileHandle, onBytes: OnBytes, position = 0) {
    super({ highWaterMark: 2 * WRITTEN_AT_ONCE });
    this.#file = file;
    this.#onBytes = onBytes;
    this.#position = position;
  }

  /** Bytes that the file holds, from its start. */
  get position(): number {
    return this.#position;
  }

  /** Waits for what is being written when the stream has ended early; a file is not written to afterwards. */
  async settled(): Promise<void> {
    await this.#writing.catch(() => {});
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#put([chunk], done);
  }

  /** Small pieces that have gathered meanwhile are written at once. */
  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error) => void): void {
    this.#put(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  #put(pieces: Buffer[], done: (error?: Error) => void): void {
    this.#writing = this.#writeAll(pieces);
    this.#writing.then(() => done(), done);
  }

  async #writeAll(pieces: Buffer[]): Promise<void> {
    for (let left = pieces; left.length > 0; ) {
      const { bytesWritten } = await this.#file.writev(left, this.#position);
      this.#position += bytesWritten;
      left = without(left, bytesWritten);
    }
    for (const piece of pieces) giveBack(piece);
    this.#onBytes(this.#position);
  }
}

/** The pieces less their first bytes: a write may take less than it was given. */
function without(pieces: Buffer[], bytes: number): Buffer[] {
  let passed = 0;
  return pieces.flatMap((piece) => {
    const begin = Math.max(0, bytes - passed);
    passed += piece.length;
    return begin < piece.length ? [piece.subarray(begin)] : [];
  });
}

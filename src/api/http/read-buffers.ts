import type { Socket } from "node:net";
import type { buildConnector as BuildConnector } from "undici";
import { buildConnector } from "./undici.ts";

/** What a connection reads at once, as much as node reads by itself. */
const SIZE = 64 * 1024;

const free: Buffer[] = [];
/** What was read into each buffer that is under way. */
const lent = new WeakMap<ArrayBufferLike, { buffer: Buffer; bytes: number }>();

/**
 * Connections for large files, which read into the same memory again and again: node by itself takes
 * new memory for each read, and that takes longer than the reading.
 */
export function reusingConnector(options: BuildConnector.BuildOptions): BuildConnector.connector {
  return (target, done) => {
    let socket: Socket | null = null;
    const onread = {
      buffer: () => free.pop() ?? Buffer.allocUnsafeSlow(SIZE),
      callback(bytes: number, memory: Uint8Array) {
        const buffer = memory as Buffer;
        const read = buffer.subarray(0, bytes);
        // Few bytes must not hold much memory.
        if (bytes < SIZE / 2) {
          free.push(buffer);
          return socket!.push(Buffer.from(read));
        }
        lent.set(buffer.buffer, { buffer, bytes });
        return socket!.push(read);
      },
    };
    buildConnector({ ...options, onread } as BuildConnector.BuildOptions)(target, (...result) => {
      socket = result[1];
      done(...result);
    });
  };
}

/**
 * Gives back a piece that nobody will look at again. Only one that was read whole is used again; all others,
 * and those that are never given back, are garbage as ever.
 */
export function giveBack(piece: Uint8Array): void {
  const read = lent.get(piece.buffer);
  if (read?.bytes !== piece.byteLength) return;
  lent.delete(piece.buffer);
  free.push(read.buffer);
}

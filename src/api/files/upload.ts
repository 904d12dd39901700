import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import type { Api } from "../client.ts";
import type { UploadSlot } from "../resources/upload-slots.ts";
import { type OnBytes, requireSuccess, transferring } from "./transfer.ts";

/** Bytes of a file: more than a connection takes without waiting until they are gone. */
const READ_AT_ONCE = 2 ** 18;

/** Pieces that are under way at most, one being sent and one read ahead, and some to spare. */
const RING = 8;

export interface UploadedFile {
  path: string;
  size: number;
  contentType: string;
  name: string;
}

/**
 * Sends a file to where its slot says, without the key; streamed, with its length. A second
 * try sends the same bytes to the same place. Throws exit 6 when they did not arrive.
 */
export async function putFile(
  api: Api,
  slot: UploadSlot,
  file: UploadedFile,
  onBytes: OnBytes,
): Promise<void> {
  const { path, size, contentType, name } = file;
  await transferring(api, `upload of ${name}`, slot.uploadUrl, {
    run: async () => {
      const body = Readable.from(piecesOf(path, onBytes), { objectMode: false, highWaterMark: READ_AT_ONCE });
      try {
        const headers = { "content-type": contentType, "content-length": String(size) };
        const answer = await api.transfer({ method: "PUT", url: slot.uploadUrl, headers, body });
        await answer.body.dump();
        requireSuccess(answer);
      } finally {
        body.destroy();
      }
    },
  });
}

/** Reads into the same memory again and again: taken anew for each piece it would be garbage by the hundred megabytes. */
async function* piecesOf(path: string, onBytes: OnBytes): AsyncGenerator<Buffer> {
  const file = await open(path);
  try {
    const memory = Array.from({ length: RING }, () => Buffer.allocUnsafeSlow(READ_AT_ONCE));
    for (let count = 0, position = 0; ; count++) {
      const { bytesRead, buffer } = await file.read(memory[count % RING]!, 0, READ_AT_ONCE, null);
      if (bytesRead === 0) return;
      position += bytesRead;
      onBytes(position);
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

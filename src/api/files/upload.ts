import { createReadStream } from "node:fs";
import type { Api } from "../client.ts";
import type { UploadSlot } from "../resources/upload-slots.ts";
import { type OnBytes, PIECE, requireSuccess, transferring } from "./transfer.ts";

/** Between two looks at how far an upload is, in milliseconds. */
const LOOK_EVERY = 100;

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
      const body = createReadStream(path, { highWaterMark: PIECE });
      const watching = setInterval(() => onBytes(body.bytesRead), LOOK_EVERY);
      try {
        const headers = { "content-type": contentType, "content-length": String(size) };
        const answer = await api.transfer({ method: "PUT", url: slot.uploadUrl, headers, body });
        await answer.body.dump();
        requireSuccess(answer);
      } finally {
        clearInterval(watching);
        body.destroy();
      }
    },
  });
}

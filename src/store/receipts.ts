import { open, stat } from "node:fs/promises";
import { usageError } from "../errors.ts";
import { fileReason } from "../file-reason.ts";
import { saveInto } from "./save-file.ts";
import type { TemporaryOwner } from "./temporary.ts";

/** Bytes of a receipt; what is larger is none, and is not read. */
export const LARGEST_RECEIPT = 16 * 1024 * 1024;

/** Writes a receipt beside the file it is of, whole or not at all, over nothing but the same; gives its name. */
export async function writeReceiptFile(
  folder: string,
  owner: TemporaryOwner,
  savedName: string,
  text: string,
): Promise<string> {
  return await saveInto(folder, owner, {
    keepSame: true,
    async fill(file) {
      await file.writeFile(text);
      return { base: `${savedName}.belt`, extension: "json" };
    },
  });
}

/** The text of a receipt. Throws a usage error for what cannot be one: a folder, a pipe, or something huge. */
export async function readReceiptFile(path: string, name: string): Promise<string> {
  const cannot = (reason: string) => usageError(`cannot read the receipt ${name}: ${reason}`);
  const failed = (error: NodeJS.ErrnoException) => {
    throw cannot(error.code === "ENOENT" ? "there is no such file" : fileReason(error));
  };
  const found = await stat(path).catch(failed);
  if (!found.isFile()) throw cannot(found.isDirectory() ? "it is a folder" : "it is not a file");
  const file = await open(path, "r").catch(failed);
  try {
    const bytes = await readAtMost(file, LARGEST_RECEIPT + 1).catch(failed);
    if (bytes.length > LARGEST_RECEIPT) throw cannot("it is larger than 16 MB, as no receipt is");
    return bytes.toString("utf8");
  } finally {
    await file.close();
  }
}

async function readAtMost(file: Awaited<ReturnType<typeof open>>, most: number): Promise<Buffer> {
  const { size } = await file.stat();
  const buffer = Buffer.alloc(Math.min(size, most));
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
    length += bytesRead;
    if (bytesRead === 0 || length === buffer.length) return buffer.subarray(0, length);
  }
}

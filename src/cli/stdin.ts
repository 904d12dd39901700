import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Host } from "./host.ts";

/** Standard input as a file, since an upload has to say its length first; `remove` takes it away again. */
export function stdinSpool(host: Host, signal: AbortSignal) {
  let folder: string | null = null;
  return {
    async file(): Promise<string> {
      folder = await mkdtemp(join(tmpdir(), "belt-"));
      const path = join(folder, "stdin");
      await pipeline(host.stdin, createWriteStream(path, { mode: 0o600 }), { signal }).catch((thrown) => {
        throw signal.aborted ? signal.reason : thrown;
      });
      return path;
    },
    async remove(): Promise<void> {
      if (folder !== null) await rm(folder, { recursive: true, force: true });
    },
  };
}

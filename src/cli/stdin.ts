import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileError } from "../errors.ts";
import type { Host } from "./host.ts";

/** Standard input as a file, since an upload has to say its length first; `remove` takes it away again. */
export function stdinSpool(host: Host, signal: AbortSignal) {
  let folder: string | null = null;
  return {
    async file(): Promise<string> {
      folder = await mkdtemp(join(tmpdir(), "belt-")).catch((error) => {
        throw unspooled(tmpdir(), error);
      });
      const path = join(folder, "stdin");
      await pipeline(host.stdin, createWriteStream(path, { mode: 0o600 }), { signal }).catch((error) => {
        if (signal.aborted) throw signal.reason;
        const ofStdin = (error as NodeJS.ErrnoException).syscall === "read";
        throw ofStdin ? fileError("cannot read", "standard input", error) : unspooled(path, error);
      });
      return path;
    },
    async remove(): Promise<void> {
      if (folder === null) return;
      await rm(folder, { recursive: true, force: true }).catch((error) => {
        throw fileError("cannot remove", folder!, error);
      });
    },
  };
}

function unspooled(path: string, error: unknown) {
  return fileError(
    "cannot keep standard input in",
    path,
    error,
    "TMPDIR names another folder for temporary files",
  );
}

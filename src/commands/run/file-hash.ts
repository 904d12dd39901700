import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { BeltError } from "../../errors.ts";
import type { Context } from "../shared/context.ts";
import type { ParsedRun } from "./parse-run.ts";
import { findFiles } from "./upload.ts";
import { type CoercedRun, fileNames } from "./validate-input.ts";

/** What is in a file. */
export interface FileFacts {
  size: number;
  /** Hexadecimal. */
  sha256: string;
}

/** A file as it was when it was hashed. */
export interface HashedFile extends FileFacts {
  path: string;
  changed: number;
}

/** Reads a file of any size in a little memory; `signal` ends it with its reason. */
export async function hashFile(path: string, signal: AbortSignal): Promise<HashedFile> {
  const { mtimeMs: changed, size } = await stat(path);
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), hash, { signal }).catch((thrown) => {
    throw signal.aborted ? signal.reason : thrown;
  });
  return { path, size, sha256: hash.digest("hex"), changed };
}

/** The files that a run uploads, by the name they were given. */
export async function hashInputs(
  ctx: Context,
  { allowSensitive }: ParsedRun,
  coerced: CoercedRun,
): Promise<Map<string, HashedFile>> {
  const hashed = new Map<string, HashedFile>();
  for (const [name, { path }] of await findFiles(ctx, fileNames(coerced), { allowSensitive }))
    hashed.set(name, await hashFile(path, ctx.signal));
  return hashed;
}

/** Throws when a file is not what was hashed any more: then nobody can say what was uploaded. */
export async function requireUnchanged(files: ReadonlyMap<string, HashedFile>): Promise<void> {
  for (const [name, { path, size, changed }] of files) {
    const now = await stat(path).catch(() => null);
    if (now?.size === size && now.mtimeMs === changed) continue;
    throw new BeltError({
      code: "file_changed",
      message: `${name === "-" ? "standard input" : name} was changed meanwhile; nothing was submitted`,
      exit: "failure",
    });
  }
}

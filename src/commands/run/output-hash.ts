import { open, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Api } from "../../api/client.ts";
import { type OutputFile, outputFiles } from "../../api/resources/output-files.ts";
import type { TaskDocument } from "../../api/resources/task.ts";
import { withValue } from "../../input/coerce.ts";
import type { Path } from "../../input/schema/fields.ts";
import { makeTemporaryFolder } from "../../store/temporary.ts";
import type { Context, RunContext } from "../shared/context.ts";
import { fetchInto, type SavedFile } from "./download.ts";
import { type FileFacts, hashFile } from "./file-hash.ts";
import { hashJson } from "./json-hash.ts";
import { fileFields } from "./output-schema.ts";

/** A file of an output by what is in it. */
export interface HashedOutputFile extends FileFacts {
  field: Path;
}

/** What came out of a run, by hash. */
export interface OutputHashes<F extends HashedOutputFile = HashedOutputFile> {
  files: F[];
  /** Of all but the files. */
  rest: string;
}

/** Of files that have been saved, all of them. */
export async function hashSaved(
  ctx: RunContext,
  task: TaskDocument,
  saved: readonly SavedFile[],
): Promise<OutputHashes> {
  const files: HashedOutputFile[] = [];
  for (const { place, path } of saved) {
    const { size, sha256 } = await hashFile(resolve(ctx.machine.cwd, path), ctx.signal);
    files.push({ field: place, size, sha256 });
  }
  return { files, rest: hashRest(task.output, files) };
}

/** Of files that are still where the API keeps them; nothing stays of what is downloaded. */
export async function hashOutput(ctx: Context, api: Api, task: TaskDocument): Promise<OutputHashes> {
  const found = outputFiles(task.output, await fileFields(ctx, api, task));
  const folder = await makeTemporaryFolder(ctx.store.owner);
  try {
    const files: HashedOutputFile[] = [];
    for (const file of found) {
      const { size, sha256 } = await hashRemote(ctx, api, file, join(folder, "file"));
      files.push({ field: file.path, size, sha256 });
    }
    return { files, rest: hashRest(task.output, files) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function hashRemote(ctx: Context, api: Api, file: OutputFile, path: string): Promise<FileFacts> {
  const handle = await open(path, "w", 0o600);
  await fetchInto(ctx, api, file, handle, () => {}).finally(() => handle.close());
  return await hashFile(path, ctx.signal);
}

/** Files have names and addresses that are new each time. */
function hashRest(output: unknown, files: readonly HashedOutputFile[]): string {
  return hashJson(files.reduce((tree, { field }) => withValue(tree, field, null), output));
}

import { createReadStream } from "node:fs";
import { access, type FileHandle } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import type { Api } from "../../api/client.ts";
import { readDataUri } from "../../api/files/data-uri.ts";
import { downloadTo } from "../../api/files/download.ts";
import { FileWriter } from "../../api/files/file-writer.ts";
import type { OnBytes } from "../../api/files/transfer.ts";
import {
  type OutputFile,
  outputFiles,
  type StrayPath,
  strayPaths,
} from "../../api/resources/output-files.ts";
import type { TaskDocument } from "../../api/resources/task.ts";
import { asBeltError, BeltError, usageError } from "../../errors.ts";
import { fileReason } from "../../file-reason.ts";
import { belt, type Hint } from "../../hint.ts";
import { cleanName, extensionIn, nameOfPlace, withoutExtension } from "../../input/saved-names.ts";
import { whyNotWritable } from "../../store/folder.ts";
import { saveInto, type Written } from "../../store/save-file.ts";
import { sweepTemporaries } from "../../store/temporary.ts";
import type { RunContext } from "../shared/context.ts";
import { mapLimit } from "../shared/map-limit.ts";
import { fileFields } from "./output-schema.ts";
import { transferProgress } from "./transfer-progress.ts";

/** Downloads under way at the same time. */
const AT_ONCE = 4;

/** A task with the files of its output in a folder, and what went wrong with the others. */
export interface Saving {
  task: TaskDocument & { saved: string[] };
  /** The same files with where they stood in the output. */
  files: SavedFile[];
  /** Exit 9, or how the user ended it; null when all is saved. */
  error: BeltError | null;
}

export interface SavedFile {
  place: OutputFile["path"];
  uri: string;
  /** As shown: within the folder as it was named. */
  path: string;
}

/** Throws a usage error for a folder that cannot take files: found now, it costs no run. */
export async function requireFolder(ctx: RunContext, folder: string): Promise<void> {
  if (folder === "") throw usageError("--save is empty", "name a folder");
  const reason = await whyNotWritable(resolve(ctx.machine.cwd, folder));
  if (reason !== null) throw usageError(`--save: ${reason}`, "name another folder");
  if (!MEDIA.test(folder)) return;
  const isThere = await access(resolve(ctx.machine.cwd, folder)).then(
    () => true,
    () => false,
  );
  if (!isThere) ctx.out.warn(`--save takes a folder, and ${folder} will be one`);
}

/** What looks like the file that is to be saved. */
const MEDIA = /\.(png|jpe?g|webp|gif|svg|mp4|mov|webm|mp3|wav|flac|ogg|glb|json|txt|pdf|zip)$/i;

/**
 * Downloads every file of a task's output into a folder; a file that fails does not stop the
 * others. A `prefix` is for one of many: what it saved before a crash is found again by its name, and
 * whoever saves them all sweeps the folder.
 */
export async function saveOutput(
  ctx: RunContext,
  api: Api,
  task: TaskDocument,
  folder: string,
  prefix: string | null = null,
): Promise<Saving> {
  const isFileField = await fileFields(ctx, api, task);
  const files = outputFiles(task.output, isFileField);
  warnOfPaths(ctx, strayPaths(task.output, isFileField));
  const errors: BeltError[] = [];
  const sizes = files.map(({ size }) => size);
  const total = sizes.some((size) => size === null)
    ? null
    : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  const moved = transferProgress(ctx, files.length === 1 ? "saving" : `saving ${files.length} files`, total);
  const save = async (file: OutputFile, index: number) => {
    if (ctx.signal.aborted) return [];
    const onBytes = (bytes: number) => moved(String(index), bytes);
    try {
      const name = await saveFile(ctx, api, file, folder, prefix, onBytes);
      return [{ place: file.path, uri: file.uri, path: join(folder, name) }];
    } catch (thrown) {
      errors.push(asSaveError(thrown, file));
      return [];
    }
  };
  if (files.length > 0 && prefix === null) await sweepFolder(ctx, folder);
  const saved = (await mapLimit(files, AT_ONCE, save)).flat();
  const whole = { ...task, saved: saved.map(({ path }) => path) };
  for (const path of whole.saved) ctx.out.note(`saved ${path}`);
  if (files.length === 0) ctx.out.note(nothingToSave(task));
  return {
    task: whole,
    files: saved,
    error: ctx.signal.aborted
      ? stopped(ctx, task.id, folder)
      : await partly(ctx, task.id, folder, files, errors),
  };
}

/** Removes what downloads that were killed have left in a folder. */
export async function sweepFolder(ctx: RunContext, folder: string): Promise<void> {
  await sweepTemporaries(resolve(ctx.machine.cwd, folder), ctx.store.owner);
}

/** More help nobody. */
const MOST_WARNINGS = 5;

function warnOfPaths(ctx: RunContext, paths: StrayPath[]): void {
  for (const { path, text } of paths.slice(0, MOST_WARNINGS)) {
    const place = ["output", ...path].join(".");
    ctx.out.warn(
      `${place} is the path ${JSON.stringify(text.slice(0, 200))}, not a file that can be saved: the app must return it as a file`,
    );
  }
}

function nothingToSave({ id, status }: TaskDocument): string {
  if (status === "completed") return "the output has no files to save";
  return `task ${id} ${status === "failed" ? "failed" : `was ${status}`}: there are no files to save`;
}

async function saveFile(
  ctx: RunContext,
  api: Api,
  file: OutputFile,
  folder: string,
  prefix: string | null,
  onBytes: OnBytes,
): Promise<string> {
  const fill = async (handle: FileHandle) => {
    const contentType = await fetchInto(ctx, api, file, handle, onBytes);
    const { extensionsOf } = await import("../../api/media-types.ts");
    const { base, extension } = nameFor(file, extensionsOf(file.contentType || contentType));
    return { base: prefix === null ? base : cleanName(`${prefix}-${base}`), extension };
  };
  const keepSame = prefix !== null;
  return await saveInto(resolve(ctx.machine.cwd, folder), ctx.store.owner, { fill, keepSame });
}

/** Fills the open file; gives the media type that the server told. */
export async function fetchInto(
  ctx: RunContext,
  api: Api,
  { uri, size }: OutputFile,
  file: FileHandle,
  onBytes: OnBytes,
): Promise<string> {
  // A server may name its own files without itself.
  const place = uri.startsWith("/") ? new URL(uri, api.baseUrl).href : uri;
  const protocol = URL.canParse(place) ? new URL(place).protocol : "";
  if (protocol === "http:" || protocol === "https:") {
    return (await downloadTo(api, new URL(place), { file, size, onBytes })).contentType;
  }
  if (protocol === "data:") {
    const { bytes, contentType } = await readDataUri(place);
    await file.writeFile(bytes);
    return contentType;
  }
  // Only the local server keeps its files on this machine; from elsewhere such an address is a trick.
  if (protocol === "file:" && ctx.endpoint.local) {
    const reading = createReadStream(fileURLToPath(place));
    await pipeline(reading, new FileWriter(file, onBytes), { signal: ctx.signal });
    return "";
  }
  throw new BeltError({
    code: "not_downloadable",
    message: `belt does not download ${uri.slice(0, 100)}`,
    exit: "partial",
  });
}

/** Named by the output's own keys; what the server calls it counts only where there is no key. */
function nameFor({ path, uri, filename }: OutputFile, known: string[]): Written {
  const told = extensionIn(filename) || extensionIn(uri);
  const fits = known.length === 0 || told.split(".").some((part) => known.includes(part));
  const extension = fits ? told : known[0]!;
  const own = cleanName(withoutExtension(filename));
  const base = nameOfPlace(path) || own || (path.length > 0 ? "file" : "output");
  const doubled = extension !== "" && base.toLowerCase().endsWith(`.${extension}`);
  return { base: doubled ? base.slice(0, -extension.length - 1) : base, extension };
}

function asSaveError(thrown: unknown, { path, uri }: OutputFile): BeltError {
  const code = (thrown as NodeJS.ErrnoException | null)?.code;
  const error =
    typeof code === "string" && !(thrown instanceof BeltError)
      ? new BeltError({ code: "file", message: fileReason(thrown), exit: "failure", cause: thrown })
      : asBeltError(thrown);
  return error.with({ message: `${path.join(".") || uri}: ${error.message}` });
}

async function partly(
  ctx: RunContext,
  taskId: string,
  folder: string,
  files: OutputFile[],
  errors: BeltError[],
): Promise<BeltError | null> {
  if (errors.length === 0) return null;
  const which = files.length === 1 ? "the file" : `${errors.length} of the ${files.length} files`;
  const inTheWay = await whyNotWritable(resolve(ctx.machine.cwd, folder));
  return new BeltError({
    code: "save_failed",
    message: `${which} of task ${taskId} could not be saved: ${errors.map(({ message }) => message).join("; ")}`,
    hint: retryHint(taskId, inTheWay === null ? folder : "<another-folder>"),
    exit: "partial",
    retryable: errors.some(({ facts }) => facts.retryable ?? false),
    taskId,
  });
}

function stopped(ctx: RunContext, taskId: string, folder: string): BeltError {
  return asBeltError(ctx.signal.reason).with({ hint: retryHint(taskId, folder), taskId });
}

function retryHint(taskId: string, folder: string): Hint {
  return belt("task get", taskId, "--save", folder);
}

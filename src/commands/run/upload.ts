import type { Api } from "../../api/client.ts";
import { putFile } from "../../api/files/upload.ts";
import { usageError } from "../../errors.ts";
import { emptyStdin, type Readers } from "../../input/read-object.ts";
import { findUploads, type LocalFile, requireNoSecret, type UploadRules } from "../../input/upload-files.ts";
import { formatBytes } from "../../terminal/text.ts";
import type { RunContext } from "../shared/context.ts";
import { mapLimit } from "../shared/map-limit.ts";
import { transferProgress } from "./transfer-progress.ts";

/** Uploads under way at the same time. */
const AT_ONCE = 4;

/** Asked for with one request; what a slot allows may not last long. */
const SLOTS_AT_ONCE = 20;

export interface FindFlags {
  allowSensitive: boolean;
  /** Leaves pipes and standard input unread, and out of what is found. */
  unread?: boolean;
  hint?: string;
}

/** The files behind what was typed, "-" for standard input; found before anything is sent. */
export async function findFiles(
  ctx: RunContext,
  names: readonly string[],
  { unread = false, ...flags }: FindFlags,
): Promise<Map<string, LocalFile>> {
  const rules: UploadRules = { ...rulesOf(ctx, flags), spool: unread ? null : ctx.readers.spool };
  const named = await findUploads(
    names.filter((name) => name !== "-"),
    rules,
  );
  const files = new Map(named.map((file) => [file.name, file]));
  if (names.includes("-") && !unread) {
    const [spooled] = await findUploads([await ctx.readers.spool("-")], rules);
    if (spooled!.size === 0) throw emptyStdin("an upload from -");
    files.set("-", { ...spooled!, name: "standard input" });
  }
  return files;
}

function rulesOf(
  { machine: { cwd, home }, store: { paths } }: RunContext,
  { allowSensitive, hint = "write key=@@text for a text that begins with @" }: FindFlags,
): Omit<UploadRules, "spool"> {
  return { cwd, home, privateFolders: [paths.config], allowSensitive, hint, verb: "upload" };
}

/** A file that is read to be sent, by the rules for secrets; what a pipe holds is one, too. */
export async function findReadable(
  ctx: RunContext,
  path: string,
  allowSensitive: boolean,
): Promise<LocalFile> {
  const hint = `it is looked for in ${ctx.machine.cwd}`;
  const rules: UploadRules = {
    ...rulesOf(ctx, { allowSensitive, hint }),
    verb: "read",
    spool: ctx.readers.spool,
  };
  const [found] = await findUploads([path], rules);
  return found!;
}

/** Reads what inputs are written in, by the rules for secrets: also a text is sent away. */
export function inputReaders(ctx: RunContext, allowSensitive: boolean): Readers {
  return {
    file: async (path) => {
      const found = await findReadable(ctx, path, allowSensitive);
      if (found.size > LARGEST_TEXT)
        throw usageError(`${path} is too large to be an input`, "key=@file uploads a file");
      return await ctx.readers.file(found.path);
    },
    stdin: async () => {
      const bytes = await ctx.readers.stdin();
      if (!allowSensitive) requireNoSecret("standard input", bytes);
      return bytes;
    },
  };
}

/** Bytes of a text that goes into a request. */
const LARGEST_TEXT = 64 * 1024 * 1024;

/** Finds and uploads the files of these names; gives the uri of each. */
export async function uploadInputs(
  ctx: RunContext,
  api: Api,
  names: readonly string[],
  allowSensitive: boolean,
): Promise<Map<string, string>> {
  return await uploadAll(ctx, api, await findFiles(ctx, names, { allowSensitive }));
}

/** Uploads the files, several at once and the same one once; gives the uri of each name. */
export async function uploadAll(
  ctx: RunContext,
  api: Api,
  files: ReadonlyMap<string, LocalFile>,
): Promise<Map<string, string>> {
  const distinct = [...files.values()].filter(
    ({ path }, index, all) => all.findIndex((other) => other.path === path) === index,
  );
  if (distinct.length === 0) return new Map();
  const total = distinct.reduce((sum, { size }) => sum + size, 0);
  const what = distinct.length === 1 ? distinct[0]!.filename : `${distinct.length} files`;
  const moved = transferProgress(ctx, `uploading ${what}`, total);
  const uris = new Map<string, string>();
  for (let from = 0; from < distinct.length; from += SLOTS_AT_ONCE) {
    await uploadSome(api, distinct.slice(from, from + SLOTS_AT_ONCE), moved, uris);
  }
  ctx.out.note(`uploaded ${what}, ${formatBytes(total)}`);
  return new Map([...files].map(([name, { path }]) => [name, uris.get(path)!]));
}

async function uploadSome(
  api: Api,
  files: LocalFile[],
  moved: (name: string, bytes: number) => void,
  uris: Map<string, string>,
): Promise<void> {
  const { mediaTypeOf } = await import("../../api/media-types.ts");
  const described = files.map(({ filename, size }) => ({
    filename,
    content_type: mediaTypeOf(filename),
    size,
  }));
  const slots = await api.createFiles(described);
  const put = async (file: LocalFile, index: number) => {
    const contentType = described[index]!.content_type;
    await putFile(api, slots[index]!, { ...file, contentType }, (bytes) => moved(file.path, bytes));
    uris.set(file.path, slots[index]!.uri);
  };
  await mapLimit(files, AT_ONCE, put);
}

import { basename } from "node:path";
import type { Api } from "../../api/client.ts";
import { putFile } from "../../api/files/upload.ts";
import { findUploads, type LocalFile, type UploadRules } from "../../input/upload-files.ts";
import { formatBytes } from "../../terminal/text.ts";
import type { Context } from "../shared/context.ts";
import { transferProgress } from "./transfer-progress.ts";

/** Uploads under way at the same time. */
const AT_ONCE = 4;

/** Asked for with one request; what a slot allows may not last long. */
const SLOTS_AT_ONCE = 20;

/** The files behind what was typed, "-" for standard input; found before anything is sent. */
export async function findFiles(
  ctx: Context,
  names: readonly string[],
  allowSensitive: boolean,
  hint = "write key=@@text for a text that begins with @",
): Promise<Map<string, LocalFile>> {
  const rules = uploadRules(ctx, allowSensitive, hint);
  const named = await findUploads(
    names.filter((name) => name !== "-"),
    rules,
  );
  const files = new Map(named.map((file) => [file.name, file]));
  if (names.includes("-")) {
    const [spooled] = await findUploads([await ctx.readers.stdinFile()], rules);
    files.set("-", { ...spooled!, name: "standard input" });
  }
  return files;
}

function uploadRules(
  { machine: { cwd, home }, store: { paths } }: Context,
  allowSensitive: boolean,
  hint: string,
): UploadRules {
  return { cwd, home, privateFolders: [paths.config], allowSensitive, hint };
}

/** Uploads the files, several at once and the same one once; gives the uri of each name. */
export async function uploadAll(
  ctx: Context,
  api: Api,
  files: ReadonlyMap<string, LocalFile>,
): Promise<Map<string, string>> {
  const distinct = [...files.values()].filter(
    ({ path }, index, all) => all.findIndex((other) => other.path === path) === index,
  );
  if (distinct.length === 0) return new Map();
  const total = distinct.reduce((sum, { size }) => sum + size, 0);
  const what = distinct.length === 1 ? basename(distinct[0]!.name) : `${distinct.length} files`;
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
  const described = files.map(({ name, path, size }) => {
    const filename = basename(name === "standard input" ? path : name);
    return { filename, content_type: mediaTypeOf(filename), size };
  });
  const slots = await api.createFiles(described);
  const queue = files.entries();
  const worker = async () => {
    for (const [index, file] of queue) {
      const contentType = described[index]!.content_type;
      await putFile(api, slots[index]!, { ...file, contentType }, (bytes) => moved(file.path, bytes));
      uris.set(file.path, slots[index]!.uri);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, files.length) }, worker));
}

import { BeltError, usageError } from "../../errors.ts";
import { formatBytes, safeLine } from "../../terminal/text.ts";
import { hashFile } from "../run/file-hash.ts";
import { isBelow } from "../run/receipt-input.ts";
import { findFiles } from "../run/upload.ts";
import type { Context } from "../shared/context.ts";
import { flagOf, keyOf, type ParsedRerun } from "./parse-rerun.ts";

type RecipeFile = ParsedRerun["files"][number];

/** Throws a usage error that names the first file that is not where it was, or not what it was. */
export async function checkFiles(ctx: Context, { files, parsed }: ParsedRerun): Promise<void> {
  for (const one of files) await checkFile(ctx, one, parsed.allowSensitive);
}

async function checkFile(ctx: Context, one: RecipeFile, allowSensitive: boolean): Promise<void> {
  const { name, path, size, sha256 } = one.filled.file;
  const hint = `${flagOf(one.root)} ${keyOf(one.filled.path)}=@<path> names another`;
  if (path === null) throw usageError(`${name}: the receipt does not keep where it was`, hint);
  if (!isBelow(path)) throw usageError(`${path} is not below this folder, and was not read`, hint);
  const found = (await findFiles(ctx, [path], { allowSensitive, unread: true, hint })).get(path);
  if (!found) throw usageError(`cannot upload ${path}: it is not a file`, hint);
  const isSame = found.size === size && (await hashFile(found.path, ctx.signal)).sha256 === sha256;
  if (!isSame) throw usageError(`${path} is not the file that was uploaded: its SHA-256 differs`, hint);
}

/** What leaves this machine because a receipt says so is listed, and somebody has to say yes. */
export async function approveFiles(ctx: Context, { files }: ParsedRerun, yes: boolean): Promise<void> {
  if (files.length === 0) return;
  const listed = files.map(
    ({ filled: { file } }) => `${safeLine(file.path ?? file.name)} (${formatBytes(file.size)})`,
  );
  const question = `Upload ${listed.join(", ")}, as ${files.length === 1 ? "it was" : "they were"} before?`;
  if (yes) return ctx.out.note(`uploading as the receipt says: ${listed.join(", ")}`);
  if (await ctx.questions.confirm(question, "--yes")) return;
  throw new BeltError({ code: "declined", message: "nothing was uploaded or submitted", exit: "failure" });
}

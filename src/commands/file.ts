import { usageError } from "../errors.ts";
import { uploadedView } from "../views/file-views.ts";
import { findFiles, uploadAll } from "./run/upload.ts";
import type { Context } from "./shared/context.ts";

export interface UploadFlags {
  allowSensitive?: boolean;
}

/** `belt file upload <path…>`: prints the uris, in the order asked; one object for one file, else an array. */
export async function upload(
  ctx: Context,
  paths: string[],
  { allowSensitive = false }: UploadFlags,
): Promise<void> {
  if (paths.filter((path) => path === "-").length > 1) {
    throw usageError("- is given twice, and standard input can be read only once");
  }
  const files = await findFiles(ctx, paths, {
    allowSensitive: allowSensitive,
    hint: "check the path; - stands for standard input",
  });
  const api = await ctx.api();
  const uris = await uploadAll(ctx, api, files);
  const uploaded = paths.map((path) => ({ file: path, uri: uris.get(path)!, size: files.get(path)!.size }));
  if (uploaded.length === 1) ctx.out.result(uploaded[0]!, uploadedView);
  else
    ctx.out.result(uploaded, {
      text: (all, style) => all.map((one) => uploadedView.text(one, style)).join("\n"),
    });
}

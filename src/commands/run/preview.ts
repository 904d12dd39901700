import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Api } from "../../api/client.ts";
import { readDataUri } from "../../api/files/data-uri.ts";
import { downloadSmall } from "../../api/files/download.ts";
import { outputFiles } from "../../api/resources/output-files.ts";
import type { TaskDocument } from "../../api/resources/task.ts";
import type { Style } from "../../terminal/output.ts";
import { MOST_BYTES, renderPicture } from "../../terminal/picture.ts";
import type { Context } from "../shared/context.ts";

/** Pictures shown of one output, and milliseconds spent on all of them, at most. */
const MOST_PICTURES = 4;
const PATIENCE = 10_000;

/** Rows of the screen for the command, the task, its output, the summary and the next prompt, with one to spare. */
const ROWS_OF_TEXT = 10;
const LEAST_ROWS = 6;

/** The images of an output as a terminal shows them; whatever goes wrong, there is just no picture. */
export async function previews(
  ctx: Context,
  api: Api,
  task: TaskDocument,
  { width, height = Number.POSITIVE_INFINITY }: Style,
): Promise<string[]> {
  const way = ctx.machine.pictures;
  if (way === null || task.status !== "completed") return [];
  const room = { columns: width, rows: Math.max(LEAST_ROWS, height - ROWS_OF_TEXT) };
  const show = async (read: () => Promise<Buffer | null>) => {
    const bytes = await read();
    return bytes && (await renderPicture(bytes, way, room));
  };
  const shown = sources(ctx, api, task)
    .slice(0, MOST_PICTURES)
    .map((read) => show(read).catch(() => null));
  const done = new AbortController();
  const late = wait(PATIENCE, null, { signal: done.signal }).catch(() => null);
  const pictures = await Promise.all(shown.map((picture) => Promise.race([picture, late])));
  done.abort();
  return pictures.filter((picture) => picture !== null);
}

/** What was saved is read from there; else the files are asked for once more. */
function sources(ctx: Context, api: Api, task: TaskDocument): (() => Promise<Buffer | null>)[] {
  const { saved } = task;
  if (Array.isArray(saved)) {
    const images = saved.filter((path): path is string => typeof path === "string" && isImageName(path));
    return images.map((path) => () => readSmall(resolve(ctx.machine.cwd, path)));
  }
  const files = outputFiles(task.output, () => false);
  return files
    .filter(({ contentType, filename, uri }) =>
      contentType ? isImage(contentType) : isImageName(filename || pathOf(uri)) || isImage(inlineType(uri)),
    )
    .flatMap(({ uri }) => {
      if (/^https?:/i.test(uri)) return [() => downloadSmall(api, new URL(uri), MOST_BYTES)];
      if (/^data:/i.test(uri)) return [async () => (await readDataUri(uri)).bytes];
      return uri.startsWith("file:") && ctx.endpoint.local ? [() => readSmall(fileURLToPath(uri))] : [];
    });
}

function isImage(mediaType: string): boolean {
  return /^image\/(png|jpe?g)\b/.test(mediaType);
}

function isImageName(filename: string): boolean {
  return /[^/\\]\.(png|jpe?g)$/i.test(filename);
}

function pathOf(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).pathname : "";
}

/** The media type in a `data:` address. */
function inlineType(uri: string): string {
  return /^data:([^;,]*)/i.exec(uri)?.[1] ?? "";
}

async function readSmall(path: string): Promise<Buffer | null> {
  return (await stat(path)).size > MOST_BYTES ? null : await readFile(path);
}

/** Loaded with the first file whose type was not told: the table is large. */
import { extname } from "node:path";
import mime from "mime/lite";

/** What apps make and the small table of the library does not know. */
const ALSO = new Map([
  [".flac", "audio/flac"],
  [".mkv", "video/x-matroska"],
  [".m4v", "video/x-m4v"],
]);

/** The media type of a file by its name. */
export function mediaTypeOf(filename: string): string {
  const extension = extname(filename).toLowerCase();
  const known = extension === "" ? null : mime.getType(extension);
  return known ?? ALSO.get(extension) ?? "application/octet-stream";
}

/** Media types and the extensions of files. Loaded when one is needed: the table is large. */
import { extname } from "node:path";
import mime from "mime/lite";

const UNKNOWN = "application/octet-stream";

/** The extension to write where the library has another first or none: what apps take and give. */
const EXTENSIONS = new Map([
  ["audio/aac", "aac"],
  ["audio/flac", "flac"],
  ["audio/x-flac", "flac"],
  ["audio/mpeg", "mp3"],
  ["audio/ogg", "ogg"],
  ["audio/x-wav", "wav"],
  ["video/quicktime", "mov"],
  ["video/x-m4v", "m4v"],
  ["video/x-matroska", "mkv"],
  ["application/yaml", "yaml"],
]);

/** The media type of a file by its name. */
export function mediaTypeOf(filename: string): string {
  const extension = extname(filename).toLowerCase();
  const known = extension === "" ? null : mime.getType(extension);
  const [ours] = [...EXTENSIONS].find(([, usual]) => `.${usual}` === extension) ?? [];
  return known ?? ours ?? UNKNOWN;
}

/** The extensions a media type goes by, without the dot, the usual one first; none when it tells nothing. */
export function extensionsOf(mediaType: string): string[] {
  const type = mediaType.split(";", 1)[0]!.trim().toLowerCase();
  if (type === UNKNOWN) return [];
  const usual = EXTENSIONS.get(type);
  return [...new Set([...(usual ? [usual] : []), ...(mime.getAllExtensions(type) ?? [])])];
}

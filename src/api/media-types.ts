/** Media types that apps take and give, by the extension of a file; of several extensions the first is the one to write. */
const TYPES: [string, ...string[]][] = [
  ["image/png", "png"],
  ["image/jpeg", "jpg", "jpeg"],
  ["image/gif", "gif"],
  ["image/webp", "webp"],
  ["image/avif", "avif"],
  ["image/svg+xml", "svg"],
  ["image/bmp", "bmp"],
  ["image/tiff", "tiff", "tif"],
  ["image/heic", "heic"],
  ["video/mp4", "mp4", "m4v"],
  ["video/webm", "webm"],
  ["video/quicktime", "mov"],
  ["video/x-matroska", "mkv"],
  ["audio/mpeg", "mp3"],
  ["audio/wav", "wav"],
  ["audio/x-wav", "wav"],
  ["audio/ogg", "ogg", "oga", "opus"],
  ["audio/flac", "flac"],
  ["audio/mp4", "m4a"],
  ["audio/aac", "aac"],
  ["model/gltf-binary", "glb"],
  ["model/obj", "obj"],
  ["application/pdf", "pdf"],
  ["application/json", "json"],
  ["application/zip", "zip"],
  ["application/gzip", "gz"],
  ["application/yaml", "yaml", "yml"],
  ["text/plain", "txt", "log"],
  ["text/markdown", "md"],
  ["text/csv", "csv"],
  ["text/html", "html", "htm"],
];

/** The media type of a file by its name. */
export function mediaTypeOf(filename: string): string {
  const extension = /\.([a-z0-9]+)$/i.exec(filename)?.[1]?.toLowerCase();
  const known = TYPES.find(([, ...extensions]) => extension !== undefined && extensions.includes(extension));
  return known?.[0] ?? "application/octet-stream";
}

/** The extensions a media type goes by, without the dot; none when it is not known. */
export function extensionsOf(mediaType: string): string[] {
  const type = mediaType.split(";", 1)[0]!.trim().toLowerCase();
  return TYPES.filter(([known]) => known === type).flatMap(([, ...extensions]) => extensions);
}

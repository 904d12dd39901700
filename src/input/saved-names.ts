/** Names that Windows keeps for devices, with or without an extension. */
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/i;

/** Bytes a name may take; file systems allow 255, and a number and an extension still come. */
const LONGEST = 160;

/** What joins letters, and is not seen elsewhere: between the parts of an emoji it would be all that is left. */
const STRAY_JOINER = /(?<![\p{L}\p{M}])\p{Join_Control}|\p{Join_Control}(?![\p{L}\p{M}])/gu;

/** Characters of a text that are looked at; the time that the rest takes brings nothing. */
const HEAD = 4_096;

/**
 * A name from outside as one that is safe anywhere: letters, digits, `.`, `_` and `-` of any
 * script, no folder, not hidden, not reserved, not long; "" when nothing is left.
 */
export function cleanName(text: string, longest = LONGEST): string {
  const last =
    text
      .split(/[\\/]/)
      .filter((part) => !/^\.*$/.test(part))
      .at(-1) ?? "";
  const plain = last
    .slice(0, HEAD)
    .normalize("NFC")
    .replace(STRAY_JOINER, "")
    .replace(/[^\p{L}\p{M}\p{N}\p{Join_Control}._-]+/gu, "_")
    .replace(/^[._-]+/, "");
  const short = shorten(plain, longest).replace(/[._\p{Join_Control}]+$/u, "");
  return RESERVED.test(short) ? `_${short}` : short;
}

function shorten(name: string, longest: number): string {
  let short = "";
  for (const char of name) {
    if (Buffer.byteLength(short + char) > longest) return short;
    short += char;
  }
  return short;
}

/** "image", "images-1", "result-image": where a file stands in the output, as a name. */
export function nameOfPlace(path: readonly (string | number)[]): string {
  const parts = path.map((key) => (typeof key === "number" ? String(key + 1) : cleanName(key)));
  return cleanName(parts.filter((part) => part !== "").join("-"));
}

/** Characters of an extension; "safetensors" has eleven. */
const EXTENSION = /[^/\\.]\.([\p{L}\p{M}\p{N}_-]{1,16})$/u;

/** What is packed keeps the extension of what it is: "tar.gz", "csv.zst". */
const PACKED = /[^/\\.]\.([\p{L}\p{M}\p{N}_-]{1,16}\.(gz|bz2?|xz|zst|br|lz4|lzma|lzo|z))$/iu;

/** The extension of a file name or of a URL's path, without the dot, in small letters; "" when it has none to trust. */
export function extensionIn(name: string): string {
  return writtenExtension(pathIn(name)).toLowerCase();
}

/** A file name without what `extensionIn` finds in it. */
export function withoutExtension(name: string): string {
  const path = pathIn(name);
  const { length } = writtenExtension(path);
  return length === 0 ? path : path.slice(0, -length - 1);
}

function writtenExtension(path: string): string {
  // All that may hold one, and the character before it.
  const end = path.slice(-64);
  return (PACKED.exec(end) ?? EXTENSION.exec(end))?.[1] ?? "";
}

function pathIn(name: string): string {
  if (!URL.canParse(name)) return name;
  const { pathname } = new URL(name);
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}

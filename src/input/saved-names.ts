/** Names that Windows keeps for devices, with or without an extension. */
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/i;

/** Bytes a name may take; file systems allow 255, and a number and an extension still come. */
const LONGEST = 120;

/**
 * A name from outside as one that is safe anywhere: letters, digits, `.`, `_` and `-` of any
 * script, no folder, not hidden, not reserved, not long; "" when nothing is left.
 */
export function cleanName(text: string): string {
  const last =
    text
      .split(/[\\/]/)
      .filter((part) => !/^\.*$/.test(part))
      .at(-1) ?? "";
  const plain = last
    .normalize("NFC")
    .replace(/[^\p{L}\p{M}\p{N}._-]+/gu, "_")
    .replace(/^[._-]+|[._]+$/g, "");
  const short = shorten(plain).replace(/[._]+$/, "");
  return RESERVED.test(short) ? `_${short}` : short;
}

function shorten(name: string): string {
  let short = "";
  for (const char of name) {
    if (Buffer.byteLength(short + char) > LONGEST) return short;
    short += char;
  }
  return short;
}

/** "image", "images-1", "result-image": where a file stands in the output, as a name. */
export function nameOfPlace(path: readonly (string | number)[]): string {
  const parts = path.map((key) => (typeof key === "number" ? String(key + 1) : cleanName(key)));
  return cleanName(parts.filter((part) => part !== "").join("-"));
}

/** The extension of a file name or of a URL's path, without the dot; "" when it has none to trust. */
export function extensionIn(name: string): string {
  const path = URL.canParse(name) ? new URL(name).pathname : name;
  return /[^/\\.]\.([a-z0-9]{1,8})$/i.exec(path)?.[1]?.toLowerCase() ?? "";
}

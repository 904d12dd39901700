/** What no file system or shell should meet in a name: separators, control characters, and marks that turn the text around. */
const UNSAFE = /[/\\:*?"<>|\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/** Bytes a name may take; file systems allow 255. */
const LONGEST = 200;
const LONGEST_EXTENSION = 32;

/** Names come from outside: only the last part, with its letters, never hidden, never long. Of a safe name the name itself. */
export function safeName(filename: string): string {
  const last = filename.split(/[\\/]/).pop() ?? "";
  const plain = last.replace(UNSAFE, "_").replace(/^[. ]+|[. ]+$/g, "");
  return shorten(plain) || "file";
}

/** Keeps the extension, and no half of a character. */
function shorten(name: string): string {
  if (Buffer.byteLength(name) <= LONGEST) return name;
  const [extension = ""] = new RegExp(`\\.[^.]{1,${LONGEST_EXTENSION}}$`, "u").exec(name) ?? [];
  const rest = [...name.slice(0, name.length - extension.length)];
  let kept = "";
  for (const char of rest) {
    if (Buffer.byteLength(kept + char + extension) > LONGEST) break;
    kept += char;
  }
  return kept.replace(/[. ]+$/, "") + extension;
}

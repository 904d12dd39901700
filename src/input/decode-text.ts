/** Text as editors and shells write it: UTF-8, or UTF-16 where its mark says so. Null for what is neither. */
export function decodeText(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** The longest character, in bytes. */
const LONGEST = 4;

/**
 * The same of a text that is too large to be held, piece by piece; throws a TypeError for what is neither,
 * once it has given the whole lines before it.
 */
export async function* decodePieces(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  let before = new Uint8Array();
  for await (const piece of pieces) {
    decoder ??= new TextDecoder(encodingOf(piece), { fatal: true });
    let text: string;
    try {
      text = decoder.decode(piece, { stream: true });
    } catch (thrown) {
      yield wholeLines(decoder.encoding, before, piece);
      throw thrown;
    }
    before = new Uint8Array(piece.subarray(-LONGEST));
    yield text;
  }
  if (decoder) yield decoder.decode();
}

/** The lines of a piece before what is no text; its first character may have begun before it. */
function wholeLines(encoding: string, before: Uint8Array, piece: Uint8Array): string {
  const decoder = new TextDecoder(encoding);
  decoder.decode(before, { stream: true });
  const [text = ""] = decoder.decode(piece).split("\ufffd");
  return text.slice(0, text.lastIndexOf("\n") + 1);
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

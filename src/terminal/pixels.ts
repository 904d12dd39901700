export interface Pixels {
  width: number;
  height: number;
  /** Red, green, blue, alpha. */
  data: Uint8Array;
}

export interface PictureSize {
  type: "png" | "jpeg";
  width: number;
  height: number;
}

/** Pixels to decode at most; four bytes each. */
const MOST_PIXELS = 16_000_000;

/** Type and size from a picture's head, undecoded; null for anything else than PNG and JPEG. */
export function sizeOf(bytes: Buffer): PictureSize | null {
  if (bytes.length > 24 && bytes.toString("latin1", 0, 8) === "\u0089PNG\r\n\u001a\n") {
    return { type: "png", width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  }
  return bytes.length > 4 && bytes.readUInt16BE(0) === 0xffd8 ? jpegSize(bytes) : null;
}

/** The size stands in the frame header, after segments that are passed over. */
function jpegSize(bytes: Buffer): PictureSize | null {
  for (let at = 2; at + 9 < bytes.length; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes[at + 1]!;
    if (bytes[at] !== 0xff) return null;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame)
      return { type: "jpeg", width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
  }
  return null;
}

/** Null for a picture that is broken or too large; the decoders are loaded only here. */
export async function decode(bytes: Buffer, { type, width, height }: PictureSize): Promise<Pixels | null> {
  const pixels = width * height;
  if (pixels === 0 || pixels > MOST_PIXELS) return null;
  try {
    if (type === "png") {
      const { default: png } = await import("pngjs");
      return png.PNG.sync.read(bytes);
    }
    const { default: jpeg } = await import("jpeg-js");
    return jpeg.decode(bytes, {
      useTArray: true,
      maxResolutionInMP: MOST_PIXELS / 1e6,
      maxMemoryUsageInMB: 300,
    });
  } catch {
    return null;
  }
}

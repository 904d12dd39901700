import { promisify } from "node:util";
import { crc32, deflate } from "node:zlib";

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
const RGB_8_BIT = [8, 2, 0, 0, 0];
const FILTER_SUB = 1;

/** Encodes 8-bit RGB rows as a PNG file. */
export async function encodePng(pixels, width, height) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set(RGB_8_BIT, 8);
  const data = await promisify(deflate)(filterRows(pixels, width * 3, height), { level: 5 });
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("IDAT", data),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** A smooth picture shrinks best when each byte is stored as its difference from the pixel before. */
function filterRows(pixels, stride, height) {
  const rows = Buffer.alloc((stride + 1) * height);
  for (let y = 0; y < height; y++) {
    const start = y * (stride + 1);
    rows[start] = FILTER_SUB;
    for (let i = 0; i < stride; i++) {
      const at = y * stride + i;
      rows[start + 1 + i] = pixels[at] - (i < 3 ? 0 : pixels[at - 3]);
    }
  }
  return rows;
}

function chunk(type, data) {
  const framed = Buffer.alloc(data.length + 12);
  framed.writeUInt32BE(data.length, 0);
  framed.write(type, 4, "latin1");
  framed.set(data, 8);
  framed.writeUInt32BE(crc32(framed.subarray(4, -4)), data.length + 8);
  return framed;
}
